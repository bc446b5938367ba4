public import Diagnostics

/// One state of a database, which whole tables are read from, as long as it takes, while others
/// write. What `apus export` reads. For one thread.
public protocol TableSnapshot: AnyObject {
    /// Hands on all rows of a table, in the order of its primary key, without holding them.
    ///
    /// - Parameter take: takes each row, possibly on another thread while this one waits. What it
    ///   throws ends the read, and with it the snapshot.
    /// - Throws: what `take` throws, and what the database reports.
    func rows(
        of table: Table, _ take: @escaping (WireRow) throws(Problem) -> Void
    ) throws(Problem)
}

/// A row as clients are sent it: the values of its columns as JSON, one behind the other.
public struct WireRow {
    /// The bytes of all values.
    public private(set) var bytes: [UInt8] = []
    /// Where each value ends.
    public private(set) var ends: [Int] = []

    /// A row without a column.
    public init() {}

    /// Forgets all columns, and keeps the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Adds the next column's value.
    ///
    /// - Parameter value: appends it to what it is given.
    public mutating func append<Fault: Error>(
        _ value: (inout [UInt8]) throws(Fault) -> Void
    ) throws(Fault) {
        try value(&bytes)
        ends.append(bytes.count)
    }

    /// Where the value of a column lies in ``bytes``.
    public func place(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : ends[index - 1])..<ends[index]
    }
}

extension Table {
    /// All rows with all columns that clients see, in the order of the primary key.
    public var everything: SelectStatement {
        let alias = "t"
        return SelectStatement(
            shown.indices.map { .init(column($0, of: alias)) },
            from: [.init(rows, as: alias)],
            order: primaryKey.columns.map { .init(column($0, of: alias)) })
    }
}

extension Problem {
    /// A table that is not as the models say, which are read from its columns.
    ///
    /// - Parameter reason: what the database says.
    public static func unreadable(_ table: String, _ reason: String) -> Problem {
        Problem(
            code: "table_unreadable", status: 500,
            message: "The table \(table) cannot be read as its model says: \(reason).",
            hint: "'apus migrate verify' tells where the database and the models differ.")
    }
}
