import Bytes
public import Diagnostics
import Store
public import StoreSQLite
import Values

/// Applies migration files to a database. Blocks; for start-up and the command line.
public struct Migrator: Sendable {
    private let database: SQLiteDatabase
    private let set: MigrationSet

    /// A migrator of `set` for `database`.
    public init(_ database: SQLiteDatabase, _ set: MigrationSet) {
        self.database = database
        self.set = set
    }

    /// What the database remembers, oldest first.
    public func applied() throws(Problem) -> [MigrationRecord] {
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.migrationRecords()
        }
    }

    /// How files and database stand to each other.
    public func status() throws(Problem) -> MigrationStatus {
        MigrationStatus(set, applied: try applied())
    }

    /// What ``status()`` and ``statements()`` tell, of one moment and for one wait.
    public func standing() throws(Problem) -> (status: MigrationStatus, statements: [String]) {
        let (applied, statements) = try database.writeAndWait { transaction throws(Problem) in
            (try transaction.migrationRecords(), try transaction.schemaStatements())
        }
        return (MigrationStatus(set, applied: applied), statements)
    }

    /// The tables and indexes that are there now.
    public func structure() throws(Problem) -> DatabaseStructure {
        DatabaseStructure(statements: try statements())
    }

    /// The statements that would make the tables and indexes that are there now, without the
    /// server's own.
    public func statements() throws(Problem) -> [String] {
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.schemaStatements()
        }
    }

    /// Applies all pending files in one transaction, and returns them.
    ///
    /// Files that only add what is there already are recorded without being run: that is how a
    /// database which `dev` has extended takes over the file written for it later.
    ///
    /// - Parameters:
    ///   - dryRun: what the files build, where that is known already.
    ///   - judge: is told what the database has then; when it throws, nothing was applied.
    ///   - progress: is told of each file that was applied.
    /// - Throws: `migration_failed` when applied files have changed, are missing or out of order,
    ///   and with file and line when a statement fails: where it would on an empty database too,
    ///   before anything is touched. Nothing was applied then.
    public func apply(
        _ dryRun: DryRun? = nil, at now: Instant = .now,
        judge: @escaping @Sendable (DatabaseStructure) throws(Problem) -> Void = { _ in },
        progress: (MigrationFile) -> Void = { _ in }
    ) throws(Problem) -> [MigrationFile] {
        let status = try status()
        try status.check()
        let pending = status.pending
        guard !pending.isEmpty else { return [] }
        // A file that fails on an empty database fails on every checkout to come, whatever this
        // database holds: it is refused before anything is touched.
        let dryRun = if let dryRun { dryRun } else { try DryRun(set) }
        try database.writeAndWait { transaction throws(Problem) in
            try apply(pending, dryRun, in: transaction, at: now)
            try judge(try DatabaseStructure(of: transaction))
        }
        for file in pending { progress(file) }
        return pending
    }

    /// Applies pending files as a part of a write.
    ///
    /// - Throws: `migration_failed` with file and line when a statement fails.
    public func apply(
        _ pending: [MigrationFile], _ dryRun: DryRun, in transaction: WriteTransaction,
        at now: Instant = .now
    ) throws(Problem) {
        for file in pending {
            if try !isBuiltAlready(file, dryRun, in: transaction) {
                try transaction.run(file) { transaction, statement, source throws(Problem) in
                    try transaction.run(statement, source, whereRepeating: Self.takeover)
                }
            }
            try transaction.remember(file, at: now)
        }
    }

    /// Whether all that a file adds is in the database, which may have still more.
    private func isBuiltAlready(
        _ file: MigrationFile, _ dryRun: DryRun, in transaction: WriteTransaction
    ) throws(Problem) -> Bool {
        guard file.isAdditive else { return false }
        let live = try DatabaseStructure(of: transaction)
        if live.tables.isEmpty { return false }
        let (before, after) = dryRun.structures(around: file)
        return after != before && live.contains(what: after, adds: before)
    }

    /// The file makes on an empty database what it makes: here it was made by `dev`.
    private static let takeover =
        "Nothing of the file was applied. The database has it already, from 'apus dev': leave in "
        + "this file only what is there, and move its other statements into a file of their own "
        + "behind it. What is there is recorded then, not made again, and no row is lost."

    /// Executes the additions of a difference in one transaction: `dev` mode.
    public func apply(_ additions: [Difference.Addition]) throws(Problem) {
        try database.writeAndWait { transaction throws(Problem) in try transaction.add(additions) }
    }

    /// What the files of `set` build, found by applying them to a database that is thrown away.
    public static func structure(builtBy set: MigrationSet) throws(Problem) -> DatabaseStructure {
        try DryRun(set).built
    }

    /// The table that remembers which files are applied.
    static let recordTable = """
        CREATE TABLE IF NOT EXISTS _apus_migrations (
          version TEXT NOT NULL PRIMARY KEY,
          name TEXT NOT NULL,
          checksum TEXT NOT NULL,
          applied_at TEXT NOT NULL
        ) STRICT
        """
}

