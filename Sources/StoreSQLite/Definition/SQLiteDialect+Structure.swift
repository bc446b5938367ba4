public import Store
import Values

extension SQLiteDialect {
    /// See ``Store/DefinitionDialect/type(of:checks:)``: a column keeps only the storage of its
    /// type and the condition that the type puts on its values.
    public func type(
        of column: TableStructure.Column, checks: Set<TableStructure.Condition>
    ) -> DeclaredType? {
        guard let storage = ColumnTraits.Storage(rawValue: column.type) else { return nil }
        let candidates = Self.types(storedAs: storage)
        let name = quoted(identifier: column.name)
        let known = candidates.first { candidate in
            guard let condition = condition(of: candidate, on: name) else { return false }
            let normal = TableParser.condition(of: condition).text
            return checks.contains { $0.text == normal || $0.text.hasPrefix(normal + " and ") }
        }
        return known ?? (storage == .integer ? Self.decimal(column.name, checks) : nil)
            ?? candidates.first { condition(of: $0, on: name) == nil }
    }

    private static func types(storedAs storage: ColumnTraits.Storage) -> [DeclaredType] {
        ColumnType.families.filter { $0.traits.storage == storage }.flatMap { type in
            let plain = [DeclaredType(type)]
            return type == .json
                ? DeclaredType.shapes.map { DeclaredType(type, shape: $0) } + plain : plain
        }
    }

    /// A decimal's condition spells its precision and scale as powers of ten.
    private static func decimal(
        _ name: String, _ checks: Set<TableStructure.Condition>
    ) -> DeclaredType? {
        let start = "abs ( \(LexicalRules.sqlite.written(name: name)) ) < "
        for check in checks where check.text.hasPrefix(start) {
            let words = check.text.dropFirst(start.count).split(separator: " ")
            guard words.count >= 3, words[1] == "*" else { continue }
            let scale = words[2].count - 1
            return DeclaredType(.decimal(precision: words[0].count - 1 + scale, scale: scale))
        }
        return nil
    }

    /// See ``Store/DefinitionDialect/renaming(_:in:)``.
    public func renaming(
        _ columns: [String: String], in condition: TableStructure.Condition
    ) -> TableStructure.Condition {
        if columns.isEmpty { return condition }
        return TableStructure.Condition(
            LexicalRules.sqlite.renaming(columns, in: condition.text),
            names: condition.names.map { columns[$0] ?? $0 })
    }

    /// See ``Store/DefinitionDialect/optionsFault``.
    public var optionsFault: String { "is not declared STRICT or is WITHOUT ROWID" }

    // MARK: Definitions

    /// What tables would be that were made by their definitions.
    func structure(of definitions: [TableDefinition]) -> DefinedStructure {
        var checks: [String: [String: TableStructure.Condition]] = [:]
        for table in definitions {
            var conditions: [String: TableStructure.Condition] = [:]
            for column in table.columns {
                conditions[column.checkName] = condition(of: column).map {
                    TableParser.condition(of: $0)
                }
            }
            for check in table.checks {
                conditions[check.name] = TableParser.condition(of: text(of: check.condition))
            }
            checks[table.name.lowercased()] = conditions
        }
        return DefinedStructure(
            DatabaseStructure(statements: definitions.flatMap(create)), checks: checks)
    }
}
