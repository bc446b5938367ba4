import Bytes

/// Writes responses as bytes (RFC 9112 §4, §6). One per loop: it keeps the `Date` line.
public struct ResponseEncoder: Sendable {
    /// What the request, and the state of the connection, say about the form of the answer.
    public struct Framing: Hashable, Sendable {
        /// The answer to HEAD has no body, whatever its fields say.
        public var isHead: Bool
        /// Whether the request was HTTP/1.0, whose persistence must be granted in words.
        public var isVersion10: Bool
        /// Whether another request may follow.
        public var keepsAlive: Bool

        /// All three facts.
        public init(isHead: Bool, isVersion10: Bool, keepsAlive: Bool) {
            self.isHead = isHead
            self.isVersion10 = isVersion10
            self.keepsAlive = keepsAlive
        }

        /// What the head of a request asks for.
        public init(_ head: RequestHead) {
            isHead = head.method == .head
            isVersion10 = head.minorVersion == 0
            keepsAlive = head.keepsAlive
        }
    }

    private var dateLine: [UInt8] = []

    /// An encoder that sends no date.
    public init() {}

    /// Sets what `Date` says from now on: a time in the preferred form of RFC 9110 §5.6.7. To be
    /// called when the second changes.
    public mutating func setDate(_ text: String) {
        dateLine.removeAll(keepingCapacity: true)
        dateLine.append(ascii: "Date: ")
        dateLine.append(utf8: text)
        dateLine.append(ascii: "\r\n")
    }

    /// Appends a whole response.
    public func encode(_ response: Response, _ framing: Framing, into output: inout [UInt8]) {
        let sendsBody = encodeHead(of: response, framing, into: &output)
        if sendsBody { output.append(contentsOf: response.body) }
    }

    /// Appends the status line and the fields; answers whether the body follows.
    public func encodeHead(
        of response: Response, _ framing: Framing, into output: inout [UInt8]
    ) -> Bool {
        let isBodiless = response.status == 204 || response.status == 304 || response.status < 200
        let sendsBody = !isBodiless && !framing.isHead && !response.omitsBody
        output.appendStatusLine(response.status)
        output.append(contentsOf: dateLine)
        output.append(contentsOf: response.fieldLines)
        if !isBodiless && (sendsBody || !response.body.isEmpty) {
            output.append(ascii: "Content-Length: ")
            output.append(decimal: response.body.count)
            output.append(ascii: "\r\n")
        }
        if !framing.keepsAlive && response.status != 101 {
            output.append(ascii: "Connection: close\r\n")
        } else if framing.isVersion10 && framing.keepsAlive {
            output.append(ascii: "Connection: keep-alive\r\n")
        }
        output.append(ascii: "\r\n")
        return sendsBody
    }
}

/// The interim answer to `Expect: 100-continue` (RFC 9110 §15.2.1).
public let continueResponse: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
