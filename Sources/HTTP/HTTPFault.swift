import Bytes
import Diagnostics

/// Why a request cannot be served at the level of HTTP. Where nobody knows where the next request
/// would begin, the connection is closed after the answer.
public struct HTTPFault: Error, Hashable, Sendable {
    /// The status to answer with: 400, 408, 413, 414, 415, 417, 431, 501, 503 or 505.
    public let status: Int
    /// What is wrong, for the developer at the other end.
    public let message: String

    /// A fault with a status and its explanation.
    public init(status: Int, message: String) {
        self.status = status
        self.message = message
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

    /// The answer: a JSON object with the message.
    public var response: Response {
        var body: [UInt8] = []
        body.append(ascii: "{\"message\":")
        body.append(jsonString: message)
        body.append(ASCII.rightBrace)
        var response = Response(
            status: status, contentType: "application/json; charset=utf-8", body: body)
        response.refusal = Refusal(message: message)
        response.appendRetryAfter()
        return response
    }
}
