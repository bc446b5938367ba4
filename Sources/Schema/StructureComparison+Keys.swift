import Store

/// A table that is there, with what differs of it.
struct ChangedTable {
    let model: Model
    let definition: TableDefinition
    var old: TableStructure
    let new: TableStructure
    var alterations: [(alteration: TableAlteration, item: Difference.Item)]

    /// Whether the key that others refer to goes, or becomes another.
    func frees(_ columns: [String]) -> Bool {
        let key = Set(columns)
        return alterations.contains { noted in
            switch noted.alteration {
            case .primaryKey: Set(old.primaryKey) == key
            case .dropUnique(let columns, _): Set(columns) == key
            case .retype(let place, _), .compute(let place, _):
                key.contains(model.storedColumns[place].name.lowercased())
            case .dropColumn(let name): key.contains(name.lowercased())
            case .addColumn, .stopComputing, .requirement, .constantDefault, .attributes,
                .condition, .addUnique,
                .dropOtherUnique, .addReference, .dropReference, .addCheck, .dropCheck,
                .constraintNames, .keyName, .options, .addIndex, .dropIndex:
                false
            }
        }
    }

    /// Whether a foreign key cannot be there while this table changes: it refers to a key of it
    /// that goes, or its own columns get another type.
    func moves(_ key: TableStructure.Key, of table: TableStructure) -> Bool {
        if old.name == key.target, frees(key.targetColumns) { return true }
        guard old.name == table.name else { return false }
        return alterations.contains { noted in
            if case .retype(let place, _) = noted.alteration {
                key.columns.contains(model.storedColumns[place].name.lowercased())
            } else {
                false
            }
        }
    }

    /// Whether a foreign key stays as it is.
    func keeps(_ key: TableStructure.Key) -> Bool {
        new.keys.contains(key) && !alterations.contains { $0.alteration == .dropReference(key) }
    }

    /// Takes out the names that constraints are to have, of those that come again with them.
    mutating func forgetNames() {
        let isNamed = old.constraintNames.agree(with: new.constraintNames)
        let there = old.constraintNames.keys
        alterations.removeAll { noted in
            if case .keyName(let key, _, _) = noted.alteration { return there[key] == nil }
            return noted.alteration == .constraintNames && isNamed
        }
    }

    /// What declares a foreign key.
    func reference(_ key: TableStructure.Key) -> TableDefinition.Reference? {
        definition.references.first { reference in
            reference.columns.map { model.columns[$0].name.lowercased() } == key.columns
        }
    }
}

// Where an engine lets no key go that a foreign key refers to, foreign keys go before all else, and
// those that stay come again behind the key that they refer to then.
extension StructureComparison {
    /// Takes the foreign keys out of the way, and notes those that are to come again.
    mutating func releaseKeys(of changes: inout [ChangedTable]) {
        let all = changes
        for table in built.tables.values.sorted(by: { $0.name < $1.name }) {
            let place = changes.firstIndex { $0.old.name == table.name }
            for key in table.keys.sorted(by: { $0.columns.joined() < $1.columns.joined() }) {
                guard let statement = declared.dialect.release(key, of: table) else { continue }
                if let place, !changes[place].keeps(key) {
                    changes[place].old.constraintNames.keys[key] = nil
                    let items = changes[place].alterations.filter {
                        $0.alteration == .dropReference(key)
                    }.map(\.item)
                    changes[place].alterations.removeAll { $0.alteration == .dropReference(key) }
                    steps.append(Difference.Step(items, [statement]))
                    continue
                }
                guard all.contains(where: { $0.moves(key, of: table) }) else { continue }
                let item = Difference.Item(
                    action: .change,
                    what: "what \(table.spelling).\(table.spelling(of: key.columns)) refers to",
                    part: .column(table: table.name, name: key.columns[0]), location: nil)
                steps.append(Difference.Step([item], [statement]))
                guard let place, let reference = changes[place].reference(key) else { continue }
                changes[place].old.constraintNames.keys[key] = nil
                changes[place].alterations.append((.addReference(reference), item))
            }
            if let place { changes[place].forgetNames() }
        }
    }
}

extension TableStructure.ConstraintNames {
    /// Whether what is in both is called the same.
    func agree(with new: Self) -> Bool {
        func agree<Thing>(_ old: [Thing: String], _ new: [Thing: String]) -> Bool {
            old.allSatisfy { thing, name in (new[thing] ?? name) == name }
        }
        return (primaryKey ?? new.primaryKey) == new.primaryKey && agree(uniques, new.uniques)
            && agree(keys, new.keys) && agree(checks, new.checks)
    }
}
