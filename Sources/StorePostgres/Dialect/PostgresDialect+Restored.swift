import Bytes
public import Store
public import Values

extension PostgresDialect {
    /// See ``Store/Dialect/restoring(_:parameter:)``.
    public func restoring(
        _ table: RestoredTable, parameter number: Int
    ) -> (expression: String, rows: Value) {
        (table.expression(number: number), table.rowsAsJSON)
    }
}

extension RestoredTable {
    /// `"name"("a", "b") AS (…)`; the rows are argument `$number`.
    fileprivate func expression(number: Int) -> String {
        let name = quoted(identifier: name)
        let names = columns.map { quoted(identifier: $0.name) }.joined(separator: ", ")
        let parts = columns.enumerated().map { index, column in
            switch column.type {
            case .text: "r ->> \(index)"
            case .json: "r -> \(index) -> 0"
            case .uuid, .timestamp, .date, .time, .decimal, .integer, .integer32, .real, .boolean,
                .bytes:
                "(r ->> \(index))::\(column.type.typeName)"
            }
        }
        return "\(name)(\(names)) AS NOT MATERIALIZED (SELECT \(names) FROM \(name)"
            + " UNION ALL SELECT \(parts.joined(separator: ", "))"
            + " FROM jsonb_array_elements($\(number)) AS r)"
    }

    /// The rows as arrays of values as clients are sent them; a JSON value in an array of its own,
    /// so that null differs from none.
    fileprivate var rowsAsJSON: Value {
        var json: [UInt8] = [ASCII.leftBracket]
        for (place, row) in rows.enumerated() {
            json.append(ascii: place == 0 ? "[" : ",[")
            for (index, value) in row.enumerated() {
                if index > 0 { json.append(ASCII.comma) }
                let type = columns[index].type
                let isWrapped = type == .json && !value.isNull
                if isWrapped { json.append(ASCII.leftBracket) }
                type.appendJSON(value, to: &json)
                if isWrapped { json.append(ASCII.rightBracket) }
            }
            json.append(ASCII.rightBracket)
        }
        json.append(ASCII.rightBracket)
        return .text(String(utf8: json))
    }
}
