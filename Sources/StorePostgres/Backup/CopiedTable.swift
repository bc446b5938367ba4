import Store

/// A table as a copy of the database holds it.
public struct CopiedTable: Hashable, Sendable {
    /// Its name in the schema of the project's tables.
    public let name: String
    /// The columns whose values are copied, in order: those that the server computes are not.
    public let columns: [String]
    /// Whether its rows are in partitions. Those of tables that inherit from it are their own.
    private let isPartitioned: Bool

    /// A table.
    public init(name: String, columns: [String], isPartitioned: Bool = false) {
        self.name = name
        self.columns = columns
        self.isPartitioned = isPartitioned
    }

    /// The table and its columns, for COPY.
    private var target: String { "\(quoted(identifier: name)) (\(list))" }

    private var list: String { columns.map { quoted(identifier: $0) }.joined(separator: ", ") }

    /// What sends its rows. A query, since a table in partitions has none of its own.
    var sending: String {
        let rows = (isPartitioned ? "" : "ONLY ") + quoted(identifier: name)
        return "COPY (SELECT \(list) FROM \(rows)) TO STDOUT"
    }

    /// What takes its rows, whatever of its columns is ALWAYS generated.
    var taking: String { "COPY \(target) FROM STDIN" }
}

/// How far the numbers of a column have been given.
public struct CopiedSequence: Hashable, Sendable {
    /// The table.
    public let table: String
    /// Its column.
    public let column: String
    /// The last number given; nil where none was.
    public let last: Int64?

    /// A sequence.
    public init(table: String, column: String, last: Int64?) {
        self.table = table
        self.column = column
        self.last = last
    }
}
