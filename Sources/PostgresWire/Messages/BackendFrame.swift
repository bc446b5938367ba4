/// One message of the server, still in the buffer that it arrived in.
///
///     type (1)   length (4, counts itself)   body …
struct BackendFrame: Hashable {
    let type: BackendMessageType
    /// Where the body stands in the buffer.
    let body: Range<Int>

    /// Bytes in front of the body.
    static let headBytes = 5

    /// The message that begins at `start`; nil as long as it is not whole.
    ///
    /// What is wrong is told as soon as it can be seen: an unknown type by its first byte, a wrong
    /// length by the fifth, not when as many bytes as it claims have come.
    static func read(
        _ bytes: Span<UInt8>, at start: Int, bytesMax: Int
    ) throws(WireFault) -> BackendFrame? {
        guard start < bytes.count else { return nil }
        guard let type = BackendMessageType(rawValue: bytes[start]) else {
            throw .unknownMessage(type: bytes[start])
        }
        guard bytes.count - start >= headBytes else { return nil }
        let length = Int(bytes.bigEndian(at: start + 1, as: Int32.self))
        guard length >= 4 else { throw .impossibleLength(length, type: type.rawValue) }
        guard length < bytesMax else {
            throw .messageTooLong(byteCount: length, type: type.rawValue)
        }
        guard bytes.count - start > length else { return nil }
        return BackendFrame(type: type, body: (start + headBytes)..<(start + 1 + length))
    }
}
