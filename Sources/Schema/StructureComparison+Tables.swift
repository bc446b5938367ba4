import Store
import Values

// A model whose table is there. What differs is noted as alterations; their order is the engine's.
extension StructureComparison {
    /// What is compared of one table.
    private struct Pair {
        let model: Model
        let definition: TableDefinition
        let old: TableStructure
        let new: TableStructure

        var part: SchemaPart { .table(old.name) }
        var place: SourceLocation { SourceLocation(file: model.file) }

        func part(_ column: Column) -> SchemaPart { part(column.name.lowercased()) }
        func part(_ column: String) -> SchemaPart { .column(table: old.name, name: column) }
        func name(_ column: Column) -> String { "\(model.name).\(column.name)" }
        func words(column name: String) -> String {
            name == EngineNames.rowNumber
                ? "the numbers of the rows of \(model.name)" : "column \(model.name).\(name)"
        }
        /// The columns of a key; those of none are nobody's to know.
        func words(key: [String], of table: TableStructure) -> String {
            key == [EngineNames.rowNumber] ? "none" : "(\(table.spelling(of: key)))"
        }
        func names(_ places: [Int]) -> String {
            let names = places.map { model.columns[$0].name }.joined(separator: ", ")
            return places.count == 1 ? "\(model.name).\(names)" : "\(model.name) (\(names))"
        }

        /// The columns of the database that the model does not declare.
        var gone: [TableStructure.Column] {
            let names = Set(model.storedColumns.map { $0.name.lowercased() })
            return old.columns.filter { !names.contains($0.name) }
        }
    }

    /// Compares a model with its table and its indexes.
    mutating func compare(
        _ model: Model, _ definition: TableDefinition, _ old: TableStructure, _ new: TableStructure
    ) {
        let pair = Pair(model: model, definition: definition, old: old, new: new)
        for (place, column) in model.storedColumns.enumerated() {
            let key = column.name.lowercased()
            if let before = old.column(key), let after = new.column(key) {
                compare(place, column, before, after, pair)
            } else {
                note(
                    .addColumn(place), .add, pair.words(column: column.name), pair.part(column),
                    at: column.location)
            }
        }
        dropColumns(pair)
        if old.primaryKey != new.primaryKey {
            note(
                .primaryKey, .change,
                "the primary key of \(model.name) from "
                    + pair.words(key: old.primaryKey, of: old) + " to "
                    + pair.words(key: new.primaryKey, of: new), pair.part, at: pair.place)
        }
        if old.options != new.options {
            note(
                .options, .change,
                "the table \(model.name), which "
                    + declared.dialect.optionsFault, pair.part, at: pair.place)
        }
        compareUniques(pair)
        compareKeys(pair)
        compareChecks(pair)
        compareIndexes(pair)
        compareNames(pair)
    }

    // MARK: Columns

    private mutating func compare(
        _ place: Int, _ column: Column, _ before: TableStructure.Column,
        _ after: TableStructure.Column, _ pair: Pair
    ) {
        let (name, part) = (pair.name(column), pair.part(column))
        let former = formerType(of: column, before, after, pair)
        let type = DeclaredType(column)
        if compareComputation(place, column, before, after, isRetyped: former != type, pair) {
            return
        }
        if former != type {
            note(
                .retype(place, from: former), .change,
                "\(name) from \(former?.wording ?? before.type) to \(type.wording)", part,
                at: column.location)
        }
        compareCondition(place, column, isRetyped: former != type, pair)
        if before.isNotNull != after.isNotNull {
            note(
                .requirement(place), .change,
                "\(name), which \(after.isNotNull ? "becomes" : "is no more") required", part,
                at: column.location)
        }
        if !isSame(before.defaultValue, after.defaultValue, in: column) {
            note(
                .constantDefault(place), .change,
                "the default of \(name) from "
                    + "\((former ?? type).wording(ofDefault: before.defaultValue)) to "
                    + type.wording(ofDefault: after.defaultValue), part, at: column.location)
        }
        if before.rest != after.rest {
            let lacks = before.rest.isEmpty
            let rest = (lacks ? after.rest : before.rest).joined(separator: " ")
            note(
                .attributes(place, was: before.rest), .change,
                "\(name), which has \(lacks ? "not " : "")\(rest)", part, at: column.location)
        }
    }

