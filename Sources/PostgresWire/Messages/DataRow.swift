import Bytes

/// One row of a result, looked at where it arrived. Columns are taken one after the other; nothing
/// is copied.
///
///     count (2)   then for each column:  length (4, -1 for NULL)   bytes …
public struct DataRow: ~Escapable {
    private let bytes: Span<UInt8>
    private var position = 2
    /// How many columns there are.
    public let count: Int
    /// How many columns have been taken.
    public private(set) var index = 0

    /// Whether all columns have been taken.
    public var isAtEnd: Bool { index == count }

    /// A row whose form `check` has found to be right.
    @_lifetime(copy bytes)
    init(checked bytes: Span<UInt8>) {
        self.bytes = bytes
        count = Int(bytes.bigEndian(at: 0, as: UInt16.self))
    }

    /// The bytes of the next column, nil for NULL. There must be one.
    @_lifetime(copy self)
    public mutating func next() -> Span<UInt8>? {
        precondition(index < count, "a row has no more columns")
        let length = Int(bytes.bigEndian(at: position, as: Int32.self))
        let start = position + 4
        index += 1
        guard length >= 0 else {
            position = start
            return nil
        }
        position = start + length
        return bytes.extracting(start..<position)
    }

    /// The columns from the next on, which came as text.
    public var texts: [String?] {
        var row = self
        var texts: [String?] = []
        while !row.isAtEnd {
            if let bytes = row.next() {
                texts.append(String(utf8: bytes))
            } else {
                texts.append(nil)
            }
        }
        return texts
    }

    /// Whether `body` has the form of a row: every length lies within it, and nothing is left.
    static func isValid(_ body: Span<UInt8>) -> Bool {
        guard body.count >= 2 else { return false }
        var position = 2
        for _ in 0..<body.bigEndian(at: 0, as: UInt16.self) {
            guard body.count - position >= 4 else { return false }
            let length = Int(body.bigEndian(at: position, as: Int32.self))
            position += 4
            if length < 0 {
                guard length == -1 else { return false }
                continue
            }
            guard body.count - position >= length else { return false }
            position += length
        }
        return position == body.count
    }
}
