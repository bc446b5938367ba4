/// The header of a client's frame, taken byte by byte (RFC 6455 §5.2). A fault is told with the
/// byte that shows it.
struct FrameHeader: Sendable {
    /// The last frame of its message.
    private(set) var isFinal = false
    private(set) var opcode = WebSocketOpcode.continuation
    /// Bytes of payload.
    private(set) var length = 0
    /// The masking key, its first byte in the lowest bits.
    private(set) var mask: UInt32 = 0

    private var count = 0
    private var lengthBytes = 0

    /// Takes the next byte; true when the header is whole.
    mutating func append(_ byte: UInt8) throws(WebSocketFailure) -> Bool {
        defer { count += 1 }
        switch count {
        case 0: try readOpcode(byte)
        case 1: try readLength(byte)
        case 2..<(2 + lengthBytes): try extendLength(byte)
        default:
            let index = count - 2 - lengthBytes
            mask |= UInt32(byte) << UInt32(index * 8)
            return index == 3
        }
        return false
    }

    private mutating func readOpcode(_ byte: UInt8) throws(WebSocketFailure) {
        isFinal = byte & 0x80 != 0
        if byte & 0x70 != 0 { throw .protocolError("Reserved bits are set.") }
        guard let known = WebSocketOpcode(rawValue: byte & 0x0F) else {
            throw .protocolError("Opcode \(byte & 0x0F) is reserved.")
        }
        opcode = known
        if opcode.isControl && !isFinal { throw .protocolError("A control frame is fragmented.") }
    }

    private mutating func readLength(_ byte: UInt8) throws(WebSocketFailure) {
        if byte & 0x80 == 0 { throw .protocolError("Client frames must be masked.") }  // §5.1
        length = Int(byte & 0x7F)
        if opcode.isControl && length > controlPayloadBytesMax {
            throw .protocolError("A control frame is too long.")
        }
        lengthBytes = length == 126 ? 2 : length == 127 ? 8 : 0
        if lengthBytes > 0 { length = 0 }
    }

    /// The most significant bit of a 64-bit length must be 0 (§5.2).
    private mutating func extendLength(_ byte: UInt8) throws(WebSocketFailure) {
        if count == 2 && lengthBytes == 8 && byte & 0x80 != 0 {
            throw .protocolError("A length is negative.")
        }
        length = length << 8 | Int(byte)
        if count == 1 + lengthBytes && length < (lengthBytes == 2 ? 126 : 65_536) {
            throw .protocolError("A length is not in its shortest form.")
        }
    }
}
