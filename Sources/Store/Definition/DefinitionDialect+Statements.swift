extension DefinitionDialect {
    /// The statement that makes a table without its indexes. One column or constraint a line.
    public func createTable(_ table: TableDefinition) -> String {
        var lines = table.columns.map { definition(of: $0) }
        if !table.primaryKey.columns.isEmpty {
            lines.append(
                constraint(table.primaryKey.name)
                    + "PRIMARY KEY (\(names(table.primaryKey.columns, of: table)))")
        }
        for unique in table.uniques {
            lines.append(constraint(unique.name) + "UNIQUE (\(names(unique.columns, of: table)))")
        }
        for reference in table.references {
            lines.append(constraint(reference.name) + foreignKey(reference, of: table))
        }
        for check in table.checks {
            lines.append(constraint(check.name) + "CHECK (\(text(of: check.condition)))")
        }
        let body = lines.map { "  \($0)" }.joined(separator: ",\n")
        return "CREATE TABLE \(self.table(table.name)) (\n\(body)\n)\(tableOptions)"
    }

    /// The statement that makes an index. Where NULLs stand is left to the engine: reads ask for
    /// its own order where they can.
    public func createIndex(_ index: TableDefinition.Index, of table: TableDefinition) -> String {
        let parts = index.parts.map { part in
            quoted(identifier: table.columns[part.column].name)
                + (part.isDescending ? " DESC" : "")
        }
        let statement =
            "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX \(quoted(identifier: index.name)) ON "
            + "\(self.table(table.name)) (\(parts.joined(separator: ", ")))"
        return index.condition.map { "\(statement) WHERE \(text(of: $0))" } ?? statement
    }

    /// The statement that makes a unique constraint of a table that is there already: an index,
    /// since not every engine adds constraints. It can be dropped again, and is a key for ON
    /// CONFLICT and foreign keys too.
    public func createUnique(_ unique: Table.Key, of table: TableDefinition) -> String {
        "CREATE UNIQUE INDEX \(quoted(identifier: unique.name)) ON "
            + "\(self.table(table.name)) (\(names(unique.columns, of: table)))"
    }

    /// The statement that adds a column, with the foreign key that it makes, to a table that is
    /// there already.
    ///
    /// - Parameters:
    ///   - column: its place in the definition.
    ///   - filling: an expression whose value rows that are there get, as its default.
    ///   - isReferring: whether it comes with its foreign key.
    public func addColumn(
        _ column: Int, to table: TableDefinition, filledWith filling: String? = nil,
        isReferring: Bool = true
    ) -> String {
        let text =
            "ALTER TABLE \(self.table(table.name)) ADD COLUMN "
            + definition(of: table.columns[column], filledWith: filling)
        guard isReferring, let reference = table.reference(of: column) else { return text }
        return "\(text) \(constraint(reference.name))\(target(of: reference))"
    }

    /// The statement that adds a foreign key to a table that is there already.
    public func addReference(
        _ reference: TableDefinition.Reference, to table: TableDefinition
    ) -> String {
        "ALTER TABLE \(self.table(table.name)) ADD "
            + constraint(reference.name) + foreignKey(reference, of: table)
    }

    /// The statements, without semicolons, that make tables and their indexes: each foreign key
    /// once the table is there that it refers to.
    public func create(all tables: [TableDefinition]) -> [String] {
        var made: Set<String> = []
        var statements: [String] = []
        var late: [String] = []
        for table in tables {
            made.insert(table.name)
            let first = table.referring { !needsTargets || made.contains($0.target) }
            statements += create(first)
            late += table.references.filter { !first.references.contains($0) }
                .map { addReference($0, to: table) }
        }
        return statements + late
    }

    /// The statements, without semicolons, that make a table and then its indexes.
    public func create(_ table: TableDefinition) -> [String] {
        [createTable(table)] + table.indexes.map { createIndex($0, of: table) }
    }

    /// The statement that drops an index.
    public func dropIndex(_ name: String) -> String { "DROP INDEX \(quoted(identifier: name))" }

    /// The statements, without semicolons, that make an index in the place of another one, if that
    /// is there.
    public func replaceIndex(
        _ old: String, with index: TableDefinition.Index, of table: TableDefinition
    ) -> [String] {
        ["DROP INDEX IF EXISTS \(self.table(old))", createIndex(index, of: table)]
    }

    // MARK: Parts

    private func definition(
        of column: TableDefinition.Column, filledWith filling: String? = nil
    ) -> String {
        var text = "\(quoted(identifier: column.name)) \(columnType(column.type))"
        if column.isIdentity { text += identity }
        if let computed = column.computed {
            text += " GENERATED ALWAYS AS (\(self.text(of: computed.value))) "
                + (isStored(computed) ? "STORED" : "VIRTUAL")
        }
        if !column.isNullable { text += " NOT NULL" }
        if let value = column.defaultValue {
            text += " DEFAULT \(literal(value, column.type.type))"
        } else if let filling {
            text += " DEFAULT \(filling)"
        }
        if let condition = condition(of: column) {
            text += " \(constraint(column.checkName))CHECK (\(condition))"
        }
        return text
    }

    private func constraint(_ name: String) -> String {
        "CONSTRAINT \(quoted(identifier: name)) "
    }

    /// A foreign key as a constraint of a table, without its name.
    public func foreignKey(
        _ reference: TableDefinition.Reference, of table: TableDefinition
    ) -> String {
        "FOREIGN KEY (\(names(reference.columns, of: table))) \(target(of: reference))"
    }

    private func target(of reference: TableDefinition.Reference) -> String {
        let columns = reference.targetColumns.map { quoted(identifier: $0) }
        let options = referenceOptions(onDelete: reference.onDelete)
        return "REFERENCES \(table(reference.target)) "
            + "(\(columns.joined(separator: ", ")))\(options)"
    }

    private func names(_ columns: [Int], of table: TableDefinition) -> String {
        columns.map { quoted(identifier: table.columns[$0].name) }.joined(separator: ", ")
    }
}
