import Bytes
import HTTP

/// What a connection has received and not used yet.
struct InputBuffer {
    private var bytes: [UInt8] = []
    /// Bytes at the front that are done with.
    private var used = 0

    /// How many bytes are not used.
    var count: Int { bytes.count - used }

    /// Adds what has been received.
    mutating func append(_ received: Span<UInt8>) { bytes.append(span: received) }

    /// Looks for a head at the front; `use` what belongs to it.
    func parseHead(_ parser: inout RequestParser) -> RequestParser.Verdict {
        parser.parse(bytes.span.extracting(used...))
    }

    /// So many bytes at the front are done with.
    mutating func use(_ count: Int) { used += count }

    /// Whether what stands at the front, and is no sound head, asks for HEAD.
    func isHead(_ parser: RequestParser) -> Bool { parser.isHead(bytes.span.extracting(used...)) }

    /// Moves bytes to the body they belong to.
    ///
    /// - Returns: whether the body is whole.
    /// - Throws: what is wrong with the body.
    mutating func move(to body: inout BodyReceiver?) throws(HTTPFault) -> Bool {
        guard let count = try body?.take(bytes.span.extracting(used...)) else { return true }
        used += count
        return body?.isWhole ?? true
    }

    /// Takes out all that is left.
    mutating func takeAll() -> [UInt8] {
        let rest = Array(bytes[used...])
        self = InputBuffer()
        return rest
    }

    /// Forgets what is used: all of it at once when nothing is left, else when it is most of the
    /// buffer.
    mutating func compact() {
        if used == bytes.count {
            if bytes.capacity > HTTPServerLimits.keptBufferBytesMax {
                bytes = []
            } else {
                bytes.removeAll(keepingCapacity: true)
            }
            used = 0
        } else if used > HTTPServerLimits.keptBufferBytesMax, used > bytes.count / 2 {
            bytes.removeFirst(used)
            used = 0
        }
    }
}
