import Store

/// The names that models have given to tables and columns which a database has under others, by
/// `renamedFrom`.
struct StructureRenaming {
    /// A name that changes, as it was and is spelled.
    struct Name {
        let former: String
        let name: String
        let location: SourceLocation
    }

    /// A column whose name changes.
    struct ColumnName {
        /// The model, under its new name.
        let table: String
        let name: Name
    }

    private(set) var tables: [Name] = []
    private(set) var columns: [ColumnName] = []
    /// What there is to be.
    private let wanted: DatabaseStructure

    /// Finds what is there under its former name, and not under the one it is to have; and what is
    /// spelled otherwise, where the engine tells that.
    init(_ models: [Model], in built: DatabaseStructure, to wanted: DatabaseStructure) {
        self.wanted = wanted
        let declared = Set(models.map { $0.name.lowercased() })
        for model in models {
            let name = model.name.lowercased()
            guard let new = wanted.tables[name] else { continue }
            var former: String?
            if built.tables[name] == nil {
                former = model.renamedFrom.lazy.map { $0.lowercased() }.first {
                    built.tables[$0] != nil && !declared.contains($0)
                }
            }
            guard let old = built.tables[former ?? name] else { continue }
            if former != nil || old.spelled != new.spelled {
                let place = SourceLocation(file: model.file)
                tables.append(Name(former: old.spelling, name: model.name, location: place))
            }
            findColumns(of: model, in: old, to: new)
        }
    }

    private mutating func findColumns(
        of model: Model, in old: TableStructure, to new: TableStructure
    ) {
        let declared = Set(model.columns.map { $0.name.lowercased() })
        for column in model.columns {
            let name = column.name.lowercased()
            var former: String?
            if old.column(name) == nil {
                former = column.renamedFrom.lazy.map { $0.lowercased() }.first {
                    old.column($0) != nil && !declared.contains($0)
                }
            }
            guard let there = old.column(former ?? name),
                former != nil || there.spelled != new.column(name)?.spelled
            else { continue }
            let renamed = Name(
                former: there.spelling, name: column.name, location: column.location)
            columns.append(ColumnName(table: model.name, name: renamed))
        }
    }

    var isEmpty: Bool { tables.isEmpty && columns.isEmpty }

    /// What a table is called, in lower case, that is to have a name.
    func formerName(of name: String) -> String {
        tables.first { $0.name.lowercased() == name }?.former.lowercased() ?? name
    }

    /// Whether constraints of a model have names that are made of former ones.
    func touches(_ model: Model) -> Bool {
        tables.contains { $0.name == model.name } || columns.contains { $0.table == model.name }
    }

    /// What a database is once everything has its new name.
    func apply(to built: DatabaseStructure, _ dialect: any DefinitionDialect) -> DatabaseStructure {
        if isEmpty { return built }
        let names = RenamedNames(self, to: wanted, dialect)
        var renamed = DatabaseStructure()
        renamed.obstacles = built.obstacles
        for table in built.tables.values {
            let table = names.table(table)
            renamed.tables[table.name] = table
        }
        renamed.indexes = built.indexes.mapValues(names.index)
        renamed.dependents = built.dependents.map(names.dependent)
        return renamed
    }
}

/// Renames what structures name, all in lower case.
private struct RenamedNames {
    private let tables: [String: String]
    /// By the tables' new names.
    private let columns: [String: [String: String]]
    private let wanted: DatabaseStructure
    private let dialect: any DefinitionDialect
    /// What the names are changed to, as they are spelled.
    private let spellings: [String: String]

    init(
        _ renaming: StructureRenaming, to wanted: DatabaseStructure,
        _ dialect: any DefinitionDialect
    ) {
        self.wanted = wanted
        self.dialect = dialect
        spellings = Dictionary(
            (renaming.tables.map(\.name) + renaming.columns.map(\.name.name)).map {
                ($0.lowercased(), $0)
            }, uniquingKeysWith: { first, _ in first })
        tables = Dictionary(
            renaming.tables.map { ($0.former.lowercased(), $0.name.lowercased()) },
            uniquingKeysWith: { first, _ in first })
        columns = Dictionary(grouping: renaming.columns) { $0.table.lowercased() }.mapValues {
            Dictionary(
                $0.map { ($0.name.former.lowercased(), $0.name.name.lowercased()) },
                uniquingKeysWith: { first, _ in first })
        }
    }

