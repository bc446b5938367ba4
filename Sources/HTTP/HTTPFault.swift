import Bytes
public import Diagnostics
public import Quotas

/// Why a request cannot be served at the level of HTTP. Where nobody knows where the next request
/// would begin, the connection is closed after the answer.
public struct HTTPFault: Error, Hashable, Sendable {
    /// The status to answer with: 400, 408, 413, 414, 415, 417, 431, 501, 503 or 505.
    public let status: Int
    /// What is wrong, for the developer at the other end.
    public let message: String
    private let shortage: MemoryShortage?

    /// A fault with a status and its explanation.
    public init(status: Int, message: String) {
        self.init(status: status, message: message, nil)
    }

    private init(status: Int, message: String, _ shortage: MemoryShortage?) {
        self.status = status
        self.message = message
        self.shortage = shortage
    }

    /// 503: the memory is in use by others, or by the caller itself.
    public static func noMemory(_ shortage: ShareShortage?) -> HTTPFault {
        switch shortage {
        case .inAll, nil: HTTPFault(status: 503, message: Problem.noMemory.message, .byOthers)
        case .ofShare, .ofSite:
            HTTPFault(status: 503, message: Problem.shareInUse.message, .byCaller)
        }
    }

    /// 413: a request takes more bytes of memory than one caller may have, however much is free.
    public static func beyondShare(_ bytes: Int, max: Int) -> HTTPFault {
        HTTPFault(
            status: 413, message: "The request takes \(bytes) bytes of memory, and one caller may "
                + "have \(max).", .beyondShare)
    }

    /// 400 (RFC 9112 §2.2).
    static func malformed(_ message: String) -> HTTPFault {
        HTTPFault(status: 400, message: message)
    }

    /// 413: a body is longer than the limit in bytes.
    public static func bodyTooLong(max: Int) -> HTTPFault {
        HTTPFault(status: 413, message: "The body is larger than the limit of \(max) bytes.")
    }

    /// 408: a body comes slower than its deadline allows.
    public static let bodyTooSlow = HTTPFault(
        status: 408, message: "The body took too long to arrive.")

    /// 415: a body of a media type that the route does not take.
    static func mediaType(_ name: String) -> HTTPFault {
        HTTPFault(status: 415, message: "Content-Type not acceptable: \(name)")
    }

    /// 414.
    static func targetTooLong(max: Int) -> HTTPFault {
        HTTPFault(
            status: 414, message: "The request target is longer than the limit of \(max) bytes.")
    }

    /// 431, for the whole section.
    static func headTooLong(max: Int) -> HTTPFault {
        HTTPFault(status: 431, message: "The head is larger than the limit of \(max) bytes.")
    }

    /// What a service says of it, with a code and what to do next; nil where the status says it
    /// all.
    public var problem: Problem? {
        switch shortage {
        case nil: nil
        case .byOthers: .noMemory
        case .byCaller: .shareInUse
        case .beyondShare: .beyondShare(message)
        }
    }

    /// The answer: a JSON object with the message, and the code and hint where there are some.
    public var response: Response {
        var body: [UInt8] = []
        body.append(ascii: "{\"message\":")
        body.append(jsonString: message)
        if let problem {
            body.append(ascii: ",\"code\":")
            body.append(jsonString: problem.code)
            body.append(ascii: ",\"hint\":")
            body.append(jsonString: problem.hint ?? "")
        }
        body.append(ASCII.rightBrace)
        var response = Response(
            status: status, contentType: "application/json; charset=utf-8", body: body)
        response.refusal = problem.map { Refusal($0) } ?? Refusal(message: message)
        response.appendRetryAfter()
        return response
    }
}
