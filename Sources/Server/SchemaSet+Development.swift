import Diagnostics
import Schema
import Store

extension SchemaSet {
    /// Development, at its start: applies pending migration files and then whatever the schema
    /// files add, all of it or nothing; where a file cannot run in a transaction, file by file.
    ///
    /// - Throws: a `Problem` with the reasons when something is not additive, or when migration
    ///   files do not fit the database.
    func applyToDevelopment(
        _ database: any ServedDatabase, _ options: ServerOptions, log: Log
    ) throws {
        var extending = try SchemaExtension(self, database, options)
        if extending.pending.contains(where: \.runsOutsideTransaction) {
            try applyFiles(extending.pending, to: database, options, log: log)
            extending = try SchemaExtension(self, database, options)
        }
        try carryOut(extending, extending.pending, in: database, log: log)
    }

    /// Applies pending files of which some cannot run in a transaction, as production does.
    private func applyFiles(
        _ pending: [MigrationFile], to database: any ServedDatabase, _ options: ServerOptions,
        log: Log
    ) throws {
        let set = try options.loadMigrations()
        let migrator = Migrator(database, set)
        let dryRun = try DryRun(set, on: database)
        try Problem.requireKept(
            dryRun.faults(against: catalogue, applying: pending, to: try migrator.structure()))
        _ = try migrator.apply(dryRun, progress: { log.record(.migrated(name: $0.fileName)) })
    }

    /// Development, at a save of `change`: applies what the schema files add. Migration files wait
    /// for the next start: they may be half written, and what is applied must not change any more.
    ///
    /// - Returns: whether the change is in force; otherwise the files that wait make it so.
    /// - Throws: as `applyToDevelopment`: what the next start would be refused for.
    func take(
        _ change: SchemaChange, in database: any ServedDatabase, _ options: ServerOptions, log: Log
    ) throws -> Bool {
        let extending = try SchemaExtension(self, database, options)
        if !extending.pending.isEmpty {
            try extending.rehearse(in: database)
            if change.inForce.isEmpty { return true }
            guard try extending.canBegin(in: database) else { return false }
        }
        if !change.inForce.isEmpty { try carryOut(extending, [], in: database, log: log) }
        return true
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
        let done = try database.migrate { transaction throws(Problem) in
            try extending.carryOut(pending, in: transaction)
        }
        for event in done { log.record(event) }
        try catalogue.settleSequences(in: database)
        try database.setCaptured(capturedTables)
    }
}

/// How `apus dev` brings a database to what the schema files declare: migration files first, then
/// what is empty and stands in the way is taken back, then what is missing is added.
private struct SchemaExtension: Sendable {
    /// The migration files that are not applied yet.
    let pending: [MigrationFile]
    private let schemas: SchemaSet
    private let declared: DeclaredTables
    private let migrator: Migrator
    /// Nil while nothing but adding is to be done.
    private let dryRun: DryRun?
    /// The other servers of the database, where something is to be taken back.
    private let others: [String]

    /// - Throws: a `Problem` when the migration files do not fit the database, or build none.
    init(_ schemas: SchemaSet, _ database: any ServedDatabase, _ options: ServerOptions) throws {
        let set = try options.loadMigrations()
        migrator = Migrator(database, set)
        let status = try migrator.status()
        try status.check()
        self.schemas = schemas
        declared = try schemas.tables(on: database)
        pending = status.pending
        let there = Difference.between(try migrator.structure(), declared)
        dryRun =
            try pending.isEmpty && there.refusals.isEmpty ? nil : DryRun(set, on: database)
        others = dryRun == nil ? [] : try database.otherServers()
    }

    /// Whether what is declared can be added before the pending files are applied: one that only
    /// adds is passed over where all of it is there already.
    func canBegin(in database: any ServedDatabase) throws -> Bool {
        guard pending.allSatisfy({ $0.isAdditive(in: database.definitions) }) else {
            return Difference.between(try migrator.structure(), declared).isEmpty
        }
        do throws(Problem) {
            _ = try database.rehearseMigration { transaction throws(Problem) in
                try carryOut([], in: transaction)
            }
            return true
        } catch {
            return false
        }
    }

