import Bytes
import Configuration
import Diagnostics
import Disk
import Schema
import Store

/// What `apus migrate` does.
public enum MigrationCommands {
    /// Writes the difference between `Migrations/` and `Schemas/` as one SQL file.
    ///
    /// - Returns: the path of the file and what it does, nil when there is no difference.
    /// - Throws: every fault of the files, or every reason why there can be no such file;
    ///   `destructive` where it would drop what may hold something.
    public static func new(_ options: ServerOptions, name: String) throws -> Written? {
        try requireUsable(name)
        let schemas = try SchemaSet.load(options)
        let set = try options.loadMigrations()
        let files = try BuiltByFiles(set, schemas, options)
        try Problem.requireKept(files.dryRun.faults(against: schemas.catalogue))
        let difference = files.difference
        try difference.requirePossible(to: "what Migrations/ builds")
        guard !difference.isEmpty else { return nil }
        if !difference.losses.isEmpty, !options.allowsLosses {
            throw Problem.losses(
                difference.losses.map { loss in
                    loss.description + (loss.advice.map { "; \($0)" } ?? "")
                },
                hint: "Nothing was written. If that is meant: "
                    + "'apus migrate new \(name) --allow-destructive'.")
        }
        let file = MigrationFile(
            overcoming: difference, in: set.form, name: name, after: set.latestVersion, now: .now)
        // What is written is what works.
        try BuiltByFiles(set.adding(file), schemas, options).requireComplete()
        try file.write(to: options.migrationsDirectory)
        return Written(
            path: options.migrationsDirectory + "/" + file.fileName,
            items: difference.items.map(\.description), others: set.countsPassedOver)
    }

    /// A migration file that was written.
    public struct Written: Sendable {
        /// Its path.
        public let path: String
        /// What it does, a line each.
        public let items: [String]
        /// How many files there are for other engines, which have one of their own to come; nil
        /// where none is.
        public let others: String?
    }

    private static func requireUsable(_ name: String) throws(OperandError) {
        let isUsable = name.utf8.allSatisfy { byte in
            ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.underscore
        }
        guard isUsable, !name.isEmpty, name.utf8.count <= nameBytesMax else {
            throw OperandError(
                "a migration's name is up to \(nameBytesMax) letters, digits and _, "
                    + "such as add_rooms; not "
                    + "'\(DatabaseAddress.shown(name))'")
        }
    }

    /// With version and ending well below what file systems take.
    private static let nameBytesMax = 100

    /// Applies the pending files, telling each one's name.
    ///
    /// - Returns: how many there were.
    /// - Throws: `drops_declared` when they drop what Schemas/ declares, where there are such
    ///   files; nothing is applied then.
    public static func up(_ options: ServerOptions, applied: (String) -> Void) throws -> Int {
        try options.requireProject()
        let set = try options.loadMigrations()
        return try options.withDatabase { database in
            let migrator = Migrator(database, set)
            let status = try migrator.status()
            try status.check()
            if status.pending.isEmpty { return 0 }
            let dryRun = try DryRun(set, on: database)
            if FileSystem.exists(options.schemasDirectory) {
                let declared = try Catalogue.load(schemas: options.schemasDirectory)
                try Problem.requireKept(
                    dryRun.faults(
                        against: declared, applying: status.pending, to: try migrator.structure()))
            }
            return try migrator.apply(
                dryRun, losing: options.losing(in: database, try options.commandLog()),
                progress: { applied($0.fileName) }
            ).count
        }
    }

