public import Store
import Values

// What ALTER TABLE cannot do is done by a table made anew, as SQLite's own documentation has it
// (lang_altertable.html#otheralter): with foreign keys off, which the file's head asks for.
extension SQLiteDialect {
    /// See ``Store/DefinitionDialect/steps(_:of:)``. One alteration that needs a new table has it
    /// made with all of them.
    public func steps(
        _ alterations: [TableAlteration], of change: TableChange
    ) -> [AlterationStep] {
        var steps: [AlterationStep] = []
        for (place, alteration) in alterations.enumerated() {
            guard let statements = statements(for: alteration, of: change) else {
                return [rebuild(alterations, change)]
            }
            steps.append(AlterationStep([place], statements))
        }
        // Columns that are computed come behind those that they are computed of.
        func isComputed(_ step: AlterationStep) -> Bool {
            alterations[step.alterations[0]].computedColumn(of: change.table) != nil
        }
        func addsColumn(_ step: AlterationStep) -> Bool {
            if case .addColumn = alterations[step.alterations[0]] { true } else { false }
        }
        let plain = steps.filter { addsColumn($0) && !isComputed($0) }
        let computed = steps.filter(isComputed)
        return plain + computed + steps.filter { !addsColumn($0) }
    }

    /// The statements that do without a new table; nil where none do.
    private func statements(
        for alteration: TableAlteration, of change: TableChange
    ) -> [ChangeStatement]? {
        let table = change.table
        switch alteration {
        case .addColumn(let place):
            let column = table.columns[place]
            if let computed = column.computed {
                if computed.isStored { return nil }
                return obstacles(
                    toComputing: place, in: table, rows: self.table(table.name))
                    + [ChangeStatement(addColumn(place, to: table))]
            }
            let hasDefault = column.defaultValue != nil
            // lang_altertable.html#altertabaddcol
            guard column.fill == nil, column.isNullable || hasDefault,
                !hasDefault || table.reference(of: place) == nil
            else { return nil }
            return [ChangeStatement(addColumn(place, to: table))]
        case .addUnique(let key):
            let obstacles = obstacles(to: alteration, in: table, rows: self.table(table.name))
            return [obstacles, ChangeStatement(createUnique(key, of: table))].compactMap(\.self)
        case .dropUnique(_, let indexes):
            return indexes.isEmpty
                ? nil : indexes.map { ChangeStatement(dropIndex($0)) }
        case .addIndex(let index): return [ChangeStatement(createIndex(index, of: table))]
        case .dropIndex(let name):
            return [ChangeStatement(dropIndex(name))]
        case .dropColumn, .retype, .compute, .stopComputing, .requirement, .constantDefault,
            .attributes, .condition,
            .primaryKey, .dropOtherUnique, .addReference, .dropReference, .addCheck, .dropCheck,
            .constraintNames, .keyName, .options:
            return nil
        }
    }

    // MARK: A table made anew

    private func rebuild(
        _ alterations: [TableAlteration], _ change: TableChange
    ) -> AlterationStep {
        let table = change.table
        let name = quoted(identifier: table.name)
        let interim = TableDefinition(named: EngineNames.interim + table.name, like: table)
        let values = values(of: change, alterations)
        let tried = self.values(of: change, alterations, whereTheyConvert: true)
        let columns = table.columns.filter { $0.computed == nil }.map {
            quoted(identifier: $0.name)
        }
        let list = columns.joined(separator: ", ")
        let rows = zip(tried, columns).map { $0 == $1 ? $0 : "\($0) AS \($1)" }
        var statements = [unknownColumns(of: change), unknownDependents(of: change)]
        statements += obstacles(
            to: alterations, change,
            rows: computing(table, "(SELECT \(rows.joined(separator: ", ")) FROM \(name))"))
        let texts =
            change.dependents.filter { $0.kind != "INDEX" }.map {
                "DROP \($0.kind) \(quoted(identifier: $0.name))"
            } + [
                createTable(interim),
                "INSERT INTO \(quoted(identifier: interim.name)) (\(list))\nSELECT "
                    + values.joined(separator: ", ") + "\nFROM \(name) ORDER BY rowid",
                "DROP TABLE \(name)",
                "ALTER TABLE \(quoted(identifier: interim.name)) RENAME TO \(name)",
            ] + table.indexes.map { createIndex($0, of: table) }
            + change.dependents.map(\.statement)
        statements += texts.map { ChangeStatement($0) }
        return AlterationStep(Array(alterations.indices), statements, isRebuild: true)
    }

    /// Columns that whoever wrote the file knew nothing of would be left behind, with their values.
    private func unknownColumns(of change: TableChange) -> ChangeStatement {
        let known = change.old.columns.map { literal(.text($0.spelling), .text) }
        return ChangeStatement(
            expectingNone: "SELECT name FROM pragma_table_xinfo("
                + "\(literal(.text(change.table.name), .text))) "
                + "WHERE name COLLATE NOCASE NOT IN (\(known.joined(separator: ", ")))",
            "\(change.table.name) has columns that this file does not know, and would lose (name)")
    }

    /// What somebody has hung on the table by hand would go with it.
    private func unknownDependents(of change: TableChange) -> ChangeStatement {
        let known = change.dependents.map { literal(.text($0.name), .text) }
        return ChangeStatement(
            expectingNone: "SELECT type, name FROM sqlite_schema AS s WHERE tbl_name = "
                + "\(literal(.text(change.old.spelling), .text)) COLLATE NOCASE "
                + "AND (type = 'trigger' OR "
                + "type = 'index' AND EXISTS (SELECT 1 FROM pragma_index_xinfo(s.name) "
                + "WHERE cid = -2)) AND name COLLATE NOCASE NOT IN "
                + "(\(known.joined(separator: ", ")))",
            "\(change.table.name) has triggers, or indexes over expressions, that this file does "
                + "not know, and would lose: write files that make them, or drop them (type, name)")
    }