    /// Compares what is computed for a column. Where that is new, or another, all else of the
    /// column comes with it.
    ///
    /// - Returns: whether nothing else needs to be compared.
    private mutating func compareComputation(
        _ place: Int, _ column: Column, _ before: TableStructure.Column,
        _ after: TableStructure.Column, isRetyped: Bool, _ pair: Pair
    ) -> Bool {
        let (name, part) = (pair.name(column), pair.part(column))
        guard after.computed != nil else {
            if before.computed == nil { return false }
            note(
                .stopComputing(place), .change,
                "\(name), which is no more computed, and keeps the values it has", part,
                at: column.location)
            return false
        }
        if before.computed == after.computed, !isRetyped { return false }
        let isNew = before.computed == nil
        note(
            .compute(place, gone: goneConditions(of: column, pair)), .change,
            isNew
                ? "\(name), which is computed from now on: the values written there are lost"
                : "what is computed for \(name)", part, at: column.location, loses: isNew)
        return true
    }

    /// The checks of a column that it has no more.
    private func goneConditions(
        of column: Column, _ pair: Pair
    ) -> Set<TableStructure.Condition> {
        let names = checkNames(of: column, pair)
        return Set(
            pair.old.checks.subtracting(pair.new.checks).filter { condition in
                let name = pair.old.constraintNames.checks[condition]?.lowercased()
                return name.map(names.contains) == true
            })
    }

    /// The type that a column has in the database; nil when it is none of ours.
    private func formerType(
        of column: Column, _ before: TableStructure.Column, _ after: TableStructure.Column,
        _ pair: Pair
    ) -> DeclaredType? {
        if let condition = condition(of: column), pair.old.checks.contains(condition),
            before.type == after.type
        {
            return DeclaredType(column)
        }
        return declared.dialect.type(
            of: before, checks: pair.old.checks.subtracting(pair.new.checks))
    }

    /// What the engine makes of the type and the words of a column.
    private func condition(of column: Column) -> TableStructure.Condition? {
        declared.wanted.condition(column.checkName, of: column.table.lowercased())
    }

    /// Compares what enum, lengths and bounds ask.
    private mutating func compareCondition(
        _ place: Int, _ column: Column, isRetyped: Bool, _ pair: Pair
    ) {
        let wanted = condition(of: column)
        let gone = goneConditions(of: column, pair)
        let isThere = wanted.map(pair.old.checks.contains) ?? true
        if isThere && gone.isEmpty { return }
        note(
            .condition(place, gone: gone), .change,
            isRetyped
                ? "what the type of \(pair.name(column)) asks"
                : "the enum, lengths or bounds of \(pair.name(column))",
            pair.part(column), at: column.location)
    }

    /// What the check of a column is called, or was before the column or its table had its name.
    private func checkNames(of column: Column, _ pair: Pair) -> Set<String> {
        let tables = [pair.model.name] + pair.model.renamedFrom
        let names = [column.name] + column.renamedFrom
        return Set(
            tables.flatMap { table in
                names.map { ConstraintName.of(table, [$0], "check").lowercased() }
            })
    }

    /// Whether two constant defaults are one: a person may write a value in another way than this
    /// program does.
    private func isSame(
        _ before: TableStructure.Default?, _ after: TableStructure.Default?, in column: Column
    ) -> Bool {
        if before?.text == after?.text { return true }
        guard let one = before?.value, let other = after?.value else { return false }
        return column.type.isSame(one, other)
    }

