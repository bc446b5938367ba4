public import Values

/// The rows that the search of a write has found. Only the engine that found them knows what they
/// are; whoever runs the write brings them along.
public struct FoundRows: Sendable {
    /// What identifies the rows, as the engine's statements take it.
    public let list: Value
    /// How many they are.
    public let count: Int
    /// Whether there are more than ``WriteLimits/foundRowsMax``, which nobody has looked at.
    public let isCut: Bool

    /// Rows found by an engine.
    public init(_ list: Value, count: Int, isCut: Bool) {
        self.list = list
        self.count = count
        self.isCut = isCut
    }
}

/// Bounds of writes.
public enum WriteLimits {
    /// Rows that the search of an UPDATE or DELETE may find, in an engine whose writes have one
    /// (``PreparedUpdate/search``): what identifies them stands in memory
    /// until they are written, and the writer is held up for all of them at once.
    public static let foundRowsMax = 1_000_000
    /// Rows of an INSERT whose time need not be bounded by itself.
    public static let smallRowsMax = 1000
}
