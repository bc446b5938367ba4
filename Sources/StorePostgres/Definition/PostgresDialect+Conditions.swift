import Store
import Values

extension PostgresDialect {
    /// What a column's type and conditions put on its values; nil for nothing.
    func condition(of column: TableDefinition.Column) -> String? {
        let name = quoted(identifier: column.name)
        let conditions =
            [column.type.condition(on: name)].compactMap { $0 }
            + column.conditions.flatMap { text(of: $0, on: name, column.type.type) }
        return conditions.isEmpty ? nil : conditions.joined(separator: " AND ")
    }

    /// - Parameter name: the column's, quoted.
    private func text(
        of condition: TableDefinition.Condition, on name: String, _ type: ColumnType
    ) -> [String] {
        switch condition {
        case .oneOf(let values):
            ["\(name) IN (\(values.map { literal($0, type) }.joined(separator: ", ")))"]
        case .length(let min, let max):
            length("\(type == .bytes ? "octet_length" : "char_length")(\(name))", min, max)
        case .comparison(let comparison, let bound):
            ["\(name) \(comparison.sql) \(literal(bound, type))"]
        // The server has no remainder of doubles.
        case .multipleOf(let step):
            type == .real ? [] : ["\(name) % \(literal(step, type)) = 0"]
        }
    }

    private func length(_ length: String, _ min: Int?, _ max: Int?) -> [String] {
        switch (min, max) {
        case (nil, nil): []
        case (let min?, nil): ["\(length) >= \(min)"]
        case (nil, let max?): ["\(length) <= \(max)"]
        case (let min?, let max?) where min == max: ["\(length) = \(min)"]
        case (let min?, let max?): ["\(length) BETWEEN \(min) AND \(max)"]
        }
    }
}

extension DeclaredType {
    /// The type as a table is made with it.
    var columnType: String {
        switch type {
        // By code point, as everywhere else, whatever the database's own order is.
        case .text: "text COLLATE \"C\""
        case .decimal(let precision, let scale): "numeric(\(precision),\(scale))"
        case .uuid, .timestamp, .date, .time, .integer, .integer32, .real, .boolean, .json, .bytes:
            catalogueName
        }
    }

    /// What the catalogue calls the type.
    var catalogueName: String {
        switch type {
        case .text: "text"
        case .uuid: "uuid"
        case .timestamp: "timestamp with time zone"
        case .date: "date"
        case .time: "time without time zone"
        case .decimal: "numeric"
        case .integer: "bigint"
        case .integer32: "integer"
        case .real: "double precision"
        case .boolean: "boolean"
        case .json: "jsonb"
        case .bytes: "bytea"
        }
    }

    /// What keeps out values of the server's type that ours has not: endless times and years beyond
    /// 9999, 24 o'clock, NaN; and JSON of another shape.
    ///
    /// - Parameter name: the column's, quoted.
    func condition(on name: String) -> String? {
        switch type {
        case .timestamp:
            "\(name) >= '0001-01-01 00:00:00+00' AND \(name) < '10000-01-01 00:00:00+00'"
        case .date: "\(name) >= '0001-01-01' AND \(name) < '10000-01-01'"
        case .time: "\(name) < '24:00:00'"
        case .decimal, .real: "\(name) <> 'NaN'"
        case .json: shape.map { "jsonb_typeof(\(name)) = '\($0.rawValue)'" }
        case .text, .uuid, .integer, .integer32, .boolean, .bytes: nil
        }
    }
}