    private mutating func dropColumns(_ pair: Pair) {
        for column in pair.gone {
            let successor = pair.model.columns.first { successor in
                former(of: successor, pair) == column.name
            }
            note(
                .dropColumn(column.spelling), .drop, pair.words(column: column.spelling),
                .column(table: renaming.formerName(of: pair.old.name), name: column.name),
                at: nil, loses: column.name != EngineNames.rowNumber,
                advice: successor.map { successor in
                    "if it is \"\(successor.name)\" now, give that \"renamedFrom\": "
                        + "\"\(column.spelling)\", and its values stay"
                } ?? heir(of: column, pair))
        }
    }

    /// What is said where a column that says to have had the name of one that goes is there itself:
    /// its own values are another column's, which somebody may mean to have given away.
    private func heir(of column: TableStructure.Column, _ pair: Pair) -> String? {
        pair.model.heir(of: column.name).map { heir in
            "\"\(heir.name)\" is there already and keeps its own values; if it is to have those of "
                + "\"\(column.spelling)\", take it out of the model file and apply that first"
        }
    }

    /// The column of the database that a new one may be, under another name: where one of its type
    /// has gone and it alone has come.
    private func former(of column: Column, _ pair: Pair) -> String? {
        let type = DeclaredType(column)
        let come = pair.model.columns.filter {
            pair.old.column($0.name.lowercased()) == nil && $0.renamedFrom.isEmpty
                && DeclaredType($0) == type
        }
        guard come.count == 1, come[0].name == column.name else { return nil }
        let checks = pair.old.checks.subtracting(pair.new.checks)
        let gone = pair.gone.filter { declared.dialect.type(of: $0, checks: checks) == type }
        return gone.count == 1 ? gone[0].name : nil
    }

    // MARK: Keys and constraints

    private mutating func compareUniques(_ pair: Pair) {
        let there = built.uniques(of: pair.old.name)
        for unique in pair.definition.uniques {
            let columns = unique.columns.map { pair.model.columns[$0].name.lowercased() }
            if there.contains(columns) { continue }
            let index = SchemaPart.index(unique.name.lowercased())
            if let there = built.indexes[unique.name.lowercased()] {
                note(
                    .dropIndex(there.spelling), .change, "the index \(unique.name)", index,
                    at: pair.place)
            }
            note(.addUnique(unique), .add, "unique \(unique.name)", index, at: pair.place)
        }
        for (name, words) in pair.old.otherUniques.sorted(by: { $0 < $1 }) {
            note(
                .dropOtherUnique(name), .drop,
                "constraint \(name) of \(pair.model.name), which is "
                    + words, pair.part, at: pair.place)
        }
        let extra = there.subtracting(wanted.uniques(of: pair.old.name))
        for columns in extra.sorted(by: { $0.joined() < $1.joined() }) {
            let isConstraint = pair.old.uniques.contains(columns)
            let indexes = built.indexes.values.filter {
                $0.table == pair.old.name && $0.uniqueColumns == columns
            }
            note(
                .dropUnique(
                    columns, indexes: isConstraint ? [] : indexes.map(\.spelling).sorted()), .drop,
                "unique (\(pair.old.spelling(of: columns))) of \(pair.model.name)",
                indexes.first.map { .index($0.name) } ?? pair.part, at: pair.place)
        }
    }

    private mutating func compareKeys(_ pair: Pair) {
        for reference in pair.definition.references {
            let columns = reference.columns.map { pair.model.columns[$0].name.lowercased() }
            guard let key = pair.new.keys.first(where: { $0.columns == columns }),
                !pair.old.keys.contains(key)
            else { continue }
            let column = pair.model.columns[reference.columns[0]]
            let name = pair.names(reference.columns)
            // A new column brings its reference along.
            if reference.columns.count == 1, pair.old.column(columns[0]) == nil { continue }
            let isChange = pair.old.keys.contains { $0.columns == columns }
            for old in pair.old.keys where old.columns == columns {
                note(
                    .dropReference(old), .change, "what \(name) refers to",
                    pair.part(column), at: column.location)
            }
            note(
                .addReference(reference), isChange ? .change : .add,
                "the reference of \(name) to \(reference.target)", pair.part(column),
                at: column.location)
        }
        for key in pair.old.keys where !pair.new.keys.contains(key) {
            if pair.new.keys.contains(where: { $0.columns == key.columns }) { continue }
            note(
                .dropReference(key), .drop,
                "the reference of \(pair.model.name).\(pair.old.spelling(of: key.columns)) to "
                    + (built.tables[key.target]?.spelling ?? key.target),
                pair.part(key.columns[0]), at: nil)
        }
    }

