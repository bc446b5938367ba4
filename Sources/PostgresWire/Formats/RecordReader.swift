/// A `record` or composite value looked at in place, its fields taken one after the other.
///
///     count (4)   for each field:  type (4)   length (4, -1 for NULL)   bytes …
public struct RecordReader: ~Escapable {
    private let bytes: Span<UInt8>
    private var position = 4
    /// How many fields there are.
    public let count: Int
    /// How many fields have been taken.
    public private(set) var index = 0

    /// Whether all fields have been taken.
    public var isAtEnd: Bool { index == count }

    /// Looks at a binary value and checks all of it.
    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>) throws(FormatFault) {
        guard bytes.count >= 4 else { throw .wrongSize(bytes.count, type: .record) }
        count = Int(bytes.bigEndian(at: 0, as: Int32.self))
        guard count >= 0 else { throw .malformed(.record) }
        var end = 4
        for _ in 0..<count {
            guard bytes.count - end >= 8 else { throw .malformed(.record) }
            let length = Int(bytes.bigEndian(at: end + 4, as: Int32.self))
            guard length >= -1, bytes.count - end - 8 >= length else { throw .malformed(.record) }
            end += 8 + max(length, 0)
        }
        guard end == bytes.count else { throw .malformed(.record) }
        self.bytes = bytes
    }

    /// The type of the next field. There must be one.
    public var nextType: TypeOID {
        precondition(index < count, "a record has no more fields")
        return TypeOID(rawValue: bytes.bigEndian(at: position, as: UInt32.self))
    }

    /// The bytes of the next field, nil for NULL. There must be one.
    @_lifetime(copy self)
    public mutating func next() -> Span<UInt8>? {
        precondition(index < count, "a record has no more fields")
        let length = Int(bytes.bigEndian(at: position + 4, as: Int32.self))
        let start = position + 8
        index += 1
        position = start + max(length, 0)
        return length < 0 ? nil : bytes.extracting(start..<position)
    }
}
