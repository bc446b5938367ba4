/// The tables and indexes of a database, without the server's own, by their names in lower case.
public struct DatabaseStructure: Hashable, Sendable {
    /// The tables.
    public var tables: [String: TableStructure] = [:]
    /// The indexes beside those that constraints make.
    public var indexes: [String: IndexStructure] = [:]
    /// What else there is whose name no table can have; by that name.
    public var obstacles: [String: Obstacle] = [:]
    /// What hangs on tables and is lost where they are made anew, in the order in which it was
    /// made; empty where the engine makes none anew.
    public var dependents: [DependentObject] = []

    /// An empty database.
    public init() {}

    /// The sets of columns that are unique in `table`, by constraint or by index.
    public func uniques(of table: String) -> Set<[String]> {
        let byIndex = indexes.values.filter { $0.table == table }.compactMap(\.uniqueColumns)
        return (tables[table]?.uniques ?? []).union(byIndex)
    }

    /// Whether another database has the same, in whatever order its columns stand.
    public func isSame(as other: DatabaseStructure) -> Bool {
        func sorted(_ tables: [String: TableStructure]) -> [String: TableStructure] {
            tables.mapValues { table in
                var table = table
                table.columns.sort { $0.name < $1.name }
                return table
            }
        }
        return sorted(tables) == sorted(other.tables) && indexes == other.indexes
            && Set(dependents) == Set(other.dependents)
    }

    /// Whether what makes `after` of `before` would do the same here.
    public func isReady(
        forStepFrom before: DatabaseStructure, to after: DatabaseStructure
    ) -> Bool {
        Set(before.tables.keys).union(after.tables.keys).allSatisfy { name in
            before.tables[name] == after.tables[name] || tables[name] == before.tables[name]
        }
            && Set(before.indexes.keys).union(after.indexes.keys).allSatisfy { name in
                before.indexes[name] == after.indexes[name]
                    || indexes[name] == before.indexes[name]
            }
    }

    /// Whether foreign keys that are called otherwise in `after` than in `before`, if there are
    /// any, are so called here.
    public func hasTaken(namesOfKeysFrom before: Self, to after: Self) -> Bool {
        var areAny = false
        for (name, table) in after.tables {
            let former = before.tables[name]?.constraintNames.keys ?? [:]
            let there = tables[name]?.constraintNames.keys ?? [:]
            for (key, word) in table.constraintNames.keys where former[key] ?? word != word {
                if there[key] != word { return false }
                areAny = true
            }
        }
        return areAny
    }

    /// Whether all that makes `after` of `before` is so here too, whatever else there is: what it
    /// adds is there, and what it drops is not.
    public func hasTaken(stepFrom before: DatabaseStructure, to after: DatabaseStructure) -> Bool {
        let tablesAgree = Set(before.tables.keys).union(after.tables.keys).allSatisfy { name in
            let (old, new) = (before.tables[name], after.tables[name])
            if old == new { return true }
            guard let new else { return tables[name] == nil }
            // Whether a unique constraint is an index makes no difference.
            let uniques = uniques(of: name)
            let wanted = after.uniques(of: name)
            guard let there = tables[name], there.covers(new), uniques.isSuperset(of: wanted),
                uniques.isDisjoint(with: before.uniques(of: name).subtracting(wanted))
            else { return false }
            return old.map { there.lacks(whatIsIn: $0, andNotIn: new) } ?? true
        }
        return tablesAgree
            && Set(before.indexes.keys).union(after.indexes.keys).allSatisfy { name in
                let (old, new) = (before.indexes[name], after.indexes[name])
                if old == new || indexes[name] == new { return true }
                guard let there = new ?? old, let columns = there.uniqueColumns else {
                    return false
                }
                return uniques(of: there.table).contains(columns)
                    == after.uniques(of: there.table).contains(columns)
            }
    }
}

/// What a database has at a moment, as its engine describes it. It is taken apart only when it is
/// asked for: most starts need to know no more than that it is the same.
public struct StructureDescription: Sendable {
    /// Texts that differ whenever the structure does.
    public let lines: [String]
    private let read: @Sendable ([String]) -> DatabaseStructure

    /// A description.
    ///
    /// - Parameter read: makes the structure of the lines.
    public init(
        _ lines: [String], read: @escaping @Sendable ([String]) -> DatabaseStructure
    ) {
        self.lines = lines
        self.read = read
    }

    /// The tables and indexes. Made anew each time.
    public var structure: DatabaseStructure { read(lines) }
}

/// What tables would be in an engine that were made by their definitions.
public struct DefinedStructure: Sendable {
    /// The tables and indexes.
    public let structure: DatabaseStructure
    /// The condition of each check, by the names of the table, in lower case, and of the check.
    private let checks: [String: [String: TableStructure.Condition]]

    /// The structure of definitions.
    public init(
        _ structure: DatabaseStructure, checks: [String: [String: TableStructure.Condition]]
    ) {
        self.structure = structure
        self.checks = checks
    }

    /// The condition of a check; nil where the engine needs none, as of a column whose type says
    /// all.
    ///
    /// - Parameter table: the table's name in lower case.
    public func condition(_ check: String, of table: String) -> TableStructure.Condition? {
        checks[table]?[check]
    }
}
