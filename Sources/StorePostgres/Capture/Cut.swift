public import Diagnostics
public import PostgresWire

/// What became visible between two ticks.
public struct Cut: Hashable, Sendable {
    /// Its number: one more than that of the cut before.
    public let number: Int64
    /// The history that it belongs to.
    public let epoch: String
    /// The number of its last change; that of the cut before where there are none.
    public let last: Int64
    /// When it was made, by the server's clock; never before the cut before.
    public let madeAt: Instant
}

extension Cut {
    /// Reads a row of ``ChangeStatements/newestCut``.
    public init(_ row: DataRow) throws(LogFault) {
        var reader = RowReader(row)
        number = try reader.int8("n")
        epoch = try reader.text("epoch")
        last = try reader.int8("last_seq")
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