    /// Does all of it, and takes it back.
    func rehearse(in database: any ServedDatabase) throws(Problem) {
        _ = try database.rehearseMigration { transaction throws(Problem) in
            try carryOut(pending, in: transaction)
        }
    }

    /// - Returns: what was done, in order.
    /// - Throws: a `Problem` with every reason why it cannot be done.
    func carryOut(
        _ pending: [MigrationFile], in transaction: any MigrationTransaction
    ) throws(Problem) -> [Event] {
        var done = pending.map { Event.migrated(name: $0.fileName) }
        if let dryRun {
            if !pending.isEmpty { try apply(pending, dryRun, in: transaction) }
            done += try takeBack(dryRun, in: transaction)
        }
        let there = try DatabaseStructure(of: transaction)
        let difference = Difference.between(there, declared)
        try transaction.add(difference.additions)
        return done + difference.additions.map { .migrated(name: $0.what) }
    }

    /// Applies migration files that drop nothing that is declared.
    private func apply(
        _ pending: [MigrationFile], _ dryRun: DryRun, in transaction: any MigrationTransaction
    ) throws(Problem) {
        let before = try DatabaseStructure(of: transaction)
        let difference = Difference.between(before, recorded: dryRun.built, declared)
        try Problem.requireKept(
            dryRun.faults(against: schemas.catalogue, applying: pending, to: before))
        try migrator.apply(pending, dryRun, in: transaction)
        let after = try DatabaseStructure(of: transaction)
        try Problem.requireKept(
            difference.faults(of: pending, from: before, to: after, against: declared))
    }

    /// Drops what is empty and in the way, unless another server may serve it.
    ///
    /// - Throws: `not_additive` when something else is.
    private func takeBack(
        _ dryRun: DryRun, in transaction: any MigrationTransaction
    ) throws(Problem) -> [Event] {
        let live = try DatabaseStructure(of: transaction)
        let difference = Difference.between(live, recorded: dryRun.built, declared)
        if difference.refusals.isEmpty { return [] }
        let holdings = try Holdings(
            in: transaction, of: live, besides: dryRun.built, schemas.catalogue)
        let claimed = try worded { () throws(DatabaseError) in try transaction.claimed() }
        let takeBack = TakeBack(
            difference.refusals, from: live, recorded: dryRun.built, holdings, claimed: claimed)
        if !takeBack.isEmpty, !others.isEmpty {
            try difference.requireAdditive(
                to: "what the database already has", hint: Self.hint(servedBy: others))
        }
        let dropped = try takeBack.apply(in: transaction)
        let left = try DatabaseStructure(of: transaction)
        let rest = Difference.between(
            left, recorded: dryRun.built, holdings: holdings, declared)
        if !rest.refusals.isEmpty {
            try rest.requireAdditive(
                to: "what the database already has", hint: hint(rest, left, dryRun, holdings))
        }
        return dropped.map { .takenBack(what: $0) }
    }

    private static func hint(servedBy others: [String]) -> String {
        "None of it was applied. Another server is connected to the database: "
            + "\(others.joined(separator: "; ")). While it is, nothing is taken back that is empty."
    }

    private func hint(
        _ difference: Difference, _ live: DatabaseStructure, _ dryRun: DryRun, _ holdings: Holdings
    ) -> String? {
        var hints = difference.remedies(
            in: live, recorded: dryRun.built, declared: schemas.catalogue, holdings)
        if hints.isEmpty, difference.needsRebuild,
            Difference.between(dryRun.built, declared).refusals.isEmpty
        {
            hints = [declared.dialect.freshHint]
        }
        if !pending.isEmpty || !hints.isEmpty { hints.insert("None of it was applied.", at: 0) }
        return hints.isEmpty ? nil : hints.joined(separator: " ")
    }
}
