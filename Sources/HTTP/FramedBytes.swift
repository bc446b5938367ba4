/// One unmasked WebSocket frame, ready to be written to any number of sockets.
///
///     0x80 | opcode · length (1, 3 or 9 bytes) · payload              (RFC 6455 §5.2)
public final class FramedBytes: Sendable {
    /// The frame with its header.
    public let bytes: [UInt8]

    /// A whole text message of parts that follow one another, each copied once. Together they must
    /// be UTF-8.
    public init(textParts parts: [[UInt8]]) {
        let count = parts.reduce(0) { $0 + $1.count }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + webSocketHeaderBytesMax)
        bytes.appendFrameHead(.text, payloadCount: count)
        for part in parts { bytes.append(contentsOf: part) }
        self.bytes = bytes
    }
}

/// What a frame carries (RFC 6455 §11.8).
public enum WebSocketOpcode: UInt8, Sendable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    /// Close, ping and pong: short, never fragmented, allowed between fragments.
    var isControl: Bool { rawValue & 0x8 != 0 }
}

/// The longest header of a frame that a server sends: two bytes and a 64-bit length.
let webSocketHeaderBytesMax = 10

extension [UInt8] {
    /// Appends a whole, final, unmasked frame (RFC 6455 §5.2).
    public mutating func append(frame opcode: WebSocketOpcode, payload: [UInt8]) {
        appendFrameHead(opcode, payloadCount: payload.count)
        append(contentsOf: payload)
    }

    /// Appends what stands in front of the payload.
    fileprivate mutating func appendFrameHead(_ opcode: WebSocketOpcode, payloadCount count: Int) {
        append(0x80 | opcode.rawValue)
        switch count {
        case ...125:
            append(UInt8(count))
        case ...0xFFFF:
            append(126)
            append(bigEndian: UInt64(count), byteCount: 2)
        default:
            append(127)
            append(bigEndian: UInt64(count), byteCount: 8)
        }
    }

    /// Appends a close frame: the code, and as much of the reason as fits, cut between characters.
    public mutating func append(closeFrame code: UInt16, reason: String) {
        var payload: [UInt8] = [UInt8(code >> 8), UInt8(code & 0xFF)]
        for character in reason {
            let bytes = Array(character.utf8)
            if payload.count + bytes.count > controlPayloadBytesMax { break }
            payload += bytes
        }
        append(frame: .close, payload: payload)
    }

    private mutating func append(bigEndian value: UInt64, byteCount: Int) {
        for shift in (0..<byteCount).reversed() {
            append(UInt8(truncatingIfNeeded: value >> (UInt64(shift) * 8)))
        }
    }
}
