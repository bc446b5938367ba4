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
        let (status, found) = try migrator.survey()
        var live = found
        try status.check()
        if !migrate && !status.pending.isEmpty {
            throw Problem.pending(
                status.pending.map(\.path),
                hint: "Run 'apus migrate up', or start with --migrate.")
        }
        if !status.pending.isEmpty {
            try applyJudged(database, set, status.pending, options, log: log)
            live = try migrator.description()
        }
        let proof = SchemaProof(self, set, live: live.lines, engine: database.engine)
        if !proof.isKept(in: database) {
            if status.pending.isEmpty {
                let files = try BuiltByFiles(set, self, on: database)
                try files.requireComplete()
                try files.requireThere(live.structure)
            }
            try proof.keep(in: database)
        }
        try catalogue.settleSequences(in: database)
        try database.setCaptured(capturedTables)
    }

    /// Applies pending files, if all files build what is declared and the database has it then.
    private func applyJudged(
        _ database: any ServedDatabase, _ set: MigrationSet, _ pending: [MigrationFile],
        _ options: ServerOptions, log: Log
    ) throws {
        let migrator = Migrator(database, set)
        let files = try BuiltByFiles(set, self, on: database)
        try Problem.requireKept(
            files.dryRun.faults(
                against: catalogue, applying: pending, to: try migrator.structure()))
        try files.requireComplete()
        _ = try migrator.apply(
            files.dryRun, losing: options.losing(in: database, log),
            judge: { live throws(Problem) in try files.requireThere(live) },
            progress: { log.record(.migrated(name: $0.fileName)) })
    }

    /// For a command that writes rows: the database must have what is declared.
    ///
    /// - Throws: `schema_not_applied` when it does not; nothing is changed.
    func requireApplied(to database: any ServedDatabase, _ options: ServerOptions) throws {
        let migrator = Migrator(database, try options.loadMigrations())
        let difference = Difference.between(try migrator.structure(), try tables(on: database))
        try difference.requireNothing(of: "what the database has") { .notApplied($0) }
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
    /// Throws when something cannot be done to `what`, with every reason.
    func requirePossible(to what: String, hint: String? = nil) throws(Problem) {
        guard !refusals.isEmpty else { return }
        throw Problem(
            code: "schema_refused", status: 500,
            message: "What the schema files declare cannot be made of \(what).",
            details: refusals.map(\.description).joined(separator: "\n"), hint: hint)
    }

    /// Throws when anything is to be done to `what` either.
    ///
    /// - Parameter problem: words what is to be done.
    func requireNothing(
        of what: String, _ problem: ([String]) -> Problem
    ) throws(Problem) {
        try requirePossible(to: what)
        if !isEmpty { throw problem(items.map(\.description)) }
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

    fileprivate static func notApplied(_ items: [String]) -> Problem {
        Problem(
            code: "schema_not_applied", status: 500,
            message: "The database is not what Schemas/ declares; it lacks: "
                + "\(items.joined(separator: ", ")).",
            hint: "Run 'apus dev' or 'apus migrate up' first.")
    }
}