    /// Compares the model's own checks. One of a column that is gone goes with it.
    private mutating func compareChecks(_ pair: Pair) {
        let gone = Set(pair.gone.map(\.name))
        let explained = Set(
            alterations.flatMap { noted -> [TableStructure.Condition] in
                switch noted.alteration {
                case .condition(_, let gone), .compute(_, let gone): Array(gone)
                case .addColumn, .dropColumn, .retype, .stopComputing, .requirement,
                    .constantDefault, .attributes, .primaryKey, .addUnique, .dropUnique,
                    .dropOtherUnique, .addReference, .dropReference, .addCheck, .dropCheck,
                    .constraintNames, .keyName, .options, .addIndex, .dropIndex:
                    []
                }
            })
        let left = pair.old.checks.subtracting(pair.new.checks).subtracting(explained)
            .filter { gone.isDisjoint(with: $0.names) }
        for check in pair.model.checks {
            let condition = declared.wanted.condition(check.name, of: pair.old.name)
            if let condition, pair.old.checks.contains(condition) { continue }
            guard let definition = pair.definition.checks.first(where: { $0.name == check.name })
            else { continue }
            note(
                .addCheck(definition), .add, "check \(check.name) of \(pair.model.name)",
                pair.part, at: check.condition.start)
        }
        for condition in left.sorted(by: { $0.text < $1.text }) {
            note(
                .dropCheck(condition), .drop, "check (\(condition.text)) of \(pair.model.name)",
                pair.part, at: pair.place)
        }
    }

    // MARK: Indexes

    private mutating func compareIndexes(_ pair: Pair) {
        for index in pair.definition.indexes {
            let name = index.name.lowercased()
            let new = wanted.indexes[name]
            if let there = built.indexes[name] {
                if there == new { continue }
                note(
                    .dropIndex(there.spelling), .change, "the index \(index.name)", .index(name),
                    at: pair.place)
            } else if built.indexes.values.contains(where: { new.map($0.isFormer) == true }) {
                continue
            }
            note(
                .addIndex(index), built.indexes[name] == nil ? .add : .change,
                "index \(index.name)", .index(name), at: pair.place)
        }
        for index in built.indexes.values.sorted(by: { $0.name < $1.name })
        where index.table == pair.old.name && wanted.indexes[index.name] == nil {
            // Unique indexes are judged with the constraints; expressions cannot be declared.
            guard index.isPlain, index.uniqueColumns == nil,
                !wanted.indexes.values.contains(where: index.isFormer)
            else { continue }
            note(
                .dropIndex(index.spelling), .drop, "index \(index.spelling)", .index(index.name),
                at: pair.place)
        }
    }

    // MARK: Names

    /// Constraints are called by the names of tables and columns: in refusals, clients see them.
    private mutating func compareNames(_ pair: Pair) {
        guard renaming.touches(pair.model) else { return compareKeyNames(pair) }
        if pair.old.constraintNames.agree(with: pair.new.constraintNames) { return }
        note(
            .constraintNames, .change, "the names of the constraints of \(pair.model.name)",
            pair.part, at: pair.place)
    }

    /// What foreign keys are called is the model's to say.
    private mutating func compareKeyNames(_ pair: Pair) {
        guard declared.dialect.tellsKeyNames else { return }
        let (old, new) = (pair.old.constraintNames.keys, pair.new.constraintNames.keys)
        for (key, former) in old.sorted(by: { $0.value < $1.value }) {
            guard let name = new[key], name != former else { continue }
            note(
                .keyName(key, from: former, to: name), .rename,
                "constraint \(former) of \(pair.model.name) to \(name)", pair.part,
                at: pair.place)
        }
    }
}
