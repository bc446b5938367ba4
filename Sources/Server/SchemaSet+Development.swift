import Diagnostics
import Schema
import Store

extension SchemaSet {
    /// Development, at its start: applies pending migration files and then whatever the schema
    /// files change, all of it or nothing; where a file or a change needs a transaction of its own,
    /// one after the other.
    ///
    /// - Throws: a `Problem` with the reasons when something cannot be done, or when migration
    ///   files do not fit the database.
    func applyToDevelopment(
        _ database: any ServedDatabase, _ options: ServerOptions, log: Log
    ) throws {
        var extending = try SchemaExtension(self, database, options)
        if extending.needsTurns {
            try extending.rehearse(in: database)
            try applyFiles(extending.pending, to: database, options, log: log)
            extending = try SchemaExtension(self, database, options)
        }
        if options.allowsLosses {
            let holdings = try extending.holdings(in: database)
            if !holdings.missed.isEmpty {
                try options.backUp(database, beforeLosing: holdings, log)
            }
        }
        try carryOut(extending, extending.pending, in: database, log: log)
    }

    /// Applies pending files by themselves, as production does.
    private func applyFiles(
        _ pending: [MigrationFile], to database: any ServedDatabase, _ options: ServerOptions,
        log: Log
    ) throws {
        let set = try options.loadMigrations()
        let migrator = Migrator(database, set)
        let dryRun = try DryRun(set, on: database)
        try Problem.requireKept(
            dryRun.faults(against: catalogue, applying: pending, to: try migrator.structure()))
        _ = try migrator.apply(
            dryRun, takesOver: true, losing: options.losing(in: database, log),
            progress: { log.record(.migrated(name: $0.fileName)) })
    }

    /// Does all that the next start would do, and takes it back.
    ///
    /// - Throws: as `applyToDevelopment`.
    func rehearse(in database: any ServedDatabase, _ options: ServerOptions) throws {
        try SchemaExtension(self, database, options).rehearse(in: database)
    }

    private func carryOut(
        _ extending: SchemaExtension, _ pending: [MigrationFile], in database: any ServedDatabase,
        log: Log
    ) throws(Problem) {
        let work: @Sendable (any MigrationTransaction) throws(Problem) -> [Event] = {
            transaction throws(Problem) in try extending.carryOut(pending, in: transaction)
        }
        let done =
            extending.suspendsForeignKeys
            ? try database.migrateWithoutForeignKeys(work) : try database.migrate(work)
        for event in done { log.record(event) }
        try catalogue.settleSequences(in: database)
        try database.setCaptured(capturedTables)
    }
}

/// How `apus dev` brings a database to what the schema files declare: migration files first, then
/// whatever else differs.
private struct SchemaExtension: Sendable {
    /// The migration files that are not applied yet.
    let pending: [MigrationFile]
    /// Whether a table is to be made anew, for which foreign keys are off.
    let suspendsForeignKeys: Bool
    /// Whether the pending files cannot be applied together with what else differs.
    let needsTurns: Bool
    private let schemas: SchemaSet
    private let declared: DeclaredTables
    private let migrator: Migrator
    private let allowsLosses: Bool
    /// Nil while nothing but adding is to be done.
    private let dryRun: DryRun?
    /// The other servers of the database, where something is to be dropped.
    private let others: [String]

    /// - Throws: a `Problem` when the migration files do not fit the database, or build none.
    init(_ schemas: SchemaSet, _ database: any ServedDatabase, _ options: ServerOptions) throws {
        let set = try options.loadMigrations()
        migrator = Migrator(database, set)
        let status = try migrator.status()
        try status.check()
        self.schemas = schemas
        declared = try schemas.tables(on: database)
        allowsLosses = options.allowsLosses
        let pending = status.pending
        let there = Difference.between(try migrator.structure(), declared)
        let dryRun = try pending.isEmpty && there.isAdditive ? nil : DryRun(set, on: database)
        others = dryRun == nil ? [] : try database.otherServers()
        suspendsForeignKeys = there.suspendsForeignKeys && pending.isEmpty
        needsTurns =
            !pending.isEmpty
            && (there.suspendsForeignKeys
                || pending.contains { file in
                    file.runsOutsideTransaction || file.suspendsForeignKeys
                        || dryRun?.drops(file) == true
                })
        self.pending = pending
        self.dryRun = dryRun
    }

