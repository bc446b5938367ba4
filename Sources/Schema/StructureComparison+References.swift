import Diagnostics
import Store

// References of which a column gets another type, where an engine keeps both sides alike: they go
// before any column changes, and come again when all have.
extension StructureComparison {
    /// A reference that has gone and comes again.
    struct Detached {
        let model: Model
        let reference: TableDefinition.Reference
        let change: TableChange
    }

    /// Drops what would be in the way of a type.
    mutating func detachReferences() {
        guard declared.dialect.keepsReferencesAlike else { return }
        for model in declared.catalogue.models {
            let name = model.name.lowercased()
            guard let definition = declared.definition(of: model), let old = built.tables[name],
                let new = wanted.tables[name]
            else { continue }
            let change = TableChange(old, to: definition, new)
            let keys = old.keys.filter { key in
                key.columns.contains { isRetyped($0, of: name) }
                    || key.targetColumns.contains { isRetyped($0, of: key.target) }
            }
            for key in keys.sorted(by: { $0.columns.joined() < $1.columns.joined() }) {
                detach(key, of: model, change)
            }
        }
    }

    private func isRetyped(_ column: String, of table: String) -> Bool {
        guard let old = built.tables[table]?.column(column),
            let new = wanted.tables[table]?.column(column)
        else { return false }
        return old.type != new.type
    }

    private mutating func detach(
        _ key: TableStructure.Key, of model: Model, _ change: TableChange
    ) {
        let table = change.old.name
        built.tables[table]?.keys.remove(key)
        built.tables[table]?.constraintNames.keys[key] = nil
        let reference = change.table.references.first { reference in
            reference.columns.map { model.columns[$0].name.lowercased() } == key.columns
        }
        let name = "\(model.name).\(key.columns.joined(separator: ", "))"
        carryOut(
            .dropReference(key), of: change, reference == nil ? .drop : .change,
            reference == nil
                ? "the reference of \(name) to \(key.target)" : "what \(name) refers to",
            .column(table: table, name: key.columns[0]),
            at: reference.map { model.columns[$0.columns[0]].location })
        if let reference {
            detached.append(Detached(model: model, reference: reference, change: change))
        }
    }

    /// Makes anew what has gone.
    mutating func attachReferences() {
        for item in detached {
            let column = item.model.columns[item.reference.columns[0]]
            carryOut(
                .addReference(item.reference), of: item.change, .change,
                "the reference of \(item.model.name).\(column.name) to \(item.reference.target)",
                .column(table: item.change.table.name.lowercased(), name: column.name.lowercased()),
                at: column.location)
        }
    }

    /// Whether a reference comes when all columns have their types.
    func isDetached(_ reference: TableDefinition.Reference, of model: Model) -> Bool {
        detached.contains { $0.model.name == model.name && $0.reference == reference }
    }

    private mutating func carryOut(
        _ alteration: TableAlteration, of change: TableChange, _ action: Difference.Item.Action,
        _ what: String, _ part: SchemaPart, at location: SourceLocation?
    ) {
        let item = Difference.Item(action: action, what: what, part: part, location: location)
        for step in declared.dialect.steps([alteration], of: change) {
            append(step, [item])
        }
    }
}
