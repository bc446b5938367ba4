import Bytes
public import Store
public import Values

extension PostgresDialect {
    /// See ``Store/Dialect/restoring(_:parameter:)``. The values are as clients are sent them; a
    /// JSON value in an array of its own, so that null differs from none.
    public func restoring(_ table: RestoredTable, parameter number: Int) -> String {
        let values = table.columns.enumerated().map { index, column in
            switch column.type {
            case .text: "r ->> \(index)"
            case .json: "r -> \(index) -> 0"
            case .uuid, .timestamp, .date, .time, .decimal, .integer, .integer32, .real, .boolean,
                .bytes:
                "(r ->> \(index))::\(column.type.typeName)"
            }
        }
        return table.expression(
            of: self.table(table.name), and: values,
            from: "jsonb_array_elements($\(number)) AS r")
    }

    /// See ``Store/Dialect/rows(of:)``.
    public func rows(of table: RestoredTable) -> Value {
        table.json { value, type, json in
            let isWrapped = type == .json && !value.isNull
            if isWrapped { json.append(ASCII.leftBracket) }
            type.appendJSON(value, to: &json)
            if isWrapped { json.append(ASCII.rightBracket) }
        }
    }
}
