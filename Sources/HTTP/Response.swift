public import Diagnostics

/// An answer before it is framed. `Date`, `Content-Length`, `Transfer-Encoding` and `Connection`
/// are the encoder's, and so is what HEAD leaves out: HEAD is answered as GET is.
public struct Response: Sendable {
    /// 200…599, or 101.
    public var status: Int
    /// Complete field lines, each `Name: value` and CRLF, in the order they will be sent.
    public var fieldLines: [UInt8]
    /// The content. Not sent to HEAD, nor with 204 and 304.
    public var content: Content
    /// Whether HEAD is told the length of the content; it need not be (RFC 9110 §8.6).
    public var tellsLengthToHead = true
    /// Whether pages of other origins than the server's may never read it, whoever may call.
    public var isForOwnOrigin = false
    /// Why it refuses; nil for an answer that does not, and where nobody has said.
    public var refusal: Refusal?

    /// A response without content.
    public init(status: Int) {
        self.status = status
        fieldLines = []
        content = .bytes([])
    }

    /// A response with content of one media type.
    public init(status: Int, contentType: StaticString, body: [UInt8]) {
        self.status = status
        content = .bytes(body)
        fieldLines = []
        append(field: "Content-Type", ascii: contentType)
    }

    /// The content's bytes; none if they are not in memory.
    public var body: [UInt8] {
        get { if case .bytes(let bytes) = content { bytes } else { [] } }
        set { content = .bytes(newValue) }
    }

    /// Adds a field line. A control byte in the value is sent as a space.
    public mutating func append(field: StaticString, _ value: String) {
        fieldLines.append(field: field, value)
    }

    /// Adds a field line whose value is in bytes; control bytes are sent as spaces.
    public mutating func append(field: StaticString, bytes value: some Sequence<UInt8>) {
        fieldLines.append(field: field, bytes: value)
    }

    /// Adds a field line with a value known when the program is written.
    public mutating func append(field: StaticString, ascii value: StaticString) {
        fieldLines.append(field: field, ascii: value)
    }

    /// Says on 429 and 503 when to come back (RFC 9110 §10.2.3); on other statuses nothing.
    ///
    /// - Parameter seconds: when, if that is known; else after a second.
    public mutating func appendRetryAfter(seconds: Int64? = nil) {
        if status == 429 || status == 503 { append(field: "Retry-After", "\(seconds ?? 1)") }
    }

    /// The first value of a field, for tests and for those who wrap a response.
    public func field(_ name: String) -> String? {
        for line in String(decoding: fieldLines, as: UTF8.self).split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            if line[..<colon].lowercased() == name.lowercased() {
                return String(line[line.index(after: colon)...].drop { $0 == " " })
            }
        }
        return nil
    }
}