    /// Applies the pending files to a copy of the database, rows and all, and leaves the database
    /// as it is; also beside its server.
    ///
    /// - Parameter done: told of each file, in lines for people.
    /// - Returns: how many there were.
    /// - Throws: what would keep `up` from applying them.
    public static func rehearse(
        _ options: ServerOptions, done: ([String]) -> Void
    ) throws -> Int {
        try options.requireProject()
        let set = try options.loadMigrations()
        let log = try options.commandLog()
        let location = try options.database()
        let records = try location.standing(log)?.records ?? []
        let status = MigrationStatus(set, applied: records)
        try status.check()
        if status.pending.isEmpty { return 0 }
        let files = Dictionary(set.files.map { ($0.version, $0) }) { first, _ in first }
        let applied = records.sorted { ($0.appliedAt, $0.version) < ($1.appliedAt, $1.version) }
            .compactMap { files[$0.version] }
        try location.withCopy(builtBy: applied, log) { copy in
            try Migrator(copy, set).rehearse(status.pending, on: copy) { file, holdings, time in
                let losses = holdings.missed.map { loss in
                    "\(loss.description), after a backup"
                        + (file.isDestructive ? "" : "; needs --allow-destructive")
                }
                let milliseconds = Int((time / .milliseconds(1)).rounded(.up))
                done(
                    ["\(file.fileName)  \(milliseconds) ms"]
                        + (file.comments + losses).map { "  \($0)" })
            }
        }
        return status.pending.count
    }

    /// Whether files, database and models fit together: every file that is applied is as it was,
    /// all of them build what is declared, and the database is what they build.
    ///
    /// - Returns: what does not, a line each.
    public static func verify(_ options: ServerOptions) throws -> [String] {
        try options.requireProject()
        let status = try status(options)
        let check = SchemaCheck.run(options)
        let faults = status.unclean + check.faults
        return try faults.isEmpty ? uncheckedRows(options) : faults
    }

    /// The rows that checks of the server alone would refuse, where there is a database.
    private static func uncheckedRows(_ options: ServerOptions) throws -> [String] {
        let location = try options.database()
        guard (try? location.requireDatabase()) != nil else { return [] }
        let tables = try SchemaSet.load(options).catalogue.tables
        return try location.withSnapshot(try options.commandLog()) { snapshot throws(Problem) in
            try UncheckedRows.faults(of: tables, in: snapshot)
        }
    }

    /// How files and database stand to each other. Makes no database, and reads one that a server
    /// holds. A data directory that is there is closed to others, as by every command.
    public static func status(_ options: ServerOptions) throws -> Report {
        try options.requireProject()
        let set = try options.loadMigrations()
        if FileSystem.exists(options.dataDirectory) { try options.prepareDataDirectory() }
        let standing = try options.database().standing(try options.commandLog())
        let status = MigrationStatus(
            set, applied: standing?.records ?? [], begun: standing?.progress ?? [])
        return Report(status, set.passedOver)
    }
}

extension MigrationCommands {
    /// A list of migration files and their states.
    public struct Report: Sendable {
        private let status: MigrationStatus
        /// Each file's name without ending, and its state.
        private let lines: [(name: String, state: String)]

        init(_ status: MigrationStatus, _ passedOver: [MigrationSet.PassedOver]) {
            self.status = status
            let own = status.entries.map { entry in
                (name: "\(entry.version)_\(entry.name)", state: entry.state.wording)
            }
            let others = passedOver.map { other in
                (
                    name: "\(other.file.version)_\(other.file.name)",
                    state: "for \(other.engine), passed over"
                )
            }
            lines = (own + others).sorted { $0.name < $1.name }
        }

        /// Whether every file is applied and unchanged.
        public var isClean: Bool { status.pending.isEmpty && status.faults.isEmpty }

        /// The files that are not applied as they are.
        var unclean: [String] {
            isClean ? [] : lines.filter { $0.state != "applied" }.map { "\($0.name): \($0.state)" }
        }

        /// A line a file, for people.
        public var text: String {
            if lines.isEmpty { return "no migration files" }
            return lines.map { "\($0.name)  \($0.state)" }.joined(separator: "\n")
        }

        /// An array of objects, for scripts: `[{"file": …, "state": …}]`.
        public var json: String {
            let rows = lines.map { line -> JSON in
                ["file": .string("\(line.name).sql"), "state": .string(line.state)]
            }
            return String(utf8: JSON.array(rows).bytes)
        }
    }
}
