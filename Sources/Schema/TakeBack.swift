public import Diagnostics
public import Store

/// What stands in the way of the models, was built by `apus dev` alone, and holds nothing: it is
/// dropped, and made anew if it is still declared.
///
/// Never a table with rows or a column with values of its own, never what a migration file builds
/// or somebody else has made, and no table to which one that stays refers.
public struct TakeBack: Sendable {
    private struct Step: Sendable {
        let what: String
        let part: SchemaPart
    }

    private var steps: [Step] = []
    private let live: DatabaseStructure
    private let recorded: DatabaseStructure
    private let holdings: Holdings
    /// See ``Store/MigrationTransaction/claimed()``.
    private let claimed: Set<SchemaPart>?

    /// Finds what may go.
    ///
    /// - Parameters:
    ///   - refusals: what cannot be reached by adding.
    ///   - live: what the database has.
    ///   - recorded: what the migration files build.
    ///   - claimed: what `apus dev` has made; nil for all that they do not build.
    public init(
        _ refusals: [Difference.Refusal], from live: DatabaseStructure,
        recorded: DatabaseStructure, _ holdings: Holdings, claimed: Set<SchemaPart>?
    ) {
        self.live = live
        self.recorded = recorded
        self.holdings = holdings
        self.claimed = claimed
        var tables: [String] = []
        var rest: [SchemaPart] = []
        for part in refusals.map(\.part) {
            if let name = part.table, let order = emptyTables(with: name) {
                tables += order.filter { !tables.contains($0) }
            } else {
                rest.append(part)
            }
        }
        for table in tables {
            drop(.table(table), "table \(table) (empty, in no migration file)")
        }
        for part in rest {
            switch part {
            case .table: continue
            case .index(let name): drop(index: name)
            case .column(let table, let name): drop(column: name, of: table)
            }
        }
    }

    /// Whether nothing may go.
    public var isEmpty: Bool { steps.isEmpty }

    /// Drops it all.
    ///
    /// - Returns: what it was, for people.
    /// - Throws: `migration_failed` when the database cannot be written any more. What the engine
    ///   does not let go stays; the difference stays with it.
    public func apply(in transaction: any MigrationTransaction) throws(Problem) -> [String] {
        var dropped: [String] = []
        for step in steps {
            do throws(DatabaseError) {
                try transaction.drop(step.part)
                dropped.append(step.what)
            } catch {
                continue
            }
        }
        try migrating { () throws(DatabaseError) in try transaction.endScript() }
        return dropped
    }

    // MARK: What may go

    private func isEmptyAndOurs(_ table: String) -> Bool {
        live.tables[table] != nil && recorded.tables[table] == nil && holdings.rows[table] == 0
            && isOurs(.table(table), in: table)
    }

    /// Whether `apus dev` has made a part, or the table that it is in.
    private func isOurs(_ part: SchemaPart, in table: String) -> Bool {
        guard let claimed else { return true }
        return claimed.contains(part) || claimed.contains(.table(table))
    }

    /// A table and all that refer to it, in an order in which they can be dropped; nil when one of
    /// them must stay, or they refer to one another in a circle.
    private func emptyTables(with table: String) -> [String]? {
        var order: [String] = []
        var path: Set<String> = []
        func visit(_ name: String) -> Bool {
            if order.contains(name) { return true }
            guard isEmptyAndOurs(name), path.insert(name).inserted else { return false }
            let referring = live.tables.values.filter { other in
                other.name != name && other.keys.contains { $0.target == name }
            }
            guard referring.map(\.name).sorted().allSatisfy(visit) else { return false }
            order.append(name)
            return true
        }
        return visit(table) ? order : nil
    }

    private mutating func drop(column name: String, of table: String) {
        let part = SchemaPart.column(table: table, name: name)
        guard let column = live.tables[table]?.column(name),
            recorded.tables[table]?.column(name) == nil, holdings.values[part] == 0,
            isOurs(part, in: table)
        else { return }
        // Not every engine lets a column go that an index holds.
        let indexes = live.indexes.values.filter { index in
            index.table == table && index.names.contains(name)
        }
        for index in indexes.map(\.name).sorted() { drop(index: index) }
        let held = column.defaultValue == nil ? "without values" : "nothing but its default"
        drop(part, "column \(table).\(name) (\(held), in no migration file)")
    }

    /// An index holds nothing of its own.
    private mutating func drop(index name: String) {
        guard let index = live.indexes[name], recorded.indexes[name] == nil,
            isOurs(.index(name), in: index.table)
        else { return }
        drop(.index(name), "index \(name) (in no migration file)")
    }

    private mutating func drop(_ part: SchemaPart, _ what: String) {
        if steps.contains(where: { $0.part == part }) { return }
        steps.append(Step(what: what, part: part))
    }
}

extension Difference {
    /// What to do about tables that the models declare otherwise, `apus dev` alone has built, and
    /// rows are in: a sentence a table.
    public func remedies(
        in live: DatabaseStructure, recorded: DatabaseStructure, declared: Catalogue,
        _ holdings: Holdings
    ) -> [String] {
        let models = Set(declared.models.map { $0.name.lowercased() })
        let refused = Set(refusals.compactMap { $0.part.table })
        return refused.sorted().compactMap { table -> String? in
            let isReferredTo = live.tables.values.contains { other in
                other.name != table && other.keys.contains { $0.target == table }
            }
            guard models.contains(table), recorded.tables[table] == nil, !isReferredTo,
                let rows = holdings.rows[table]
            else { return nil }
            return
                "No migration file builds \"\(table)\": after one by hand that drops it "
                + "(IF EXISTS) 'apus dev' makes it anew at its start; that loses its "
                + "\(counted(rows, "row"))."
        }
    }
}
