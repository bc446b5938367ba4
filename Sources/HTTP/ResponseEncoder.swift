import Bytes
import Disk

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

        /// An answer after which the connection ends, to whatever was asked.
        public static let last = Framing(isHead: false, isVersion10: false, keepsAlive: false)

        /// All three facts.
        public init(isHead: Bool, isVersion10: Bool, keepsAlive: Bool) {
            self.isHead = isHead
            self.isVersion10 = isVersion10
            self.keepsAlive = keepsAlive
        }

        /// Whether content of unknown length can only be ended with the connection.
        public func endsWithConnection(_ response: Response) -> Bool {
            guard isVersion10, case .stream(let stream) = response.content else { return false }
            return stream.length == nil
        }

        /// What the head of a request asks for.
        public init(_ head: RequestHead) {
            isHead = head.method == .head
            isVersion10 = head.minorVersion == 0
            keepsAlive = head.keepsAlive
        }
    }

    /// How the content follows the head.
    public enum Delimitation: Hashable, Sendable {
        /// Not at all.
        case none
        /// As it is: its length is in the head.
        case length
        /// In chunks, each framed by `appendChunkHead` and `chunkEnd`, with `lastChunk` at the end.
        case chunks
        /// As it is, up to the end of the connection.
        case close
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

    /// Appends a whole response whose content is in memory.
    public func encode(_ response: Response, _ framing: Framing, into output: inout [UInt8]) {
        let delimitation = encodeHead(of: response, framing, into: &output)
        if delimitation == .length { output.append(contentsOf: response.body) }
    }

    /// Appends the status line and the fields; answers how the content must follow.
    public func encodeHead(
        of response: Response, _ framing: Framing, into output: inout [UInt8]
    ) -> Delimitation {
        output.appendStatusLine(response.status)
        output.append(contentsOf: dateLine)
        output.append(contentsOf: response.fieldLines)
        let delimitation = appendLength(of: response, framing, into: &output)
        if !framing.keepsAlive && response.status != 101 {
            output.append(ascii: "Connection: close\r\n")
        } else if framing.isVersion10 && framing.keepsAlive {
            output.append(ascii: "Connection: keep-alive\r\n")
        }
        output.append(ascii: "\r\n")
        return delimitation
    }

    /// RFC 9112 §6.1, §6.2: neither length nor coding with 1xx, 204 and 304; HEAD is told them and
    /// no content follows.
    private func appendLength(
        of response: Response, _ framing: Framing, into output: inout [UInt8]
    ) -> Delimitation {
        if response.status == 204 || response.status == 304 || response.status < 200 {
            return .none
        }
        if framing.isHead, !response.tellsLengthToHead { return .none }
        let length: Int
        switch response.content {
        case .bytes(let bytes): length = bytes.count
        case .file(let range): length = range.byteCount
        case .stream(let stream):
            guard let known = stream.length else {
                if framing.isHead { return .none }
                if framing.isVersion10 { return .close }
                output.append(ascii: "Transfer-Encoding: chunked\r\n")
                return .chunks
            }
            length = known
        }
        output.append(ascii: "Content-Length: ")
        output.append(decimal: length)
        output.append(ascii: "\r\n")
        return framing.isHead ? .none : .length
    }
}

extension [UInt8] {
    /// Appends the line that begins a chunk of so many bytes, which are not none (RFC 9112 §7.1).
    public mutating func appendChunkHead(_ byteCount: Int) {
        precondition(byteCount > 0, "an empty chunk would end the content")
        var shift = (Int.bitWidth - byteCount.leadingZeroBitCount - 1) & ~3
        while shift >= 0 {
            append(Hex.digit(UInt8(truncatingIfNeeded: byteCount >> shift) & 0x0F))
            shift -= 4
        }
        append(ascii: "\r\n")
    }
}

/// What follows the bytes of a chunk.
public let chunkEnd: StaticString = "\r\n"

/// What follows the last chunk: the one of size zero, and no trailer.
public let lastChunk: StaticString = "0\r\n\r\n"

/// The interim answer to `Expect: 100-continue` (RFC 9110 §15.2.1).
public let continueResponse: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
