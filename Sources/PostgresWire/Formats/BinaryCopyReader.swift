/// Takes the rows of a binary COPY TO out of its pieces. The server sends a row in a piece of its
/// own, the head in front of the first.
public struct BinaryCopyReader: Sendable {
    private enum Phase { case head, rows, over }

    private var phase = Phase.head

    /// A reader at the start of a COPY.
    public init() {}

    /// Whether the end of the rows has come.
    public var isOver: Bool { phase == .over }

    /// The row of a piece; nil for the one that ends the rows.
    @_lifetime(copy piece)
    public mutating func row(in piece: Span<UInt8>) throws(WireFault) -> DataRow? {
        let fault = WireFault.malformed(type: BackendMessageType.copyData.rawValue)
        var start = 0
        if phase == .head {
            start = try Self.headCount(piece)
            phase = .rows
        }
        guard phase == .rows else { throw fault }
        let rest = piece.extracting(start...)
        if rest.count == 2, rest.bigEndian(at: 0, as: Int16.self) == -1 {
            phase = .over
            return nil
        }
        guard DataRow.isValid(rest) else { throw fault }
        return DataRow(checked: rest)
    }

    /// How long the head is. Flags that must be understood (16 to 31) are none of today's.
    private static func headCount(_ piece: Span<UInt8>) throws(WireFault) -> Int {
        let fault = WireFault.malformed(type: BackendMessageType.copyData.rawValue)
        guard piece.count >= BinaryCopy.head.count else { throw fault }
        for index in 0..<11 where piece[index] != BinaryCopy.head[index] { throw fault }
        guard piece.bigEndian(at: 11, as: UInt32.self) >> 16 == 0 else { throw fault }
        let extensionCount = Int(piece.bigEndian(at: 15, as: Int32.self))
        let end = BinaryCopy.head.count + extensionCount
        guard extensionCount >= 0, end <= piece.count else { throw fault }
        return end
    }
}
