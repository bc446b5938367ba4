public import Store
import Values

// Every change is an ALTER of its own. What has to look at all rows does so while others read and
// write, where its statements stand alone: constraints come NOT VALID first, indexes CONCURRENTLY.
extension PostgresDialect {
    /// See ``Store/DefinitionDialect/steps(_:of:)``.
    public func steps(
        _ alterations: [TableAlteration], of change: TableChange
    ) -> [AlterationStep] {
        let columns = RetypedColumns(alterations)
        let remade = RemadeColumns(alterations, of: change)
        var placed = alterations.enumerated().flatMap { place, alteration in
            step(place, alteration, change, columns, remade).map {
                (alteration.phase(of: change), $0)
            } + selfReference(place, alteration, change.table).map { (.references, $0) }
        }
        for column in remade.steps(in: self) {
            placed.append((column.wasComputed ? .computedThatGo : .writtenThatGo, column.drop))
            placed.append((.computedColumns, column.add))
        }
        return Phase.allCases.flatMap { phase in
            placed.filter { $0.0 == phase }.map(\.1)
        }
    }

    private func step(
        _ place: Int, _ alteration: TableAlteration, _ change: TableChange,
        _ columns: RetypedColumns, _ remade: RemadeColumns
    ) -> [AlterationStep] {
        let table = change.table
        switch alteration {
        case .compute: return []
        case .condition(let column, _) where remade.contains(column): return []
        case .requirement(let column) where remade.contains(column): return []
        case .attributes(let column, _) where remade.contains(column): return []
        case .stopComputing(let column):
            return [one(place, alter(table, column, setting: "DROP EXPRESSION"))]
        case .addColumn(let column): return [add(column, place, change)]
        case .retype(let column, let former):
            return [retype(column, from: former, columns.alterations(of: column), change)]
        case .constantDefault(let column):
            if columns.isRetyped(column) { return [] }
            return [one(place, alter(table, column, setting: defaultClause(column, table)))]
        case .condition(let column, let gone):
            if columns.isRetyped(column) { return [] }
            return [replaceCondition(column, gone, place, alteration, change)]
        case .requirement(let column): return [require(column, place, alteration, table)]
        case .attributes(let column, let was): return [unset(column, was, place, change)]
        case .primaryKey: return [replacePrimaryKey(place, alteration, change)]
        case .addUnique(let key):
            return [
                AlterationStep(
                    [place],
                    [obstacles(to: alteration, in: table, rows: self.table(table.name))]
                        .compactMap(\.self)
                        + [ChangeStatement(concurrently(createUnique(key, of: table)))],
                    standsAlone: true)
            ]
        case .addIndex(let index):
            return [
                AlterationStep(
                    [place], [ChangeStatement(concurrently(createIndex(index, of: table)))],
                    standsAlone: true)
            ]
        case .dropIndex(let name): return [one(place, dropIndex(name))]
        case .dropUnique(let columns, let indexes):
            return [dropUnique(columns, indexes, place, change)]
        case .dropOtherUnique(let name): return [one(place, drop(constraint: name, of: table))]
        case .dropReference(let key):
            let name = change.old.constraintNames.keys[key]
            return [one(place, drop(constraint: name ?? "", of: table))]
        case .dropCheck(let condition):
            let name = change.old.constraintNames.checks[condition]
            return [one(place, drop(constraint: name ?? "", of: table))]
        case .addReference(let reference):
            return [
                addConstraint(
                    reference.name, foreignKey(reference, of: table), [place], alteration, table)
            ]
        case .addCheck(let check):
            let text = "CHECK (\(text(of: check.condition)))"
            return [addConstraint(check.name, text, [place], alteration, table)]
        case .dropColumn(let name):
            return [
                one(
                    place,
                    "ALTER TABLE \(self.table(table.name)) DROP COLUMN \(quoted(identifier: name))")
            ]
        case .constraintNames: return [AlterationStep([place], renamedConstraints(of: change))]
        case .keyName(_, let former, let name):
            return [AlterationStep([place], [rename(constraint: former, to: name, of: table)])]
        case .options: return [resetOptions(place, alteration, change)]
        }
    }