extension Problem {
    /// A migration file makes REPLACE or IGNORE a part of a table or trigger.
    static func kept(
        _ kept: SQLScript.KeptResolution, at place: SourceLocation
    ) -> Problem {
        .migration(
            "\(place): a \(kept.owner) cannot say \(kept.silence.rawValue.uppercased()): "
                + kept.silence.effect,
            hint: "Nothing of the file was applied. \(kept.wayOut)")
    }
}

extension SQLScript.KeptResolution.Silence {
    fileprivate var effect: String {
        switch self {
        case .replace:
            "each write that meets a row with the same key would delete that row, and what refers "
                + "to it, without saying so"
        case .ignore: "rows would be left out of writes without saying so"
        }
    }
}

extension SQLScript.KeptResolution {
    fileprivate var wayOut: String {
        switch (owner, silence) {
        case (.table, _):
            "Leave it out: each request says what becomes of a row that is there already."
        case (.trigger, .replace):
            "Change the rows that are there with INSERT … ON CONFLICT DO UPDATE."
        case (.trigger, .ignore):
            "Refuse a row with RAISE(ABORT, 'why'); write to other tables with INSERT … ON "
                + "CONFLICT DO NOTHING."
        }
    }
}

extension DatabaseError {
    /// The error with file and line. Where SQLite tells the line, it is counted from the statement
    /// at `offset`.
    func wording(in source: SourceFile, at offset: Int) -> String {
        var place = source.location(offset)
        if case .other(_, _, let line?) = self, line > 1 {
            place.line += line - 1
            place.column = 1
        }
        return "\(place): \(wording)"
    }

    /// The error in SQLite's words, for the author of a migration.
    var wording: String {
        switch self {
        case .overBudget, .timeout: "it takes too long"
        case .busy: "the database is busy"
        case .readOnly(let why): "the database can only be read: \(why)"
        case .full(let why): "the disk is full: \(why)"
        case .tooLarge(let why): "it is too large: \(why)"
        case .unavailable(let why): "the database is not available: \(why)"
        case .unique(let table, let columns):
            "two rows of \"\(table)\" have the same \(columns.joined(separator: ", "))"
        case .uniqueIndex(let name): "two rows have the same key in \"\(name)\""
        case .notNull(let table, let column): "\"\(table).\(column)\" may not be null"
        case .check(let name): "a row does not keep the check \"\(name)\""
        case .foreignKey: "a row refers to one that is not there"
        case .sequenceExhausted(let name, _): "the sequence \"\(name)\" has no more numbers"
        case .stillReferenced(let deletion, let table, let others):
            "\(deletion.refusal(table)): \(Self.list(others)) "
                + "\(others.count == 1 ? "refers" : "refer") to it, and the rows there would be "
                + "deleted or changed along with those of \"\(table)\""
        case .tooDeep(let message): message
        case .other(_, let message, _): Self.quotedOnce(message)
        }
    }

    /// What the author of a migration can do about it, where that is known.
    var advice: String? {
        guard case .stillReferenced(let deletion, let table, _) = self else { return nil }
        return "Nothing of the file was applied. \(deletion.wayOut(table))"
    }

    /// ALTER TABLE quotes a name that is quoted already.
    private static func quotedOnce(_ message: String) -> String {
        var last: Character?
        return message.filter { character in
            defer { last = character }
            return character != "\"" || last != "\""
        }
    }

    /// `"a"`, `"a" and "b"`, `"a", "b" and "c"`.
    private static func list(_ names: [String]) -> String {
        let quoted = names.map { "\"\($0)\"" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " and " + last
    }
}

extension ImpliedDeletion {
    fileprivate func refusal(_ table: String) -> String {
        switch self {
        case .drop: "\"\(table)\" cannot be dropped"
        case .replace: "rows of \"\(table)\" cannot be replaced"
        }
    }

    fileprivate func wayOut(_ table: String) -> String {
        switch self {
        case .drop:
            "Keep \"\(table)\" and add columns to it, or make a new table beside it: migrations "
                + "cannot rebuild a table yet that others refer to."
        case .replace:
            "Change the rows that are there with INSERT … ON CONFLICT DO UPDATE: REPLACE deletes "
                + "them first."
        }
    }
}
