import Store
import Values

extension SQLiteDialect {
    /// What a column's type and conditions put on its values; nil for nothing. It spells the type
    /// out, so that a change of type shows as a change of the table even where both types are
    /// stored alike.
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
        case .length(let min, let max): length("length(\(name))", min, max)
        case .comparison(let comparison, let bound):
            ["\(name) \(comparison.sql) \(literal(bound, type))"]
        // `%` would cut a REAL down to an integer first.
        case .multipleOf(.integer(let step)): ["\(name) % \(step) = 0"]
        case .multipleOf: []
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
    /// The condition that the type puts on values; nil for types that are as SQLite's.
    ///
    /// - Parameter name: the column's, quoted.
    func condition(on name: String) -> String? {
        switch type.traits.form {
        case .any: nil
        case .glob(let pattern): "\(name) GLOB '\(pattern)'"
        case .between(let low, let high): "\(name) BETWEEN \(low) AND \(high)"
        case .oneOf(let values): "\(name) IN (\(values.map(String.init).joined(separator: ", ")))"
        case .json: "\(name) GLOB \(pattern)"
        case .digits: digitsCondition(on: name)
        }
    }

    private func digitsCondition(on name: String) -> String? {
        guard case .decimal(let precision, let scale) = type else { return nil }
        return "abs(\(name)) < \(Self.power(precision - scale)) * \(Self.power(scale))"
    }

    /// How the text of the column's JSON begins and ends. SQLite 3.40 (Debian 12) marks its JSON
    /// functions unsafe for schemas that are not trusted, so `json_valid` cannot stand in a check;
    /// every value is made by the server's own JSON writer anyhow.
    private var pattern: String {
        switch shape {
        case .object: "'{*}'"
        case .array: "'[[]*]'"
        case .string, .integer, .number, .boolean, .null, nil: #"'[[{"0-9tfn-]*'"#
        }
    }

    /// Ten to `exponent`, as digits.
    private static func power(_ exponent: Int) -> String {
        "1" + String(repeating: "0", count: exponent)
    }
}