    /// Nothing where the table inherits from another: that is somebody's own.
    private func resetOptions(
        _ place: Int, _ alteration: TableAlteration, _ change: TableChange
    ) -> AlterationStep {
        let options = change.old.options
        if options.contains(TableOption.inherits) { return AlterationStep([place], []) }
        var statements: [ChangeStatement] = []
        if options.contains(TableOption.unlogged) {
            statements.append(
                ChangeStatement("ALTER TABLE \(table(change.table.name)) SET LOGGED"))
        }
        // What is left are the words of a key.
        if !options.subtracting([TableOption.unlogged]).isEmpty {
            statements += replacePrimaryKey(place, alteration, change).statements
        }
        return AlterationStep([place], statements)
    }

    private func one(_ place: Int, _ statement: String) -> AlterationStep {
        AlterationStep([place], [ChangeStatement(statement)])
    }

    /// See ``Store/DefinitionDialect/drop(tables:)``: those that refer to one another go at once.
    public func drop(tables names: [String]) -> [ChangeStatement] {
        [ChangeStatement("DROP TABLE \(names.map { table($0) }.joined(separator: ", "))")]
    }

    /// See ``Store/DefinitionDialect/renaming(tables:columns:in:)``: nothing depends on names here.
    public func renaming(
        tables: [String: String], columns: [String: String], in statement: String
    ) -> String { statement }

    // MARK: Constraints

    /// See ``Store/DefinitionDialect/release(_:of:)``: a foreign key depends on the index of what
    /// it refers to.
    public func release(
        _ key: TableStructure.Key, of table: TableStructure
    ) -> ChangeStatement? {
        table.constraintNames.keys[key].map { name in
            ChangeStatement(
                "ALTER TABLE \(self.table(table.spelling)) DROP CONSTRAINT "
                    + quoted(identifier: name))
        }
    }

    private func drop(constraint name: String, of table: TableDefinition) -> String {
        "ALTER TABLE \(self.table(table.name)) DROP CONSTRAINT \(quoted(identifier: name))"
    }

    /// Adds a constraint for the rows to come and then looks at those that are there, which keeps
    /// nobody from the table (ref/alter_table, NOT VALID).
    private func addConstraint(
        _ name: String, _ text: String, _ places: [Int], _ alteration: TableAlteration,
        _ table: TableDefinition, dropping gone: [String] = []
    ) -> AlterationStep {
        let head = "ALTER TABLE \(self.table(table.name)) "
        let name = quoted(identifier: name)
        let actions =
            gone.map { "DROP CONSTRAINT \(quoted(identifier: $0))" }
            + ["ADD CONSTRAINT \(name) \(text) NOT VALID"]
        let rows = obstacles(to: alteration, in: table, rows: self.table(table.name))
        return AlterationStep(
            places,
            [rows].compactMap(\.self) + [
                ChangeStatement(head + actions.joined(separator: ", ")),
                ChangeStatement("\(head)VALIDATE CONSTRAINT \(name)"),
            ], standsAlone: true)
    }

    /// What is a constraint of a table that a file has made is an index where `dev` has.
    private func dropUnique(
        _ columns: [String], _ indexes: [String], _ place: Int, _ change: TableChange
    ) -> AlterationStep {
        var drops = indexes.map(dropIndex)
        if let name = change.old.constraintNames.uniques[columns] {
            drops += [
                "ALTER TABLE \(table(change.table.name)) DROP CONSTRAINT IF EXISTS "
                    + quoted(identifier: name),
                "DROP INDEX IF EXISTS \(quoted(identifier: name))",
            ]
        }
        return AlterationStep([place], drops.map { ChangeStatement($0) })
    }

