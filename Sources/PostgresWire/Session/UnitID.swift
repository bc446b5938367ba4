/// The number of a unit of work on one session: all up to one Sync.
public struct UnitID: Hashable, Sendable {
    /// Units are numbered from 1, in the order in which they are opened.
    public let number: UInt64
}

/// One execution within a unit.
public struct Step: Hashable, Sendable {
    /// The unit.
    public let unit: UnitID
    /// Which of the unit's steps it is, from 0.
    public let index: Int
}