    private func obstacles(
        to alterations: [TableAlteration], _ change: TableChange, rows: String
    ) -> [ChangeStatement] {
        let table = change.table
        let old = quoted(identifier: table.name)
        let known = change.columnsBefore
        return alterations.enumerated().flatMap { place, alteration -> [ChangeStatement] in
            var found = [obstacles(to: alteration, in: table, rows: rows)].compactMap(\.self)
            if case .addColumn(let column) = alteration, !table.isFilled(column) {
                found.append(rowsLacking(column, of: table, in: old))
            } else if let column = alteration.computedColumn(of: table) {
                found += obstacles(toComputing: column, in: table, rows: rows)
            } else if case .retype(let column, let former) = alteration {
                let definition = table.columns[column]
                let test = test(
                    of: quoted(identifier: definition.name), former, definition.type)
                found += [test].compactMap(\.self).map { test in
                    rowsNotConverting(
                        column, of: table, from: former, in: old, having: known, unless: test,
                        shownAs: digits(of: quoted(identifier: definition.name), former))
                }
                found += rowsMerging(in: column, of: table, having: known, rows: rows)
            }
            return found.map { $0.of(alteration: place) }
        }
    }

    /// Rows with what is computed of them; the same where nothing is.
    private func computing(_ table: TableDefinition, _ rows: String) -> String {
        let computed = table.columns.compactMap { column in
            column.computed.map { "\(text(of: $0.value)) AS \(quoted(identifier: column.name))" }
        }
        if computed.isEmpty { return rows }
        return "(SELECT *, \(computed.joined(separator: ", ")) FROM \(rows))"
    }

    /// A decimal with its point; nil for what is kept as it is written.
    private func digits(of name: String, _ former: DeclaredType?) -> String? {
        guard case .decimal? = former?.type else { return nil }
        return arguments(of: name, former, DeclaredType(.text)).map {
            "\(ConversionFunctions.convert)(\($0))"
        }
    }

    /// See ``Store/DefinitionDialect/drop(tables:)``.
    public func drop(tables names: [String]) -> [ChangeStatement] {
        names.map { ChangeStatement("DROP TABLE \(quoted(identifier: $0))") }
    }

    /// See ``Store/DefinitionDialect/renaming(tables:columns:in:)``: what SQLite itself does to
    /// triggers, views and indexes at a RENAME.
    public func renaming(
        tables: [String: String], columns: [String: String], in statement: String
    ) -> String {
        if tables.isEmpty, columns.isEmpty { return statement }
        var bytes = Array(statement.utf8)
        for named in StatementNames.of(SQLLexer.tokens(of: statement, .sqlite)).reversed() {
            let name = named.token.text.lowercased()
            let other =
                switch named.role {
                case .table: tables[name]
                case .column: columns[name]
                case .either: columns[name] ?? tables[name]
                }
            guard let other else { continue }
            bytes.replaceSubrange(
                named.token.offset..<named.token.end, with: quoted(identifier: other).utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Values

    /// What each column of the new table gets of a row of the old one.
    ///
    /// - Parameter isTried: whether it is NULL for a value that does not convert.
    private func values(
        of change: TableChange, _ alterations: [TableAlteration],
        whereTheyConvert isTried: Bool = false
    ) -> [String] {
        change.table.columns.enumerated().compactMap { place, column in
            if column.computed != nil { return nil }
            let name = quoted(identifier: column.name)
            if change.old.column(column.name.lowercased()) == nil {
                return column.defaultValue.map { literal($0, column.type.type) }
                    ?? column.fill.map(text) ?? "NULL"
            }
            for case .retype(let other, let former) in alterations where other == place {
                let value = conversion(of: name, former, column.type)
                guard isTried, let test = test(of: name, former, column.type) else { return value }
                return "CASE WHEN \(test) THEN \(value) END"
            }
            return name
        }
    }

    private func text(of fill: TableDefinition.ColumnFill) -> String {
        switch fill {
        case .currentTimestamp: "\(ConversionFunctions.now)()"
        // Of the row's number, so that each row is given one of its own.
        case .randomUUID: "\(ConversionFunctions.randomUUID)(rowid)"
        case .uuidv7: "\(ConversionFunctions.uuidv7)(rowid)"
        }
    }

    private func conversion(
        of name: String, _ former: DeclaredType?, _ type: DeclaredType
    ) -> String {
        arguments(of: name, former, type).map { "\(ConversionFunctions.convert)(\($0))" } ?? name
    }

    /// Whether a value converts; nil where every one does.
    private func test(
        of name: String, _ former: DeclaredType?, _ type: DeclaredType
    ) -> String? {
        arguments(of: name, former, type).map { "\(ConversionFunctions.converts)(\($0))" }
    }

    /// Nil between types that are stored alike and checked by their conditions.
    private func arguments(
        of name: String, _ former: DeclaredType?, _ type: DeclaredType
    ) -> String? {
        let from = former?.type ?? .text
        if from == type.type { return nil }
        let names = [from, type.type].map { literal(.text($0.conversionName), .text) }
        return "\(name), \(names.joined(separator: ", "))"
    }
}

extension TableDefinition {
    /// The same table under another name; its constraints keep theirs.
    fileprivate init(named name: String, like other: TableDefinition) {
        self.init(
            name, other.columns, primaryKey: other.primaryKey, uniques: other.uniques,
            references: other.references, checks: other.checks, indexes: [])
    }
}
