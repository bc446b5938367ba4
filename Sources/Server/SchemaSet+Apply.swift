import Diagnostics
import Expressions
import Schema
import Store

extension SchemaSet {
    /// Production: the migration files rule. They are judged before any of them is applied.
    ///
    /// - Parameter migrate: whether pending files are applied; otherwise they refuse the start.
    func applyToProduction(
        _ database: any ServedDatabase, _ options: ServerOptions, migrate: Bool, log: Log
    ) throws {
        let set = try options.loadMigrations()
        let migrator = Migrator(database, set)
        let standing = try migrator.standing()
        let status = standing.status
        try status.check()
        if !migrate && !status.pending.isEmpty {
            throw Problem.pending(
                status.pending.map(\.path),
                hint: "Run 'apus migrate up', or start with --migrate.")
        }
        var live = standing.description
        if !status.pending.isEmpty {
            try applyJudged(database, set, status.pending, log: log)
            live = try migrator.description()
        }
        let proof = SchemaProof(self, set, live: live.lines, engine: database.engine)
        if !proof.isKept(in: database) {
            if status.pending.isEmpty {
                let files = try BuiltByFiles(set, self, on: database)
                try files.requireComplete()
                try judge(
                    live.structure, [], files, on: database, hint: database.definitions.backupHint)
            }
            try proof.keep(in: database)
        }
        try catalogue.settleSequences(in: database)
        try database.setCaptured(capturedTables)
    }

    /// Applies pending files, if all files build what is declared and the database has it then.
    private func applyJudged(
        _ database: any ServedDatabase, _ set: MigrationSet, _ pending: [MigrationFile], log: Log
    ) throws {
        let migrator = Migrator(database, set)
        let hint = database.definitions.backupHint
        let files = try BuiltByFiles(set, self, on: database)
        let dryRun = files.dryRun
        try judge(try migrator.structure(), pending, files, on: database, hint: hint)
        try files.requireComplete()
        let declared = try tables(on: database)
        _ = try migrator.apply(
            dryRun,
            judge: { live throws(Problem) in
                try requireThere(live, builtAs: dryRun.built, declared, hint: hint)
            },
            progress: { log.record(.migrated(name: $0.fileName)) })
    }

    /// Refuses a database as it is found, as far as can be told while nothing is applied to it:
    /// what pending files would drop, and else what it lacks.
    ///
    /// - Parameter engine: builds what is declared.
    func judge(
        _ live: DatabaseStructure, _ pending: [MigrationFile], _ files: BuiltByFiles,
        on engine: some MigrationEngine, hint: String
    ) throws {
        if pending.isEmpty {
            return try requireThere(
                live, builtAs: files.dryRun.built, try tables(on: engine), hint: hint)
        }
        try Problem.requireKept(
            files.dryRun.faults(against: catalogue, applying: pending, to: live))
    }

    /// A database that `dev` has extended may have more than the files build: both must do.
    private func requireThere(
        _ live: DatabaseStructure, builtAs built: DatabaseStructure, _ declared: DeclaredTables,
        hint: String
    ) throws(Problem) {
        if live == built { return }
        let difference = Difference.between(live, recorded: built, declared)
        try requireNothing(in: difference, of: "what the database has") {
            .lacking($0, hint: hint)
        }
    }

    private func requireNothing(
        in difference: Difference, of name: String, _ problem: ([String]) -> Problem
    ) throws(Problem) {
        try difference.requireAdditive(to: name)
        guard difference.isEmpty else {
            throw problem(difference.additions.map(\.what))
        }
    }

    /// For a command that writes rows: the database must have what is declared.
    ///
    /// - Throws: `schema_not_applied` when it does not; nothing is changed.
    func requireApplied(to database: any ServedDatabase, _ options: ServerOptions) throws {
        let migrator = Migrator(database, try options.loadMigrations())
        let difference = Difference.between(try migrator.structure(), try tables(on: database))
        try requireNothing(in: difference, of: "what the database has") { .notApplied($0) }
        try catalogue.settleSequences(in: database)
        try database.setCaptured(capturedTables)
    }

    /// Inserts the seed rows that are not there yet, and tells of those that are there with other
    /// values.
    func plantSeeds(in database: some MigrationTarget, log: Log) throws(Problem) {
        let now = Instant.now
        let planting = try catalogue.plantSeeds(in: database) { model, column throws(Problem) in
            try rulebook.defaultValue(
                model, column: column, identity: .service, now: now)
        }
        if let first = planting.kept.first {
            log.record(.seedsKept(count: planting.kept.count, first: first.description))
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
    /// Throws when migration files would drop what is declared.
    static func requireKept(_ faults: [Diagnostic]) throws(Problem) {
        guard !faults.isEmpty else { return }
        throw Problem(
            code: "drops_declared", status: 500,
            message: "Migration files drop what Schemas/ declares.",
            details: faults.map(\.description).joined(separator: "\n"),
            hint: "None of it was applied.")
    }

    fileprivate static func pending(_ files: [String], hint: String) -> Problem {
        Problem(
            code: "migrations_pending", status: 500,
            message: "Migration files are not applied yet: \(files.joined(separator: ", ")).",
            hint: hint)
    }

    fileprivate static func notApplied(_ additions: [String]) -> Problem {
        Problem(
            code: "schema_not_applied", status: 500,
            message: "The database lacks what Schemas/ declares: "
                + "\(additions.joined(separator: ", ")).",
            hint: "Run 'apus dev' or 'apus migrate up' first.")
    }

    /// The files build it, and yet it is gone: somebody else has changed the database.
    fileprivate static func lacking(_ additions: [String], hint: String) -> Problem {
        Problem(
            code: "database_changed", status: 500,
            message: "The database lacks what its migration files have built: "
                + "\(additions.joined(separator: ", ")).",
            hint: hint)
    }
}
