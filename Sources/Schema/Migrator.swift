public import Diagnostics
public import Store

/// Applies migration files to a database. Blocks; for start-up and the command line.
public struct Migrator: Sendable {
    private let database: any MigrationTarget
    private let set: MigrationSet

    /// A migrator of `set` for `database`.
    public init(_ database: any MigrationTarget, _ set: MigrationSet) {
        self.database = database
        self.set = set
    }

    /// What the database remembers, oldest first.
    public func applied() throws(Problem) -> [MigrationRecord] {
        try asking { transaction throws(DatabaseError) in try transaction.migrationRecords() }
    }

    /// How files and database stand to each other.
    public func status() throws(Problem) -> MigrationStatus {
        try asking { transaction throws(DatabaseError) in try status(in: transaction) }
    }

    private func status(
        in transaction: any MigrationTransaction
    ) throws(DatabaseError) -> MigrationStatus {
        MigrationStatus(
            set, applied: try transaction.migrationRecords(),
            begun: try transaction.migrationProgress())
    }

    /// What ``status()`` and ``description()`` tell, of one moment and for one wait.
    public func survey() throws(Problem) -> (
        status: MigrationStatus, description: StructureDescription
    ) {
        try asking { transaction throws(DatabaseError) in
            (try status(in: transaction), try transaction.structure())
        }
    }

    /// The tables and indexes that are there now.
    public func structure() throws(Problem) -> DatabaseStructure { try description().structure }

    /// The same as the engine describes them, without the server's own.
    public func description() throws(Problem) -> StructureDescription {
        try asking { transaction throws(DatabaseError) in try transaction.structure() }
    }

    private func asking<R: Sendable>(
        _ body: @escaping @Sendable (any MigrationTransaction) throws(DatabaseError) -> R
    ) throws(Problem) -> R {
        try database.inspect { transaction throws(Problem) in
            try migrating { () throws(DatabaseError) in try body(transaction) }
        }
    }

    /// Applies all pending files in one transaction, and returns those that nobody else has applied
    /// meanwhile. A file that says that it cannot run in one, or that foreign keys are to be off
    /// while it runs, stands alone; those before it are committed then, and those after it are a
    /// transaction of their own.
    ///
    /// Files that only change structures, and whose changes are there already, are recorded without
    /// being run: that is how a database which `dev` has changed takes over the file written for
    /// it later. Files that are older than some that are applied, as a branch that is merged brings
    /// them, are applied now, where the outcome is that of the order of their versions.
    ///
    /// - Parameters:
    ///   - dryRun: what the files build, where that is known already.
    ///   - takesOver: see ``apply(_:_:in:takesOver:at:)``.
    ///   - losing: is told what goes with a file that drops what holds rows or values, before
    ///     anything of it is done; when it throws, it is not applied.
    ///   - judge: is told what the database has then; when it throws, nothing was applied.
    ///   - progress: is told of each file that was applied.
    /// - Throws: `migration_failed` when applied files have changed or are missing,
    ///   and with file and line when a statement fails: where it would on an empty database too,
    ///   before anything is touched. Nothing was applied then.
    public func apply(
        _ dryRun: DryRun? = nil, takesOver: Bool = false, at now: Instant = .now,
        losing: (MigrationFile, Holdings) throws(Problem) -> Void = { _, _ throws(Problem) in },
        judge: @escaping @Sendable (DatabaseStructure) throws(Problem) -> Void = { _ in },
        progress: (MigrationFile) -> Void = { _ in }
    ) throws(Problem) -> [MigrationFile] {
        let status = try status()
        try status.check()
        let pending = status.pending
        guard !pending.isEmpty else { return [] }
        // A file that fails on an empty database fails on every checkout to come, whatever this
        // database holds: it is refused before anything is touched.
        let ordered = if let dryRun { dryRun } else { try DryRun(set, on: database) }
        let dryRun = try replay(status, ordered)
        var applied: [MigrationFile] = []
        for step in Self.steps(of: pending, dryRun) {
            try judgeLosses(of: step, dryRun, losing)
            let isLast = step.files.last == pending.last
            let work: @Sendable (any MigrationTransaction) throws(Problem) -> [MigrationFile] = {
                transaction throws(Problem) in
                let done = try apply(
                    step.files, dryRun, in: transaction, takesOver: takesOver, at: now)
                if isLast { try judge(try DatabaseStructure(of: transaction)) }
                return done
            }
            let done =
                switch step.manner {
                case .transaction: try database.migrate(work)
                case .withoutForeignKeys: try database.migrateWithoutForeignKeys(work)
                case .standalone: try database.migrateOutsideTransaction(work)
                }
            for file in done { progress(file) }
            applied += done
        }
        return applied
    }

