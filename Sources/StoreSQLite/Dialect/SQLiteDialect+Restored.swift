import Bytes
public import Store
public import Values

extension SQLiteDialect {
    /// See ``Store/Dialect/restoring(_:parameter:)`` (lang_with.html). The values are as they are
    /// stored, but for bytes, for which JSON has no form: they are restored as NULL.
    public func restoring(
        _ table: RestoredTable, parameter number: Int
    ) -> (expression: String, rows: Value) {
        let values = table.columns.indices.map { "json_extract(value, '$[\($0)]')" }
        let expression = table.expression(
            of: "main." + quoted(identifier: table.name), and: values,
            from: "json_each(?\(number))")
        return (
            expression,
            table.json { value, _, json in
                switch value {
                case .null, .blob: json.append(ascii: "null")
                case .integer(let number): json.append(decimal: number)
                case .real(let number): json.append(shortest: number)
                case .text(let text): json.append(jsonString: text)
                }
            }
        )
    }
}
