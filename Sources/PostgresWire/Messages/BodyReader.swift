import Bytes

/// Reads the body of a message from its front. Whatever does not fit is `malformed`.
struct BodyReader: ~Escapable {
    private let bytes: Span<UInt8>
    private let type: BackendMessageType
    /// Where the next field begins.
    private(set) var position = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, of type: BackendMessageType) {
        self.bytes = bytes
        self.type = type
    }

    var fault: WireFault { .malformed(type: type.rawValue) }

    /// How many bytes are left.
    var remaining: Int { bytes.count - position }

    mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(
        _ kind: Number.Type
    ) throws(WireFault) -> Number {
        let size = MemoryLayout<Number>.size
        guard remaining >= size else { throw fault }
        defer { position += size }
        return bytes.bigEndian(at: position, as: kind)
    }

    /// The place of so many bytes.
    mutating func skip(_ count: Int) throws(WireFault) -> Range<Int> {
        guard count >= 0, remaining >= count else { throw fault }
        defer { position += count }
        return position..<(position + count)
    }

    /// The place of a string without the NUL that ends it.
    mutating func string() throws(WireFault) -> Range<Int> {
        var end = position
        while end < bytes.count, bytes[end] != 0 { end += 1 }
        guard end < bytes.count else { throw fault }
        defer { position = end + 1 }
        return position..<end
    }

    /// A string as text.
    mutating func text() throws(WireFault) -> String {
        let range = try string()
        return String(utf8: bytes.extracting(range))
    }

    /// That nothing is left.
    func end() throws(WireFault) {
        guard remaining == 0 else { throw fault }
    }
}