    /// Applies all pending files to a copy of the database, one after the other.
    ///
    /// - Parameters:
    ///   - copy: the copy, with what it has been built by so far.
    ///   - done: told of each file: what it drops that is not empty, and how long it took.
    /// - Throws: as ``apply(_:takesOver:at:losing:judge:progress:)``.
    public func rehearse(
        _ pending: [MigrationFile], on copy: any MigrationTarget, at now: Instant = .now,
        done: (MigrationFile, Holdings, Duration) -> Void
    ) throws(Problem) {
        let dryRun = try replay(try status(), DryRun(set, on: database))
        for file in pending {
            let parts = dryRun.lost(by: file)
            let holdings = try copy.inspect { transaction throws(Problem) in
                try Holdings(of: parts, in: transaction)
            }
            let start = ContinuousClock.now
            let work: @Sendable (any MigrationTransaction) throws(Problem) -> Void = {
                transaction throws(Problem) in
                try apply([file], dryRun, in: transaction, at: now)
            }
            switch Manner(file) {
            case .transaction: try copy.migrate(work)
            case .withoutForeignKeys: try copy.migrateWithoutForeignKeys(work)
            case .standalone: try copy.migrateOutsideTransaction(work)
            }
            done(file, holdings, .now - start)
        }
    }

    /// Runs the files that are applied on an empty database.
    public static func build(
        _ files: [MigrationFile], on target: any MigrationTarget
    ) throws(Problem) {
        for file in files {
            let script = target.definitions.script(file.text)
            let work: @Sendable (any MigrationTransaction) throws(Problem) -> Void = {
                transaction throws(Problem) in
                try transaction.run(script, of: file) { statement, source throws(Problem) in
                    try transaction.run(statement, source)
                }
            }
            if file.suspendsForeignKeys {
                try target.migrateWithoutForeignKeys(work)
            } else {
                try target.migrate(work)
            }
        }
    }

    /// What the files build in the order in which this database has them. Those that are older
    /// than some that are applied come behind them here, and before them on every checkout to come.
    ///
    /// - Throws: `migration_failed` where that is not the same.
    private func replay(_ status: MigrationStatus, _ ordered: DryRun) throws(Problem) -> DryRun {
        let overtaken = status.overtaken
        if overtaken.isEmpty { return ordered }
        let files = Dictionary(set.files.map { ($0.version, $0) }) { first, _ in first }
        let applied = status.order.compactMap { files[$0] }
        let list = overtaken.map(\.path).joined(separator: ", ")
        let way =
            "Merged from another branch: take it back there and give it a version after "
            + "\(status.order.max() ?? ""), if no database has applied it; or, if it was "
            + "generated, delete it and let 'apus migrate new NAME' write it anew."
        do throws(Problem) {
            let replayed = try DryRun(applied + status.pending, on: database)
            if replayed.built.isSame(as: ordered.built) { return replayed }
        } catch {
            throw .migration(
                "\(list) is older than files that are applied, and does not go behind them: "
                    + error.message, hint: way)
        }
        throw .migration(
            "\(list) is older than files that are applied, and behind them it builds something "
                + "else than before them", hint: way)
    }

    /// How files are run.
    private enum Manner {
        case transaction, withoutForeignKeys, standalone

        init(_ file: MigrationFile) {
            self =
                file.runsOutsideTransaction
                ? .standalone : file.suspendsForeignKeys ? .withoutForeignKeys : .transaction
        }
    }

    /// Files that are run together.
    private struct Step: Sendable {
        var files: [MigrationFile]
        let manner: Manner
    }

    private static func steps(of files: [MigrationFile], _ dryRun: DryRun) -> [Step] {
        files.reduce(into: []) { steps, file in
            let manner = Manner(file)
            // What holds rows is counted right before its file.
            if manner == .transaction, steps.last?.manner == .transaction,
                dryRun.lost(by: file).isEmpty
            {
                steps[steps.count - 1].files.append(file)
            } else {
                steps.append(Step(files: [file], manner: manner))
            }
        }
    }