    private func replaceCondition(
        _ column: Int, _ gone: Set<TableStructure.Condition>, _ place: Int,
        _ alteration: TableAlteration, _ change: TableChange
    ) -> AlterationStep {
        let definition = change.table.columns[column]
        let names = names(of: gone, change)
        guard let condition = condition(of: definition) else {
            return AlterationStep(
                [place], names.map { ChangeStatement(drop(constraint: $0, of: change.table)) })
        }
        return addConstraint(
            definition.checkName, "CHECK (\(condition))", [place], alteration, change.table,
            dropping: names)
    }

    private func names(
        of conditions: Set<TableStructure.Condition>, _ change: TableChange
    ) -> [String] {
        conditions.compactMap { change.old.constraintNames.checks[$0] }.sorted()
    }

    private func replacePrimaryKey(
        _ place: Int, _ alteration: TableAlteration, _ change: TableChange
    ) -> AlterationStep {
        let table = change.table
        let columns = table.primaryKey.columns.map { quoted(identifier: table.columns[$0].name) }
        let drop = change.old.constraintNames.primaryKey.map {
            "DROP CONSTRAINT \(quoted(identifier: $0)), "
        }
        let rows = obstacles(to: alteration, in: table, rows: self.table(table.name))
        return AlterationStep(
            [place],
            [rows].compactMap(\.self) + [
                ChangeStatement(
                    "ALTER TABLE \(self.table(table.name)) \(drop ?? "")ADD CONSTRAINT "
                        + "\(quoted(identifier: table.primaryKey.name)) "
                        + "PRIMARY KEY (\(columns.joined(separator: ", ")))")
            ])
    }

    private func renamedConstraints(of change: TableChange) -> [ChangeStatement] {
        let (old, new) = (change.old.constraintNames, change.new.constraintNames)
        func renamed(_ names: [(String?, String?)], _ head: String) -> [ChangeStatement] {
            names.compactMap { former, name -> (String, String)? in
                guard let former, let name, former != name else { return nil }
                return (former, name)
            }.sorted { $0 < $1 }.map { former, name in
                ChangeStatement(
                    "\(head) \(quoted(identifier: former)) "
                        + "\(head == "ALTER INDEX" ? "RENAME " : "")TO \(quoted(identifier: name))")
            }
        }
        // The name of a key's index is the constraint's, where there is one.
        let isKept = change.old.primaryKey == change.new.primaryKey
        return renamed(
            [(old.primaryKey, isKept ? new.primaryKey : nil)]
                + old.uniques.map { ($0.value, new.uniques[$0.key]) }, "ALTER INDEX")
            + renamed(
                old.keys.map { ($0.value, new.keys[$0.key]) }
                    + old.checks.map { ($0.value, new.checks[$0.key]) },
                "ALTER TABLE \(table(change.table.name)) RENAME CONSTRAINT")
    }

    private func rename(
        constraint former: String, to name: String, of table: TableDefinition
    ) -> ChangeStatement {
        ChangeStatement(
            "ALTER TABLE \(self.table(table.name)) RENAME CONSTRAINT "
                + "\(quoted(identifier: former)) TO \(quoted(identifier: name))")
    }

    /// What a new column refers to in its own table, which may have that only later.
    private func selfReference(
        _ place: Int, _ alteration: TableAlteration, _ table: TableDefinition
    ) -> [AlterationStep] {
        guard case .addColumn(let column) = alteration,
            let reference = table.reference(of: column), reference.target == table.name
        else { return [] }
        return [
            addConstraint(
                reference.name, foreignKey(reference, of: table), [place], alteration, table)
        ]
    }

    // MARK: Columns

    private func alter(
        _ table: TableDefinition, _ column: Int, setting clause: String
    ) -> String {
        "ALTER TABLE \(self.table(table.name)) ALTER COLUMN "
            + "\(quoted(identifier: table.columns[column].name)) \(clause)"
    }

    private func defaultClause(_ column: Int, _ table: TableDefinition) -> String {
        let definition = table.columns[column]
        return definition.defaultValue.map {
            "SET DEFAULT \(literal($0, definition.type.type))"
        } ?? "DROP DEFAULT"
    }

