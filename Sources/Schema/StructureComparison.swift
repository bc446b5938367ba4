import Store
import Values

/// One comparison of a database with the declared models, table by table.
struct StructureComparison {
    let built: DatabaseStructure
    let declared: DeclaredTables
    /// What the migration files build.
    let recorded: DatabaseStructure
    /// What `built` is called.
    let origin: Difference.Origin
    /// What there is to lose, where that is known.
    let holdings: Holdings?
    var additions: [Difference.Addition] = []
    var refusals: [Difference.Refusal] = []

    init(
        built: DatabaseStructure, recorded: DatabaseStructure, _ declared: DeclaredTables,
        origin: Difference.Origin, holdings: Holdings?
    ) {
        self.built = built
        self.recorded = recorded
        self.declared = declared
        self.origin = origin
        self.holdings = holdings
    }

    var wanted: DatabaseStructure { declared.wanted.structure }

    mutating func refuse(
        _ reason: String, _ advice: Advice, of part: SchemaPart, at location: SourceLocation? = nil
    ) {
        refusals.append(
            Difference.Refusal(
                reason: reason, advice: advice.wording, location: location, part: part,
                needsRebuild: advice.needsRebuild))
    }

    /// The part that a column of a model is.
    private func part(_ column: Column) -> SchemaPart {
        .column(table: column.table.lowercased(), name: column.name.lowercased())
    }

    // MARK: Tables that are not there

    /// Whether nothing else has the name of a model's table that is to be added.
    mutating func hasRoom(for model: Model) -> Bool {
        let name = model.name.lowercased()
        guard let obstacle = built.obstacles[name] else { return true }
        refuse(
            "the \(obstacle.wording) of \(origin.wording) is where the model's table should be",
            .makeWay(obstacle.wayOut), of: .table(name), at: .whole(model.file))
        return false
    }

    // MARK: Tables that are there

    /// Compares a model whose table is there, and then its indexes.
    mutating func compare(_ model: Model, _ definition: TableDefinition) {
        let name = model.name.lowercased()
        guard let old = built.tables[name], let new = wanted.tables[name] else { return }
        let table = SchemaPart.table(name)
        let place = SourceLocation(file: model.file)
        var added = Set<String>()
        var changed = Set<String>()
        for (index, column) in model.columns.enumerated() {
            let key = column.name.lowercased()
            if let before = old.column(key), let after = new.column(key) {
                let former = formerType(of: column, before, after, old, new)
                if compareType(column, before, former, old) { changed.insert(key) }
                compare(column, before, after, former)
            } else {
                added.insert(key)
                add(index, of: model, definition, old)
            }
        }
        if old.primaryKey != new.primaryKey {
            refuse(
                "the primary key of \"\(model.name)\" has changed", .declareAsBefore, of: table,
                at: place)
        }
        if old.options != new.options {
            refuse(
                "the table \"\(model.name)\" \(declared.dialect.optionsFault)",
                .declareAsBefore, of: table, at: place)
        }
        compareUniques(model, definition, place)
        compareKeys(model, old, new, added)
        compareChecks(model, old, new, changed: changed)
        for index in definition.indexes { compare(index, definition) }
    }

    /// The type that a column has in the database; nil when it is none of ours.
    private func formerType(
        of column: Column, _ before: TableStructure.Column, _ after: TableStructure.Column,
        _ old: TableStructure, _ new: TableStructure
    ) -> DeclaredType? {
        if let condition = condition(of: column), old.checks.contains(condition),
            before.type == after.type
        {
            return DeclaredType(column)
        }
        return declared.dialect.type(of: before, checks: old.checks.subtracting(new.checks))
    }

    /// What the engine makes of the type and the words of a column.
    private func condition(of column: Column) -> TableStructure.Condition? {
        declared.wanted.condition(column.checkName, of: column.table.lowercased())
    }

    /// Compares the type of a column and what else its declaration checks; true when they differ.
    private mutating func compareType(
        _ column: Column, _ before: TableStructure.Column, _ former: DeclaredType?,
        _ old: TableStructure
    ) -> Bool {
        let name = "\"\(column.table).\(column.name)\""
        let declared = DeclaredType(column)
        if former != declared {
            refuse(
                "the type of \(name) has changed from \(former?.wording ?? before.type) to "
                    + declared.wording, .declareColumnAsBefore, of: part(column),
                at: column.location)
            return true
        }
        guard let condition = condition(of: column), !old.checks.contains(condition) else {
            return false
        }
        refuse(
            "the enum, lengths or bounds of \(name) have changed", .declareColumnAsBefore,
            of: part(column), at: column.location)
        return true
    }

