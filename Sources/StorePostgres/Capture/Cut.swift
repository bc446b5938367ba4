public import Diagnostics
public import PostgresWire

/// What became visible between two ticks.
public struct Cut: Hashable, Sendable {
    /// Its number: one more than that of the cut before.
    public let number: Int64
    /// The history that it belongs to.
    public let epoch: String
    /// What was visible then.
    public let snapshot: Snapshot
    /// The numbers of its changes; `last` is one less than `first` where there are none.
    public let first: Int64
    /// The last of them.
    public let last: Int64
    /// How many changes there are.
    public let changeCount: Int64
    /// When it was made, by the server's clock; never before the cut before.
    public let madeAt: Instant
}

extension Cut {
    /// Reads a row of ``ChangeStatements/cuts`` or ``ChangeStatements/newestCut``.
    public init(_ row: DataRow) throws(LogFault) {
        var reader = RowReader(row)
        number = try reader.int8("n")
        epoch = try reader.text("epoch")
        snapshot = try reader.snapshot("snap")
        first = try reader.int8("first_seq")
        last = try reader.int8("last_seq")
        changeCount = try reader.int8("changes")
        madeAt = Instant(microseconds: try reader.microseconds("at"))
    }
}

/// What a tick found: the newest cut, whether it made it or not.
public struct Tick: Hashable, Sendable {
    /// The newest cut's number.
    public let cut: Int64
    /// The history in force.
    public let epoch: String
    /// The newest change's number.
    public let last: Int64

    /// Reads the row of ``ChangeStatements/tick``.
    public init(_ row: DataRow) throws(LogFault) {
        var reader = RowReader(row)
        cut = try reader.int8("n")
        epoch = try reader.text("epoch")
        last = try reader.int8("last_seq")
    }
}
