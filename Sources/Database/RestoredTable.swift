import Bytes
public import Values

/// A table to be read as if some rows that are gone were still in it.
///
/// What a cascade takes away includes the rows that rules ask about; whoever judges a deleted row
/// asks of the tables as they were.
public struct RestoredTable: Sendable {
    /// The table's name.
    public let name: String
    private let columns: [String]
    private var json: [UInt8] = [ASCII.leftBracket]

    /// A table without restored rows; `columns` in the order of the rows' values.
    public init(name: String, columns: [String]) {
        self.name = name
        self.columns = columns
    }

    /// Adds a row that is gone. Bytes are restored as NULL: JSON has no form for them.
    public mutating func append(_ row: [Value]) {
        if json.count > 1 { json.append(ASCII.comma) }
        json.append(ASCII.leftBracket)
        for (index, value) in row.enumerated() {
            if index > 0 { json.append(ASCII.comma) }
            switch value {
            case .null, .blob: json.append(ascii: "null")
            case .integer(let number): json.append(decimal: number)
            case .real(let number): json.append(shortest: number)
            case .text(let text): json.append(jsonString: text)
            }
        }
        json.append(ASCII.rightBracket)
    }

    /// The table as a common table expression of the same name, which hides the table itself
    /// (lang_with.html); the rows are argument `?number`.
    fileprivate func expression(number: Int) -> String {
        let name = Dialect.sqlite.quoted(identifier: name)
        let names = columns.map { Dialect.sqlite.quoted(identifier: $0) }.joined(separator: ", ")
        let parts = columns.indices.map { "json_extract(value, '$[\($0)]')" }.joined(
            separator: ", ")
        return "\(name)(\(names)) AS (SELECT \(names) FROM main.\(name)"
            + " UNION ALL SELECT \(parts) FROM json_each(?\(number)))"
    }

    fileprivate var rows: Value {
        .text(String(utf8: json + [ASCII.rightBracket]))
    }
}

extension BoundSQL {
    /// The query asked of tables with rows restored. Must be a SELECT without a WITH of its own.
    public func reading(_ tables: [RestoredTable]) -> BoundSQL {
        guard !tables.isEmpty else { return self }
        var arguments = arguments
        var expressions: [String] = []
        for table in tables {
            expressions.append(
                table.expression(number: BoundSQL.firstArgument + arguments.count))
            arguments.append(table.rows)
        }
        return BoundSQL(
            text: "WITH \(expressions.joined(separator: ", ")) \(text)",
            arguments: arguments)
    }
}
