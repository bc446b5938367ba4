public import Store
import Values

extension PostgresDialect {
    /// See ``Store/DefinitionDialect/type(of:checks:)``: the server keeps the type itself, but for
    /// the shape of JSON, which a check has.
    public func type(
        of column: TableStructure.Column, checks: Set<TableStructure.Condition>
    ) -> DeclaredType? {
        guard let type = Self.type(called: column.type) else { return nil }
        guard type == .json else { return DeclaredType(type) }
        let name = LexicalRules.postgres.written(name: column.name)
        let shape = DeclaredType.shapes.first { shape in
            let condition = "jsonb_typeof(\(name)) = '\(shape.rawValue)'::text"
            return checks.contains { $0.text == condition || $0.text.hasPrefix("(\(condition))") }
        }
        return DeclaredType(.json, shape: shape)
    }

    /// The type that the catalogue calls so; nil when it is none of ours.
    static func type(called name: String) -> ColumnType? {
        let words = name.split { $0 == "(" || $0 == "," || $0 == ")" }
        guard words.first == "numeric" else {
            return ColumnType.families.first { DeclaredType($0).catalogueName == name }
        }
        guard words.count == 3, let precision = Int(words[1]), let scale = Int(words[2]),
            (1...ColumnType.decimalPrecisionMax).contains(precision), scale >= 0
        else { return nil }
        return .decimal(precision: precision, scale: scale)
    }

    /// See ``Store/DefinitionDialect/renaming(_:in:)``.
    public func renaming(
        _ columns: [String: String], in condition: TableStructure.Condition
    ) -> TableStructure.Condition {
        columns.isEmpty ? condition : condition.renaming(columns)
    }

    /// See ``Store/DefinitionDialect/optionsFault``.
    public var optionsFault: String {
        "is UNLOGGED, INHERITS from another, or has a primary key that is DEFERRABLE or no btree"
    }
}
