public import Store
import Values

/// Whatever SQLite can express as a constraint is one: types beyond its own, enums, lengths,
/// ranges. The numbers of identity columns are given by the server: AUTOINCREMENT would let them
/// follow the greatest value that anybody writes.
extension SQLiteDialect: DefinitionDialect {
    /// See ``Store/DefinitionDialect/productName``.
    public var productName: String { "SQLite" }

    /// See ``Store/DefinitionDialect/createTable(_:)``. One column or constraint a line.
    public func createTable(_ table: TableDefinition) -> String {
        var lines = table.columns.map(definition)
        lines.append(
            "CONSTRAINT \(quoted(identifier: table.primaryKey.name)) PRIMARY KEY "
                + "(\(names(table.primaryKey.columns, of: table)))")
        for unique in table.uniques {
            lines.append(
                "CONSTRAINT \(quoted(identifier: unique.name)) UNIQUE "
                    + "(\(names(unique.columns, of: table)))")
        }
        for reference in table.references {
            lines.append(
                "CONSTRAINT \(quoted(identifier: reference.name)) FOREIGN KEY "
                    + "(\(names(reference.columns, of: table))) \(target(of: reference))")
        }
        for check in table.checks {
            lines.append(
                "CONSTRAINT \(quoted(identifier: check.name)) CHECK (\(text(of: check.condition)))")
        }
        let body = lines.map { "  \($0)" }.joined(separator: ",\n")
        return "CREATE TABLE \(quoted(identifier: table.name)) (\n\(body)\n) STRICT"
    }

    /// See ``Store/DefinitionDialect/createIndex(_:of:)``.
    public func createIndex(_ index: TableDefinition.Index, of table: TableDefinition) -> String {
        let parts = index.parts.map { part in
            quoted(identifier: table.columns[part.column].name)
                + (part.isDescending ? " DESC" : "")
        }
        let statement =
            "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX \(quoted(identifier: index.name)) ON "
            + "\(quoted(identifier: table.name)) (\(parts.joined(separator: ", ")))"
        return index.condition.map { "\(statement) WHERE \(text(of: $0))" } ?? statement
    }

    /// See ``Store/DefinitionDialect/createUnique(_:of:)``: an index, since constraints cannot be
    /// added.
    public func createUnique(_ unique: Table.Key, of table: TableDefinition) -> String {
        "CREATE UNIQUE INDEX \(quoted(identifier: unique.name)) ON "
            + "\(quoted(identifier: table.name)) (\(names(unique.columns, of: table)))"
    }

    /// See ``Store/DefinitionDialect/addColumn(_:to:)``.
    public func addColumn(_ column: Int, to table: TableDefinition) -> String {
        let text =
            "ALTER TABLE \(quoted(identifier: table.name)) ADD COLUMN "
            + definition(of: table.columns[column])
        guard let reference = table.reference(of: column) else { return text }
        return text
            + " CONSTRAINT \(quoted(identifier: reference.name)) \(target(of: reference))"
    }

    /// See ``Store/DefinitionDialect/addsReferencesWithDefault`` (lang_altertable.html §5).
    public var addsReferencesWithDefault: Bool { false }

    // MARK: Parts

    private func definition(of column: TableDefinition.Column) -> String {
        let traits = column.type.type.traits
        var text =
            "\(quoted(identifier: column.name)) \(traits.storage.rawValue.uppercased())"
        if !column.isNullable { text += " NOT NULL" }
        if let value = column.defaultValue {
            text += " DEFAULT \(literal(value, column.type.type))"
        }
        if let condition = condition(of: column) {
            text += " CONSTRAINT \(quoted(identifier: column.checkName)) CHECK (\(condition))"
        }
        return text
    }

    /// NO ACTION is the default and left out.
    private func target(of reference: TableDefinition.Reference) -> String {
        let columns = reference.targetColumns.map { quoted(identifier: $0) }
        let action =
            reference.onDelete == .noAction ? "" : " ON DELETE \(reference.onDelete.sql)"
        return "REFERENCES \(quoted(identifier: reference.target)) "
            + "(\(columns.joined(separator: ", ")))\(action)"
    }

    private func names(_ columns: [Int], of table: TableDefinition) -> String {
        columns.map { quoted(identifier: table.columns[$0].name) }.joined(separator: ", ")
    }

    /// A condition over bare names.
    func text(of condition: ValueExpression) -> String {
        var writer = StatementWriter(self, isDefinition: true)
        writer.append(condition)
        return writer.statement.text
    }
}
