import Bytes
public import Values

/// A table to be read as if some rows that are gone were still in it.
///
/// What a cascade takes away includes the rows that rules ask about; whoever judges a deleted row
/// asks of the tables as they were.
public struct RestoredTable: Sendable {
    /// The table's name.
    public let name: String
    /// Its columns.
    public let columns: [(name: String, type: ColumnType)]
    /// The rows that are gone, their values in the order of ``columns``.
    public private(set) var rows: [[Value]] = []

    /// A table without restored rows.
    public init(name: String, columns: [(name: String, type: ColumnType)]) {
        self.name = name
        self.columns = columns
    }

    /// The rows as queries carry them; nil until ``write(in:)``.
    private(set) var written: Value?

    /// Adds a row that is gone.
    public mutating func append(_ row: [Value]) { rows.append(row) }

    /// Writes the rows once for all queries that follow, which share the text. Called when all have
    /// been added.
    public mutating func write(in dialect: any Dialect) {
        guard written == nil else { return }
        written = dialect.rows(of: self)
        rows = []
    }

    // MARK: For dialects

    /// `"name"("a", "b") AS (…)`: the rows of the table, and those that are gone.
    ///
    /// - Parameters:
    ///   - table: the table as statements call it.
    ///   - values: those of a row that is gone.
    ///   - rows: what these come from.
    public func expression(
        of table: String, and values: [String], from rows: String
    ) -> String {
        let names = columns.map { quoted(identifier: $0.name) }.joined(separator: ", ")
        return "\(quoted(identifier: Alias.restored(name)))(\(names)) AS NOT MATERIALIZED "
            + "(SELECT \(names) FROM \(table) UNION ALL "
            + "SELECT \(values.joined(separator: ", ")) FROM \(rows))"
    }

    /// The rows that are gone as a JSON array of arrays.
    ///
    /// - Parameter append: appends a value of a column.
    public func json(_ append: (Value, ColumnType, inout [UInt8]) -> Void) -> Value {
        var json: [UInt8] = [ASCII.leftBracket]
        for (place, row) in rows.enumerated() {
            json.append(ascii: place == 0 ? "[" : ",[")
            for (index, value) in row.enumerated() {
                if index > 0 { json.append(ASCII.comma) }
                append(value, columns[index].type, &json)
            }
            json.append(ASCII.rightBracket)
        }
        json.append(ASCII.rightBracket)
        return .text(String(utf8: json))
    }
}