    private func judgeLosses(
        of step: Step, _ dryRun: DryRun,
        _ losing: (MigrationFile, Holdings) throws(Problem) -> Void
    ) throws(Problem) {
        let parts = dryRun.lost(by: step.files[0])
        if parts.isEmpty { return }
        let holdings = try database.inspect { transaction throws(Problem) in
            try Holdings(of: parts, in: transaction)
        }
        if !holdings.missed.isEmpty { try losing(step.files[0], holdings) }
    }

    /// Applies pending files as a part of a write.
    ///
    /// - Parameter takesOver: whether whatever a generated file leaves to be done is done
    ///   afterwards: then it is not run where something else has been made of its tables.
    /// - Returns: those that nobody else has applied meanwhile.
    /// - Throws: `migration_failed` with file and line when a statement fails.
    @discardableResult
    public func apply(
        _ pending: [MigrationFile], _ dryRun: DryRun, in transaction: any MigrationTransaction,
        takesOver: Bool = false, at now: Instant = .now
    ) throws(Problem) -> [MigrationFile] {
        let (records, begun) = try migrating { () throws(DatabaseError) in
            (try transaction.migrationRecords(), try transaction.migrationProgress())
        }
        let versions = Set(records.map(\.version))
        let files = pending.filter { !versions.contains($0.version) }
        for file in files {
            let script = database.definitions.script(file.text)
            let parts = try MigrationParts(
                file, script, after: begun.first { $0.version == file.version })
            let standsAlone = file.runsOutsideTransaction
            if standsAlone { try transaction.begin(file, script, at: now) }
            let isBuilt =
                parts.hasBegun
                ? false : try isBuiltAlready(file, dryRun, in: transaction, takesOver: takesOver)
            if standsAlone, !isBuilt {
                try parts.run(in: transaction)
            } else if !isBuilt {
                try transaction.run(script, of: file) { statement, source throws(Problem) in
                    try transaction.run(statement, source) { () throws(Problem) in
                        try obstacle(to: file, dryRun, in: transaction) ?? Self.takeover
                    }
                }
            }
            try transaction.remember(file, at: now)
        }
        return files
    }

    /// Whether all that a file changes is so in the database, which may differ from it in more.
    private func isBuiltAlready(
        _ file: MigrationFile, _ dryRun: DryRun, in transaction: any MigrationTransaction,
        takesOver: Bool
    ) throws(Problem) -> Bool {
        let dialect = database.definitions
        let isGenerated = file.isAsGenerated(in: dialect)
        guard isGenerated || file.isStructural(in: dialect) else { return false }
        let live = try DatabaseStructure(of: transaction)
        if live.tables.isEmpty { return false }
        let (before, after) = dryRun.structures(around: file)
        if after == before { return live.hasTaken(namesOfKeysFrom: before, to: after) }
        return live.hasTaken(stepFrom: before, to: after)
            || takesOver && isGenerated && !live.isReady(forStepFrom: before, to: after)
    }

    /// What has the name of a table that a file makes, and is none; nil where nothing has.
    private func obstacle(
        to file: MigrationFile, _ dryRun: DryRun, in transaction: any MigrationTransaction
    ) throws(Problem) -> String? {
        let (before, after) = dryRun.structures(around: file)
        let live = try DatabaseStructure(of: transaction)
        let made = after.tables.keys.filter { before.tables[$0] == nil }
        guard let obstacle = made.sorted().lazy.compactMap({ live.obstacles[$0] }).first else {
            return nil
        }
        return "Nothing of the file was applied. The \(obstacle.wording) of the database is where "
            + "the file makes a table: \(obstacle.wayOut)."
    }

    /// The file makes on an empty database what it makes: here it was made by `dev`.
    private static let takeover =
        "Nothing of the file was applied. The database has it already, from 'apus dev': leave in "
        + "this file only what is there, and move its other statements into a file of their own "
        + "behind it. What is there is recorded then, not made again, and no row is lost."

    /// Carries out the steps of a difference in one transaction: `dev` mode.
    public func apply(_ difference: Difference) throws(Problem) {
        let work: @Sendable (any MigrationTransaction) throws(Problem) -> Void = {
            transaction throws(Problem) in try transaction.carryOut(difference)
        }
        if difference.suspendsForeignKeys {
            try database.migrateWithoutForeignKeys(work)
        } else {
            try database.migrate(work)
        }
    }
}
