/// An array looked at in place, its elements taken one after the other, the last dimension fastest.
///
///     dimensions (4)   has NULL (4)   element type (4)
///     for each dimension: length (4)  lower bound (4)
///     for each element:   length (4, -1 for NULL)  bytes …
public struct ArrayReader: ~Escapable {
    /// PostgreSQL's own limit (MAXDIM).
    public static let dimensionsMax = 6

    private let bytes: Span<UInt8>
    private var position: Int
    /// The type of its elements.
    public let element: TypeOID
    /// How many dimensions there are; 0 for an empty array.
    public let dimensionCount: Int
    /// How many elements there are in all.
    public let count: Int
    /// How many elements have been taken.
    public private(set) var index = 0

    /// Whether all elements have been taken.
    public var isAtEnd: Bool { index == count }

    /// Looks at a binary value and checks all of it.
    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>, of expected: TypeOID) throws(FormatFault) {
        let type = expected.array ?? expected
        guard bytes.count >= 12 else { throw .wrongSize(bytes.count, type: type) }
        dimensionCount = Int(bytes.bigEndian(at: 0, as: Int32.self))
        element = TypeOID(rawValue: bytes.bigEndian(at: 8, as: UInt32.self))
        guard element == expected else { throw .wrongElement(element, expected: expected) }
        guard (0...Self.dimensionsMax).contains(dimensionCount),
            bytes.count >= 12 + 8 * dimensionCount
        else { throw .malformed(type) }
        var count = dimensionCount == 0 ? 0 : 1
        for dimension in 0..<dimensionCount {
            let length = Int(bytes.bigEndian(at: 12 + 8 * dimension, as: Int32.self))
            // Each element takes four bytes at least: a product that cannot be true ends here.
            guard length >= 0, count <= bytes.count else { throw .malformed(type) }
            count *= length
        }
        guard count <= bytes.count else { throw .malformed(type) }
        self.bytes = bytes
        self.count = count
        position = 12 + 8 * dimensionCount
        guard Self.isWhole(bytes, from: position, count: count) else { throw .malformed(type) }
    }

    /// How many elements a dimension has, from the outermost.
    public func length(ofDimension dimension: Int) -> Int {
        precondition((0..<dimensionCount).contains(dimension), "there is no such dimension")
        return Int(bytes.bigEndian(at: 12 + 8 * dimension, as: Int32.self))
    }

    /// The bytes of the next element, nil for NULL. There must be one.
    @_lifetime(copy self)
    public mutating func next() -> Span<UInt8>? {
        precondition(index < count, "an array has no more elements")
        let length = Int(bytes.bigEndian(at: position, as: Int32.self))
        let start = position + 4
        index += 1
        position = start + max(length, 0)
        return length < 0 ? nil : bytes.extracting(start..<position)
    }

    private static func isWhole(_ bytes: Span<UInt8>, from start: Int, count: Int) -> Bool {
        var position = start
        for _ in 0..<count {
            guard bytes.count - position >= 4 else { return false }
            let length = Int(bytes.bigEndian(at: position, as: Int32.self))
            guard length >= -1, bytes.count - position - 4 >= length else { return false }
            position += 4 + max(length, 0)
        }
        return position == bytes.count
    }
}