    /// What is in what is to be dropped.
    func holdings(in database: any ServedDatabase) throws(Problem) -> Holdings {
        try database.inspect { transaction throws(Problem) in
            try Holdings(
                of: try difference(in: transaction).losses.map(\.part), in: transaction)
        }
    }

    /// Does all of it, and takes it back. Of files that need something which others cannot do with,
    /// no more can be tried than what each does on an empty database.
    func rehearse(in database: any ServedDatabase) throws(Problem) {
        let dialect = database.definitions
        let isPossible = pending.allSatisfy { file in
            !file.runsOutsideTransaction
                && (!needsTurns || file.suspendsForeignKeys || file.isStructural(in: dialect))
        }
        guard isPossible else { return }
        _ = try database.rehearseMigration(withoutForeignKeys: needsTurns || suspendsForeignKeys) {
            transaction throws(Problem) in try carryOut(pending, in: transaction)
        }
    }

    /// - Returns: what was done, in order.
    /// - Throws: a `Problem` with every reason why it cannot be done.
    func carryOut(
        _ pending: [MigrationFile], in transaction: any MigrationTransaction
    ) throws(Problem) -> [Event] {
        var done = pending.map { Event.migrated(name: $0.fileName) }
        if let dryRun, !pending.isEmpty { try apply(pending, dryRun, in: transaction) }
        let difference = try difference(in: transaction)
        try difference.requirePossible(
            to: "what the database has",
            hint: pending.isEmpty ? nil : "None of it was applied.")
        let holdings = try judgeLosses(of: difference, in: transaction)
        try transaction.carryOut(difference)
        done += difference.items.map { item in
            item.loses
                ? .takenBack(what: holdings.told(item))
                : .migrated(name: item.description)
        }
        return done
    }

    /// What differs at this moment. Tables that neither files nor `apus dev` have made are left
    /// alone.
    private func difference(
        in transaction: any MigrationTransaction
    ) throws(Problem) -> Difference {
        let live = try DatabaseStructure(of: transaction)
        let additive = Difference.between(live, declared)
        guard let dryRun, !additive.isAdditive else { return additive }
        let claimed = try worded { () throws(DatabaseError) in try transaction.claimed() }
        return Difference.between(live, declared) { part in
            dryRun.builds(part) || claimed?.contains(part) != false
        }
    }

    /// Applies migration files that drop nothing that is declared.
    private func apply(
        _ pending: [MigrationFile], _ dryRun: DryRun, in transaction: any MigrationTransaction
    ) throws(Problem) {
        let before = try DatabaseStructure(of: transaction)
        let difference = Difference.between(before, declared)
        try Problem.requireKept(
            dryRun.faults(against: schemas.catalogue, applying: pending, to: before))
        try migrator.apply(pending, dryRun, in: transaction, takesOver: true)
        let after = try DatabaseStructure(of: transaction)
        try Problem.requireKept(
            difference.faults(of: pending, from: before, to: after, against: declared))
    }

    /// Counts what is to be dropped.
    ///
    /// - Throws: `destructive` where something would be missed, or another server may serve it.
    private func judgeLosses(
        of difference: Difference, in transaction: any MigrationTransaction
    ) throws(Problem) -> Holdings {
        let holdings = try Holdings(of: difference.losses.map(\.part), in: transaction)
        if holdings.entries.isEmpty { return holdings }
        if !others.isEmpty {
            throw .losses(holdings.entries.map(\.description), servedBy: others)
        }
        if !holdings.missed.isEmpty, !allowsLosses {
            let advice = difference.losses.compactMap { loss in loss.advice }
            throw .losses(holdings.missed.map(\.description) + advice, hint: Self.wayOut)
        }
        return holdings
    }

    private static let wayOut =
        "None of it was applied. If that is meant, start 'apus dev --allow-destructive', or write "
        + "a migration file: 'apus migrate new NAME --allow-destructive'."
}
