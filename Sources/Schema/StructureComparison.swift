import Store
import Values

/// One comparison of a database with the declared models, table by table.
struct StructureComparison {
    /// Once everything has its new name.
    let built: DatabaseStructure
    let declared: DeclaredTables
    /// What `built` is called.
    let origin: Difference.Origin
    let renaming: StructureRenaming
    var steps: [Difference.Step] = []
    private var refusals: [Difference.Refusal] = []
    /// The models whose tables are as they are to be.
    private var reached: Set<String> = []
    /// The names of new tables that no index has any more, in lower case.
    private var cleared: Set<String> = []
    /// The foreign keys to tables that are made later: of models that refer in a circle.
    private var late: [Difference.Step] = []
    /// Of the table that is compared.
    var alterations: [(alteration: TableAlteration, item: Difference.Item)] = []

    init(built: DatabaseStructure, _ declared: DeclaredTables, origin: Difference.Origin) {
        renaming = StructureRenaming(
            declared.catalogue.tables, in: built, to: declared.wanted.structure)
        self.built = renaming.apply(to: built, declared.dialect)
        self.declared = declared
        self.origin = origin
    }

    var wanted: DatabaseStructure { declared.wanted.structure }

    var difference: Difference { Difference(steps: steps, refusals: refusals) }

    /// Compares everything: renames come first, then tables in the order of their references, and
    /// last what is dropped.
    mutating func run(owned: (SchemaPart) -> Bool) {
        rename()
        var changes = changes()
        releaseKeys(of: &changes)
        for model in declared.catalogue.modelsByDependency { reach(model, changes) }
        steps += late
        dropTables(owned: owned)
    }

    /// Makes a model's table, or changes it.
    private mutating func reach(_ model: Model, _ changes: [ChangedTable]) {
        guard !reached.contains(model.name), let definition = declared.definition(of: model) else {
            return
        }
        if let change = changes.first(where: { $0.model.name == model.name }) {
            if !change.alterations.isEmpty { makeTargets(of: model, changes) }
            alterations = change.alterations
            finish(model, definition, change.old, change.new)
        } else if hasRoom(for: model) {
            clearName(of: model, changes)
            make(definition, of: model)
        }
        reached.insert(model.name)
    }

    /// What a table is to refer to from now on has to be there, also where that refers back.
    private mutating func makeTargets(of model: Model, _ changes: [ChangedTable]) {
        guard declared.dialect.needsTargets else { return }
        for key in model.references where built.tables[key.target.lowercased()] == nil {
            if let target = declared.catalogue.model(key.target) { reach(target, changes) }
        }
    }

    /// What differs of each table that is there.
    private mutating func changes() -> [ChangedTable] {
        declared.catalogue.modelsByDependency.compactMap { model in
            let name = model.name.lowercased()
            guard let definition = declared.definition(of: model), let old = built.tables[name],
                let new = wanted.tables[name]
            else { return nil }
            alterations = []
            compare(model, definition, old, new)
            return ChangedTable(
                model: model, definition: definition, old: old, new: new, alterations: alterations)
        }
    }

    mutating func refuse(
        _ reason: String, _ advice: Advice, of part: SchemaPart, at location: SourceLocation? = nil
    ) {
        refusals.append(
            Difference.Refusal(
                reason: reason, advice: advice.wording, location: location, part: part))
    }

    // MARK: Names

    private mutating func rename() {
        let dialect = declared.dialect
        for table in renaming.tables {
            append(
                "table \(table.former) to \(table.name)", .table(table.name.lowercased()),
                table.location, dialect.rename(table: table.former, to: table.name))
        }
        for column in renaming.columns {
            append(
                "column \(column.table).\(column.name.former) to \(column.name.name)",
                .column(
                    table: column.table.lowercased(), name: column.name.name.lowercased()),
                column.name.location,
                dialect.rename(
                    column: column.name.former, to: column.name.name, of: column.table))
        }
    }

    private mutating func append(
        _ what: String, _ part: SchemaPart, _ location: SourceLocation,
        _ statements: [ChangeStatement]
    ) {
        steps.append(
            Difference.Step(
                [.init(action: .rename, what: what, part: part, location: location, loses: false)],
                statements, cost: statements.first.flatMap { declared.dialect.cost(of: $0.text) }))
    }

    // MARK: Tables that are not there

    /// Whether nothing else has the name of a model's table that is to be added.
    private mutating func hasRoom(for model: Model) -> Bool {
        let name = model.name.lowercased()
        guard let obstacle = built.obstacles[name] else { return true }
        refuse(
            "the \(obstacle.wording) of \(origin.wording) is where the model's table should be",
            .makeWay(obstacle.wayOut), of: .table(name), at: .whole(model.file))
        return false
    }

    /// An index that has the name of a table that is new goes first: the two share their names.
    private mutating func clearName(of model: Model, _ changes: [ChangedTable]) {
        let name = model.name.lowercased()
        guard cleared.insert(name).inserted, let index = built.indexes[name] else { return }
        if let change = changes.first(where: { $0.old.name == index.table }) {
            reach(change.model, changes)
        } else {
            steps.append(
                Difference.Step(
                    [
                        .init(
                            action: .drop, what: "index \(index.spelling)", part: .index(name),
                            location: nil, loses: false)
                    ], [ChangeStatement(declared.dialect.dropIndex(index.spelling))]))
        }
    }

