public import Quotas

/// What an engine with one writer tells of it, for `/metrics`. What waits aside, it counts
/// from the start.
public struct WriteLoad: Sendable {
    /// The upper bounds that ``turns`` are counted by, in microseconds.
    public static let turnBounds: [UInt64] = [
        500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    ]

    /// Writes that wait now.
    public var waiting = 0
    /// Those of them that are held to a share of the writer's time.
    public var longWaiting = 0
    /// Writes of rows refused because as many waited as may.
    public var refused = RefusalCounts()
    /// The same of those that go first, which have places of their own.
    public var refusedFirst = RefusalCounts()
    /// Writes undone because they held the writer for too long.
    public var overtime = 0
    /// Writes that held the writer for longer than a turn aims at.
    public var long = 0
    /// Nanoseconds that they held it for.
    public var longNanoseconds: UInt64 = 0
    /// Turns of the writer by how long they took, commit included: those within each of
    /// ``turnBounds`` and no earlier one, and at the end the longer ones.
    public var turns = [Int](repeating: 0, count: turnBounds.count + 1)
    /// Nanoseconds of all turns.
    public var turnNanoseconds: UInt64 = 0
    /// Nanoseconds of the longest turn.
    public var longestTurnNanoseconds: UInt64 = 0

    /// Nothing yet.
    public init() {}

    /// Counts a turn.
    public mutating func countTurn(nanoseconds: UInt64) {
        let bucket = Self.turnBounds.firstIndex { nanoseconds <= $0 * 1000 }
        turns[bucket ?? Self.turnBounds.count] += 1
        turnNanoseconds += nanoseconds
        longestTurnNanoseconds = max(longestTurnNanoseconds, nanoseconds)
    }
}