    /// Rows that are there are filled where the default is computed, and then nothing stays of it.
    private func add(_ column: Int, _ place: Int, _ change: TableChange) -> AlterationStep {
        let table = change.table
        if table.columns[column].computed != nil {
            return AlterationStep([place], addition(of: column, to: table))
        }
        let isReferring = table.reference(of: column)?.target != table.name
        let statement = addColumn(column, to: table, isReferring: isReferring)
        if let fill = table.columns[column].fill {
            let name = quoted(identifier: table.columns[column].name)
            return AlterationStep(
                [place],
                [
                    ChangeStatement(
                        addColumn(
                            column, to: table, filledWith: text(of: fill), isReferring: isReferring)
                    ),
                    ChangeStatement(
                        "ALTER TABLE \(self.table(table.name)) ALTER COLUMN \(name) DROP DEFAULT"),
                ])
        }
        let rows = rowsLacking(column, of: table, in: self.table(table.name))
        return AlterationStep(
            [place], (table.isFilled(column) ? [] : [rows]) + [ChangeStatement(statement)])
    }

    /// What rows that are there get in a new column.
    func text(of fill: TableDefinition.ColumnFill) -> String {
        switch fill {
        case .currentTimestamp: "now()"
        case .randomUUID: "gen_random_uuid()"
        // gen_random_uuid's version is 4; the moment goes before it (RFC 9562 §5.7).
        case .uuidv7:
            "encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing "
                + "substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) "
                + "FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid"
        }
    }

    /// A check holds the place of NOT NULL, which would look at all rows while nobody can use the
    /// table.
    private func require(
        _ column: Int, _ place: Int, _ alteration: TableAlteration, _ table: TableDefinition
    ) -> AlterationStep {
        if table.columns[column].isNullable {
            return one(place, alter(table, column, setting: "DROP NOT NULL"))
        }
        let name = table.columns[column].name
        let interim = ConstraintName.of(table.name, [name], "required")
        let checked = addConstraint(
            interim, "CHECK (\(quoted(identifier: name)) IS NOT NULL)", [place], alteration, table)
        return AlterationStep(
            [place],
            checked.statements + [
                ChangeStatement(
                    alter(table, column, setting: "SET NOT NULL")
                        + ", DROP CONSTRAINT \(quoted(identifier: interim))")
            ], standsAlone: true)
    }
}

/// What comes before what: constraints go before what they hold, and come when it is there.
private enum Phase: CaseIterable {
    case names, constraintsThatGo, computedThatGo, writtenThatGo, newColumns, columns
    case computedColumns, requiredColumns, keys, freedColumns, newConstraints, references
    case columnsThatGo
}

extension TableAlteration {
    fileprivate func phase(of change: TableChange) -> Phase {
        let table = change.table
        return switch self {
        // A key's columns are required as long as they are its.
        case .requirement(let place) where table.columns[place].isNullable: .freedColumns
        case .constraintNames, .keyName: .names
        case .dropUnique, .dropOtherUnique, .dropReference, .dropCheck, .dropIndex:
            .constraintsThatGo
        case .stopComputing: .constraintsThatGo
        case .addColumn(let place) where table.columns[place].computed != nil: .computedColumns
        case .compute: .computedColumns
        case .dropColumn(let name) where change.old.column(name.lowercased())?.computed != nil:
            .computedThatGo
        case .addColumn: .newColumns
        // Numbers of its own have only integers.
        case .attributes(let place, let was)
        where was.contains { $0.hasPrefix(ColumnAttribute.numbers) }
            && !table.columns[place].isIdentity:
            .constraintsThatGo
        case .retype, .constantDefault, .attributes, .options: .columns
        case .requirement: .requiredColumns
        case .primaryKey: .keys
        case .condition, .addCheck, .addUnique, .addIndex: .newConstraints
        case .addReference: .references
        case .dropColumn: .columnsThatGo
        }
    }
}
