/// A client's frame, masked (RFC 6455 §5.2).
///
/// - Parameters:
///   - first: the final bit, the reserved bits and the opcode.
///   - length: the bytes that tell the length, to tell it wrongly or in a long form.
public func clientFrame(
    _ first: UInt8, _ payload: [UInt8], mask: [UInt8] = [1, 2, 3, 0xFF], length: [UInt8]? = nil
) -> [UInt8] {
    var bytes = [first]
    if let length {
        bytes += length
    } else if payload.count < 126 {
        bytes.append(0x80 | UInt8(payload.count))
    } else if payload.count < 65_536 {
        bytes += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    } else {
        bytes += [0xFF] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
    }
    return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
}

/// A client's frame of text, masked.
public func clientFrame(_ first: UInt8, _ text: String) -> [UInt8] {
    clientFrame(first, Array(text.utf8))
}

/// The request that opens a WebSocket (RFC 6455 §4.1).
public func webSocketRequest(
    _ target: String = "/ws", fields: [(String, String)] = []
) -> String {
    "GET \(target) HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + fields.map { "\($0): \($1)\r\n" }.joined()
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
}

extension LoopbackSocket {
    /// One frame of a server: its first byte and its payload; nil if the stream ends before it
    /// does.
    public func readFrame() -> (first: UInt8, payload: [UInt8])? {
        let start = read(count: 2)
        guard start.count == 2 else { return nil }
        var length = Int(start[1])
        if length >= 126 {
            length = read(count: length == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) }
        }
        let payload = read(count: length)
        return payload.count == length ? (start[0], payload) : nil
    }
}