    /// Makes a table and its indexes.
    private mutating func make(_ table: TableDefinition, of model: Model) {
        let dialect = declared.dialect
        let place = SourceLocation(file: model.file)
        let first = table.referring { reference in
            !dialect.needsTargets || reference.target == table.name
                || reached.contains(reference.target)
        }
        let part = SchemaPart.table(table.name.lowercased())
        steps.append(step("table \(table.name)", part, place, dialect.createTable(first)))
        for reference in table.references where !first.references.contains(reference) {
            late.append(
                step(
                    "reference \(reference.name) of \(table.name) to \(reference.target)", part,
                    place, dialect.addReference(reference, to: table), isFree: true))
        }
        for index in table.indexes {
            // Of a table without rows.
            steps.append(
                step(
                    "index \(index.name)", .index(index.name.lowercased()), place,
                    dialect.createIndex(index, of: table), isFree: true))
        }
    }

    private func step(
        _ what: String, _ part: SchemaPart, _ place: SourceLocation, _ statement: String,
        isFree: Bool = false
    ) -> Difference.Step {
        Difference.Step(
            [.init(action: .add, what: what, part: part, location: place, loses: false)],
            [ChangeStatement(statement)],
            cost: isFree ? nil : declared.dialect.cost(of: statement))
    }

    // MARK: Tables that are there

    /// Turns the alterations of a table into steps, in the engine's order.
    private mutating func finish(
        _ model: Model, _ definition: TableDefinition, _ old: TableStructure, _ new: TableStructure
    ) {
        if alterations.isEmpty { return }
        let dependents = built.dependents.filter { $0.tables.contains(old.name) }
        for case (.dropColumn(let name), let item) in alterations {
            guard let dependent = dependents.first(where: { $0.names.contains(name.lowercased()) })
            else {
                continue
            }
            refuse(
                "the \(dependent.kind.lowercased()) \"\(dependent.name)\" names "
                    + "\"\(model.name).\(name)\", which no model declares any more",
                .dropDependent(dependent), of: item.part)
            return
        }
        let change = TableChange(old, to: definition, new, dependents: dependents)
        let found = declared.dialect.steps(alterations.map(\.alteration), of: change)
        for step in found where step.statements.isEmpty {
            for item in step.alterations.map({ alterations[$0].item }) {
                refuse(item.what, .changeByHand, of: item.part, at: item.location)
            }
        }
        for step in found { append(step, step.alterations.map { alterations[$0].item }) }
    }

    /// Takes an engine's step over.
    private mutating func append(_ step: AlterationStep, _ items: [Difference.Item]) {
        let costs = step.statements.compactMap {
            $0.expectation == nil ? declared.dialect.cost(of: $0.text) : nil
        }
        steps.append(
            Difference.Step(
                items, step.statements, suspendsForeignKeys: step.isRebuild,
                standsAlone: step.standsAlone,
                cost: step.isRebuild ? "makes the table anew" : costs.last))
    }

    /// Notes a thing that differs.
    mutating func note(
        _ alteration: TableAlteration, _ action: Difference.Item.Action, _ what: String,
        _ part: SchemaPart, at location: SourceLocation?, loses: Bool = false,
        advice: String? = nil
    ) {
        alterations.append(
            (
                alteration,
                .init(
                    action: action, what: what, part: part, location: location, loses: loses,
                    advice: advice)
            ))
    }

    // MARK: What is there but not declared

    /// Drops tables that no model declares, those first that refer to others.
    private mutating func dropTables(owned: (SchemaPart) -> Bool) {
        var going: [TableStructure] = []
        for table in built.tables.values.sorted(by: { $0.name < $1.name })
        where declared.model(of: table) == nil {
            if owned(.table(table.name)) {
                going.append(table)
            } else {
                refuse(
                    "the table \"\(table.spelling)\" is in \(origin.wording) but no model declares "
                        + "it", .declareForeignTable, of: .table(table.name))
            }
        }
        for group in going.inDroppingOrder {
            let items = group.map { table in
                Difference.Item(
                    action: .drop, what: "table \(table.spelling)", part: .table(table.name),
                    location: nil, loses: true,
                    advice: successor(of: table).map { successor in
                        "if it is \"\(successor.name)\" now, give that \"renamedFrom\": "
                            + "\"\(table.spelling)\", and its rows stay"
                    })
            }
            steps.append(
                Difference.Step(
                    items, declared.dialect.drop(tables: group.map(\.spelling)),
                    suspendsForeignKeys: true))
        }
    }
}

extension StructureComparison {
    /// The model that a table may be, under another name: one that is new and has its columns.
    private func successor(of table: TableStructure) -> Model? {
        let names = Set(table.columns.map(\.name))
        return declared.catalogue.tables.first { model in
            built.tables[model.name.lowercased()] == nil && model.renamedFrom.isEmpty
                && Set(model.storedColumns.map { $0.name.lowercased() }) == names
        }
    }
}

extension [TableStructure] {
    /// The tables in groups, each to be dropped at once: those of one refer to one another in a
    /// circle. A group comes before those that it refers to.
    fileprivate var inDroppingOrder: [[TableStructure]] {
        var left = self
        var groups: [[TableStructure]] = []
        while !left.isEmpty {
            let free = left.filter { table in
                !left.contains { other in
                    other.name != table.name && other.keys.contains { $0.target == table.name }
                }
            }
            let group = free.isEmpty ? left : free
            groups.append(group)
            left.removeAll { table in group.contains { $0.name == table.name } }
        }
        return groups
    }
}