    private mutating func compare(
        _ column: Column, _ before: TableStructure.Column, _ after: TableStructure.Column,
        _ former: DeclaredType?
    ) {
        let name = "\"\(column.table).\(column.name)\""
        if before.isNotNull != after.isNotNull {
            refuse(
                after.isNotNull
                    ? "\(name) has become required" : "\(name) is not required any more",
                .declareColumnAsBefore, of: part(column), at: column.location)
        }
        if !isSame(before.defaultValue, after.defaultValue, in: column) {
            let declared = DeclaredType(column)
            refuse(
                "the constant default of \(name) has changed from "
                    + "\((former ?? declared).wording(ofDefault: before.defaultValue)) to "
                    + declared.wording(ofDefault: after.defaultValue), .declareColumnAsBefore,
                of: part(column), at: column.location)
        }
        if before.rest != after.rest {
            let lacks = before.rest.isEmpty
            let rest = (lacks ? after.rest : before.rest).joined(separator: " ")
            refuse(
                "\(name) has \(lacks ? "not " : "")\(rest) in \(origin.wording)",
                .declareColumnAsBefore, of: part(column), at: column.location)
        }
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

    /// - Parameter index: the column's.
    private mutating func add(
        _ index: Int, of model: Model, _ definition: TableDefinition, _ old: TableStructure
    ) {
        let column = model.columns[index]
        let name = "\"\(model.name).\(column.name)\""
        if let former = column.renamedFrom, old.column(former.lowercased()) != nil {
            refuse(
                "\(name) was \"\(former)\", and renaming is not built yet",
                isRecorded(former, of: model)
                    ? .rename(table: model.name, from: former, to: column.name)
                    : .recordFirst(from: former, to: column.name),
                of: .column(table: model.name.lowercased(), name: former.lowercased()),
                at: column.location)
            return
        }
        var hasConstant = false
        if case .constant? = column.default { hasConstant = true }
        if !column.isNullable, !hasConstant {
            refuse(
                "\(name) is new and required, and rows that are there would have no value for it",
                former(of: column, in: model, old).map(Advice.giveFormerName) ?? .giveDefault,
                of: part(column), at: column.location)
        } else if column.reference != nil, hasConstant,
            !declared.dialect.addsReferencesWithDefault
        {
            refuse(
                "\(name) is new and refers to a model, and \(declared.dialect.productName) adds "
                    + "such columns only without default",
                .leaveDefaultOut, of: part(column), at: column.location)
        } else {
            additions.append(
                Difference.Addition(
                    what: "column \(model.name).\(column.name)",
                    statement: declared.dialect.addColumn(index, to: definition),
                    part: part(column)))
        }
    }

    /// Whether a migration file may name the column: else it would fail where only files build.
    private func isRecorded(_ column: String, of model: Model) -> Bool {
        recorded.tables[model.name.lowercased()]?.column(column.lowercased()) != nil
    }

    private mutating func compareUniques(
        _ model: Model, _ definition: TableDefinition, _ place: SourceLocation
    ) {
        let table = model.name.lowercased()
        let there = built.uniques(of: table)
        for unique in definition.uniques {
            let columns = unique.columns.map { model.columns[$0].name.lowercased() }
            if there.contains(columns) { continue }
            if built.indexes[unique.name.lowercased()] != nil {
                refuse(
                    "the index \"\(unique.name)\" has changed", .replaceIndex(unique.name),
                    of: .index(unique.name.lowercased()))
                continue
            }
            additions.append(
                Difference.Addition(
                    what: "unique \(unique.name)",
                    statement: declared.dialect.createUnique(unique, of: definition),
                    part: .index(unique.name.lowercased())))
        }
        for (name, words) in (built.tables[table]?.otherUniques ?? [:]).sorted(by: { $0 < $1 }) {
            refuse(
                "the constraint \"\(name)\" of \"\(model.name)\" is \(words) in "
                    + "\(origin.wording)", .replaceUnique(table: model.name, name: name),
                of: .table(table), at: place)
        }
        let extra = there.subtracting(wanted.uniques(of: table))
        for columns in extra.sorted(by: { $0.joined() < $1.joined() }) {
            let indexes = indexes(making: columns, uniqueIn: table)
            refuse(
                "(\(columns.joined(separator: ", "))) of \"\(model.name)\" is unique in "
                    + "\(origin.wording) but not declared so",
                indexes.isEmpty ? .declareUnique : .dropUnique(indexes),
                of: indexes.first.map(SchemaPart.index) ?? .table(table), at: place)
        }
    }

    /// The indexes that a unique constraint is. They can go; a constraint that a table is made with
    /// cannot, here or on a fresh checkout: then there are none.
    private func indexes(making columns: [String], uniqueIn table: String) -> [String] {
        let isConstraint = [built, recorded].contains { structure in
            structure.tables[table]?.uniques.contains(columns) == true
        }
        if isConstraint { return [] }
        return built.indexes.values.filter { $0.table == table && $0.uniqueColumns == columns }
            .map(\.name).sorted()
    }

    private mutating func compareKeys(
        _ model: Model, _ old: TableStructure, _ new: TableStructure, _ added: Set<String>
    ) {
        for key in new.keys where !old.keys.contains(key) && !added.contains(key.columns[0]) {
            let column = model.columns.first { $0.name.lowercased() == key.columns[0] }
            refuse(
                "the reference of \"\(model.name).\(key.columns[0])\" has changed or is new",
                .declareColumnAsBefore, of: .column(table: old.name, name: key.columns[0]),
                at: column?.location)
        }
        for key in old.keys where !new.keys.contains(key) {
            // A changed reference is reported once, above.
            if new.keys.contains(where: { $0.columns == key.columns }) { continue }
            let columns = key.columns.joined(separator: ", ")
            refuse(
                "\"\(model.name).\(columns)\" refers to \"\(key.target)\" "
                    + "in \(origin.wording) only",
                .declare, of: .column(table: old.name, name: key.columns[0]))
        }
    }

    /// Compares the model's own checks. A check of a column that is reported already, or gone, is
    /// not reported again.
    private mutating func compareChecks(
        _ model: Model, _ old: TableStructure, _ new: TableStructure, changed: Set<String>
    ) {
        let gone = Set(old.columns.map(\.name)).subtracting(new.columns.map(\.name))
        let explained = changed.union(gone)
        let names = newNames(model, old)
        let there = Set(old.checks.map { declared.dialect.renaming(names, in: $0) })
        // What no model declares any more may be what a check was before.
        let left = old.checks.subtracting(new.checks).filter {
            explained.isDisjoint(with: $0.names)
        }
        var hasChanged = false
        for check in model.checks {
            let condition = declared.wanted.condition(check.name, of: old.name)
            if let condition, there.contains(condition) { continue }
            hasChanged = true
            let name = "the check \"\(check.name)\" of \"\(model.name)\""
            refuse(
                name
                    + (left.isEmpty
                        ? " is new, and the table is there already" : " is new or has changed"),
                left.isEmpty ? .leaveCheckOut : .declareAsBefore, of: .table(old.name),
                at: check.condition.start)
        }
        if hasChanged { return }
        for condition in left.map(\.text).sorted() {
            refuse(
                "\"\(model.name)\" has the check (\(condition)) in \(origin.wording) but not "
                    + "declared", .declare, of: .table(old.name),
                at: SourceLocation(file: model.file))
        }
    }

    // MARK: Indexes

    private mutating func compare(
        _ index: TableDefinition.Index, _ definition: TableDefinition
    ) {
        let name = index.name.lowercased()
        let new = wanted.indexes[name]
        if let there = built.indexes[name] {
            if there == new { return }
            refuse(
                "the index \"\(index.name)\" has changed", .replaceIndex(index.name),
                of: .index(name))
        } else if !built.indexes.values.contains(where: { new.map($0.isFormer) == true }) {
            additions.append(
                Difference.Addition(
                    what: "index \(index.name)",
                    statement: declared.dialect.createIndex(index, of: definition),
                    part: .index(name)))
        }
    }

    // MARK: What is there but not declared

    /// Reports tables, columns and indexes that no model declares.
    mutating func findLeftovers() {
        for table in built.tables.values.sorted(by: { $0.name < $1.name }) {
            guard let model = declared.model(of: table) else {
                refuse(
                    "the table \"\(table.name)\" is in \(origin.wording) but no model declares it",
                    .declareTable(
                        isRecorded: recorded.tables[table.name] != nil,
                        rows: holdings?.rows[table.name]),
                    of: .table(table.name))
                continue
            }
            findLeftovers(in: table, of: model)
        }
        for index in built.indexes.values.sorted(by: { $0.name < $1.name }) {
            // Unique indexes are judged with the constraints; expressions cannot be declared.
            guard wanted.tables[index.table] != nil, wanted.indexes[index.name] == nil,
                index.isPlain, index.uniqueColumns == nil,
                !wanted.indexes.values.contains(where: index.isFormer)
            else { continue }
            refuse(
                "the index \"\(index.name)\" is in \(origin.wording) but not declared",
                .declareIndex(index.name), of: .index(index.name))
        }
    }
}