    private func table(named name: String) -> String { tables[name] ?? name }

    private func column(_ name: String, of table: String) -> String {
        columns[table]?[name] ?? name
    }

    func table(_ old: TableStructure) -> TableStructure {
        let name = table(named: old.name)
        var new = TableStructure(name: name)
        new.spelled = wanted.tables[name]?.spelled ?? old.spelled
        new.columns = old.columns.map { old in
            var new = old.renamed(column(old.name, of: name), in: wanted.tables[name])
            if let value = old.computed?.value { new.computed?.value = condition(value, of: name) }
            return new
        }
        new.primaryKey = old.primaryKey.map { column($0, of: name) }
        new.uniques = Set(old.uniques.map { $0.map { column($0, of: name) } })
        new.otherUniques = old.otherUniques
        new.keys = Set(old.keys.map { key($0, of: name) })
        new.checks = Set(old.checks.map { condition($0, of: name) })
        new.options = old.options
        var names = TableStructure.ConstraintNames()
        names.primaryKey = old.constraintNames.primaryKey
        for (columns, constraint) in old.constraintNames.uniques {
            names.uniques[columns.map { column($0, of: name) }] = constraint
        }
        for (key, constraint) in old.constraintNames.keys {
            names.keys[self.key(key, of: name)] = constraint
        }
        for (condition, constraint) in old.constraintNames.checks {
            names.checks[self.condition(condition, of: name)] = constraint
        }
        new.constraintNames = names
        return new
    }

    private func key(_ old: TableStructure.Key, of table: String) -> TableStructure.Key {
        let target = self.table(named: old.target)
        var key = TableStructure.Key(
            columns: old.columns.map { column($0, of: table) }, target: target,
            targetColumns: old.targetColumns.map { column($0, of: target) })
        key.onDelete = old.onDelete
        key.rest = old.rest
        return key
    }

    private func condition(
        _ condition: TableStructure.Condition, of table: String
    ) -> TableStructure.Condition {
        dialect.renaming(columns[table] ?? [:], in: condition)
    }

    func index(_ old: IndexStructure) -> IndexStructure {
        let table = table(named: old.table)
        let names = columns[table] ?? [:]
        let parts = old.parts.map { part -> IndexStructure.Part in
            guard let column = part.column else { return part }
            return .init(column: names[column] ?? column, isDescending: part.isDescending)
        }
        var index = IndexStructure(
            name: old.name, table: table, isUnique: old.isUnique, parts: parts,
            predicate: old.predicate.map { condition($0, of: table) },
            names: old.names.map { names[$0] ?? $0 })
        index.spelled = old.spelled
        return index
    }

    func dependent(_ old: DependentObject) -> DependentObject {
        var names: [String: String] = [:]
        for (table, renamed) in columns {
            let former = tables.first { $0.value == table }?.key ?? table
            if old.tables.contains(former) { names.merge(renamed) { first, _ in first } }
        }
        return DependentObject(
            kind: old.kind, name: old.name,
            statement: dialect.renaming(
                tables: tables.mapValues { spellings[$0] ?? $0 },
                columns: names.mapValues { spellings[$0] ?? $0 }, in: old.statement),
            names: Set(old.names.flatMap { [names[$0], tables[$0]].compactMap(\.self) + [$0] }),
            tables: Set(old.tables.map { tables[$0] ?? $0 }))
    }
}

extension TableStructure.Column {
    /// - Parameter wanted: the table as it is to be, if it stays.
    fileprivate func renamed(_ name: String, in wanted: TableStructure?) -> Self {
        var column = TableStructure.Column(name: name, type: type)
        column.spelled =
            wanted?.column(name)?.spelled ?? (name == self.name ? spelled : Spelling(name))
        column.isNotNull = isNotNull
        column.defaultValue = defaultValue
        column.rest = rest
        column.computed = computed
        return column
    }
}

extension Model {
    /// The column that says to have had a name before, in lower case.
    func heir(of name: String) -> Column? {
        columns.first { column in column.renamedFrom.contains { $0.lowercased() == name } }
    }
}
