import Values

extension DefinitionDialect {
    /// What a column's type and conditions put on its values; nil for nothing.
    public func condition(of column: TableDefinition.Column) -> String? {
        let name = quoted(identifier: column.name)
        let conditions =
            [condition(of: column.type, on: name)].compactMap { $0 }
            + column.conditions.compactMap { text(of: $0, on: name, column.type.type) }
        return conditions.isEmpty ? nil : conditions.joined(separator: " AND ")
    }

    /// A condition over bare names.
    public func text(of condition: ValueExpression) -> String {
        var writer = StatementWriter(self, isDefinition: true)
        writer.append(condition)
        return writer.statement.text
    }

    /// - Parameter name: the column's, quoted.
    private func text(
        of condition: TableDefinition.Condition, on name: String, _ type: ColumnType
    ) -> String? {
        switch condition {
        case .oneOf(let values):
            "\(name) IN (\(values.map { literal($0, type) }.joined(separator: ", ")))"
        case .length(let min, let max): bounded(length(of: name, type), min, max)
        case .comparison(let comparison, let bound):
            "\(name) \(comparison.sql) \(literal(bound, type))"
        case .multipleOf(let step):
            hasRemainder(step, type) ? "\(name) % \(literal(step, type)) = 0" : nil
        }
    }

    private func bounded(_ number: String, _ min: Int?, _ max: Int?) -> String? {
        switch (min, max) {
        case (nil, nil): nil
        case (let min?, nil): "\(number) >= \(min)"
        case (nil, let max?): "\(number) <= \(max)"
        case (let min?, let max?) where min == max: "\(number) = \(min)"
        case (let min?, let max?): "\(number) BETWEEN \(min) AND \(max)"
        }
    }
}
