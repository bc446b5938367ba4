import Database
import Diagnostics
import Expressions
import Schema

extension SchemaSet {
    /// Development, at its start: applies pending migration files and then whatever the schema files
    /// add.
    ///
    /// - Throws: a `Problem` with the reasons when something is not additive; nothing is applied of
    ///   the difference then.
    func applyToDevelopment(
        _ database: DatabasePool, _ options: ServerOptions, log: Log
    ) throws {
        let set = try MigrationSet.load(options.migrationsDirectory)
        _ = try Migrator(database, set).apply { log.record(.migrated(name: $0.fileName)) }
        try extend(database, set, options, log: log)
    }

    /// Development, at a save of `change`: applies what the schema files add. Migration files wait
    /// for the next start: they may be half written, and what is applied must not change any more.
    ///
    /// - Throws: as `applyToDevelopment`, and a `Problem` when migration files do not fit the
    ///   database, or are to be applied before what the schema files add.
    func take(
        _ change: SchemaChange, in database: DatabasePool, _ options: ServerOptions, log: Log
    ) throws {
        let set = try MigrationSet.load(options.migrationsDirectory)
        let status = try Migrator(database, set).status()
        try status.check()
        if !change.taken.isEmpty {
            try extend(database, set, after: status.pending, options, log: log)
        }
    }

    private func extend(
        _ database: DatabasePool, _ set: MigrationSet, after pending: [MigrationFile] = [],
        _ options: ServerOptions, log: Log
    ) throws {
        let migrator = Migrator(database, set)
        let there = try migrator.structure()
        let difference = try difference(from: there)
        if !difference.refusals.isEmpty {
            let built = try Migrator.structure(builtBy: set)
            try self.difference(from: there, recorded: built).requireAdditive(
                to: "what the database already has",
                hint: try self.difference(from: built).refusals.isEmpty
                    ? Self.freshHint(options) : nil)
        }
        // A file that only adds is passed over where all of it is there already.
        let first = pending.filter { !$0.isAdditive }
        if !difference.additions.isEmpty, !first.isEmpty {
            throw Problem.pending(
                first.map(\.path),
                hint: "Restart 'apus dev': it applies them at its start, before what the models add.")
        }
        try migrator.apply(difference.additions)
        for addition in difference.additions { log.record(.migrated(name: addition.what)) }
        try catalogue.settleSequences(in: database)
        database.setCaptured(capturedTables)
    }

    /// Only where a database made afresh would be as declared. Says what it costs.
    private static func freshHint(_ options: ServerOptions) -> String {
        "None of it was applied. A new database would have it: delete \(options.databasePath)* "
            + "while the server is stopped if every row and account in it may be lost."
    }

    /// Production: the migration files rule.
    ///
    /// - Parameter migrate: whether pending files are applied; otherwise they refuse the start.
    func applyToProduction(
        _ database: DatabasePool, _ options: ServerOptions, migrate: Bool, log: Log
    ) throws {
        let set = try MigrationSet.load(options.migrationsDirectory)
        let migrator = Migrator(database, set)
        let status = try migrator.status()
        try status.check()
        if !migrate && !status.pending.isEmpty {
            throw Problem.pending(
                status.pending.map(\.path),
                hint: "Run 'apus migrate up', or start with --migrate.")
        }
        _ = try migrator.apply { log.record(.migrated(name: $0.fileName)) }
        let live = try migrator.statements()
        let proof = SchemaProof(self, set, live: live)
        if try !proof.isKept(in: database) {
            try requireAgreement(of: set, live: DatabaseStructure(statements: live))
            try proof.keep(in: database)
        }
        try catalogue.settleSequences(in: database)
        database.setCaptured(capturedTables)
    }

    /// A database that `dev` has extended may have more than the files build: both must do.
    private func requireAgreement(of set: MigrationSet, live: DatabaseStructure) throws {
        let built = try Migrator.structure(builtBy: set)
        try requireNothingMissing(in: built, called: "what Migrations/ builds", Problem.unwritten)
        if live == built { return }
        try requireNothingMissing(in: live, called: "what the database has", Problem.lacking)
    }

    private func requireNothingMissing(
        in structure: DatabaseStructure, called name: String,
        _ problem: ([String]) -> Problem
    ) throws {
        let difference = try difference(from: structure)
        try difference.requireAdditive(to: name)
        guard difference.isEmpty else {
            throw problem(difference.additions.map(\.what))
        }
    }

    /// Inserts the seed rows that are not there yet.
    func plantSeeds(in database: DatabasePool) throws(Problem) {
        let now = Instant.now
        _ = try catalogue.plantSeeds(in: database) { model, column throws(Problem) in
            try rulebook.defaultValue(
                model, column: column, identity: .service, now: now)
        }
    }
}

extension Difference {
    /// Throws when something cannot be reached by adding to `what`, with every reason.
    func requireAdditive(to what: String, hint: String? = nil) throws(Problem) {
        guard !refusals.isEmpty else { return }
        throw Problem(
            code: "not_additive", status: 500, message: "The schema files change \(what).",
            details: refusals.map(\.description).joined(separator: "\n"), hint: hint)
    }
}

extension Problem {
    fileprivate static func pending(_ files: [String], hint: String) -> Problem {
        Problem(
            code: "migrations_pending", status: 500,
            message: "Migration files are not applied yet: \(files.joined(separator: ", ")).",
            hint: hint)
    }

    /// The files build it, and yet it is gone: somebody else has changed the database.
    fileprivate static func lacking(_ additions: [String]) -> Problem {
        Problem(
            code: "database_changed", status: 500,
            message: "The database lacks what its migration files have built: "
                + "\(additions.joined(separator: ", ")).",
            hint: .servingBackup)
    }

    fileprivate static func unwritten(_ additions: [String]) -> Problem {
        Problem(
            code: "migration_missing", status: 500,
            message: "No migration file builds what Schemas/ declares: "
                + "\(additions.joined(separator: ", ")).",
            hint: "Run 'apus migrate new NAME' to write it.")
    }
}
