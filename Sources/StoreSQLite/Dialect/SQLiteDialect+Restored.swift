import Bytes
public import Store
public import Values

extension SQLiteDialect {
    /// See ``Store/Dialect/restoring(_:parameter:)`` (lang_with.html). The values are as they are
    /// stored; bytes, for which JSON has no form, as their hexadecimal digits.
    public func restoring(_ table: RestoredTable, parameter number: Int) -> String {
        let values = table.columns.enumerated().map { index, column in
            let value = "json_extract(value, '$[\(index)]')"
            return column.type == .bytes ? "apus_bytes(\(value))" : value
        }
        return table.expression(
            of: self.table(table.name), and: values,
            from: "json_each(?\(number))")
    }

    /// See ``Store/Dialect/rows(of:)``.
    public func rows(of table: RestoredTable) -> Value {
        table.json { value, _, json in
            switch value {
            case .null: json.append(ascii: "null")
            case .blob(let bytes): json.append(jsonString: Hex.encode(bytes))
            case .integer(let number): json.append(decimal: number)
            // SQLite reads what is larger than any double as infinity.
            case .real(.infinity): json.append(ascii: "9e999")
            case .real(-.infinity): json.append(ascii: "-9e999")
            case .real(let number): json.append(shortest: number)
            case .text(let text): json.append(jsonString: text)
            }
        }
    }
}
