import Bytes
public import Database
public import Diagnostics
import Values

/// Applies migration files to a database. Blocks; for start-up and the command line.
public struct Migrator: Sendable {
    private let database: DatabasePool
    private let set: MigrationSet

    /// A migrator of `set` for `database`.
    public init(_ database: DatabasePool, _ set: MigrationSet) {
        self.database = database
        self.set = set
    }

    /// What the database remembers, oldest first.
    public func applied() throws(Problem) -> [MigrationRecord] {
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.migrating { transaction throws(DatabaseError) in
                try transaction.executeScript(Self.memory)
                return try transaction.query(
                    SQL(MigrationRecord.selection), .none, MigrationRecord.all)
            }
        }
    }

    /// How files and database stand to each other.
    public func status() throws(Problem) -> MigrationStatus {
        MigrationStatus(set, applied: try applied())
    }

    /// The tables and indexes that are there now.
    public func structure() throws(Problem) -> DatabaseStructure {
        DatabaseStructure(statements: try statements())
    }

    /// The statements that would make the tables and indexes that are there now, without the
    /// server's own.
    public func statements() throws(Problem) -> [String] {
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.migrating { transaction throws(DatabaseError) in
                try transaction.query(
                    SQL(
                        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL "
                            + "AND substr(tbl_name, 1, 6) <> '_apus_' ORDER BY rowid")
                ) { rows throws(DatabaseError) in
                    var statements: [String] = []
                    while try rows.next() { statements.append(rows.text(0)) }
                    return statements
                }
            }
        }
    }

    /// Applies all pending files, each in a transaction of its own, and returns them.
    ///
    /// Files that only add what is there already are recorded without being run: that is how a
    /// database which `dev` has extended takes over the file written for it later.
    ///
    /// - Parameter progress: is told of each that is applied.
    /// - Throws: `migration_failed` when applied files have changed, are missing or out of order,
    ///   and with file and line when a statement fails: where it would on an empty database too,
    ///   before anything is touched, else the file leaves no trace and those before it stay.
    public func apply(
        at now: Instant = .now, progress: (MigrationFile) -> Void = { _ in }
    ) throws(Problem) -> [MigrationFile] {
        let status = try status()
        try status.check()
        guard !status.pending.isEmpty else { return [] }
        // A file that fails on an empty database fails on every checkout to come, whatever this
        // database holds: it is refused before anything is touched.
        _ = try Migrator.structure(builtBy: set)
        for file in status.pending {
            if try isBuiltAlready(file) {
                try apply(file, [], at: now)
            } else {
                try run(file, at: now)
            }
            progress(file)
        }
        return status.pending
    }

    /// Whether all that a file adds is in the database, which may have still more.
    private func isBuiltAlready(_ file: MigrationFile) throws(Problem) -> Bool {
        guard file.isAdditive else { return false }
        let live = try structure()
        if live.tables.isEmpty { return false }
        let earlier = MigrationSet(set.files.filter { $0.version < file.version })
        let before = try Migrator.structure(builtBy: earlier)
        let after = try Migrator.structure(builtBy: MigrationSet(earlier.files + [file]))
        return after != before && live.contains(what: after, adds: before)
    }

    private func run(_ file: MigrationFile, at now: Instant) throws(Problem) {
        try apply(file, SQLScript(file.text).statements, at: now)
    }

    private func apply(
        _ file: MigrationFile, _ statements: [SQLScript.Statement], at now: Instant
    ) throws(Problem) {
        let source = SourceFile(path: file.path, bytes: file.text)
        try database.writeAndWait { transaction throws(Problem) in
            for statement in statements {
                if let (owner, offset) = statement.keptReplace {
                    throw .keptReplace(in: owner, at: source.location(offset))
                }
                do throws(DatabaseError) {
                    try transaction.executeScript(
                        statement.text, replacesRows: statement.replacesRows)
                } catch {
                    throw .migration(
                        error.wording(in: source, at: statement.offset), hint: error.advice)
                }
            }
            try transaction.migrating { transaction throws(DatabaseError) in
                if !statements.isEmpty { try transaction.forgetDroppedSequences() }
                try transaction.executeScript(Self.memory)
                var sql = SQL("INSERT INTO _apus_migrations VALUES (")
                for (index, text) in [file.version, file.name, file.checksum, now.postgres]
                    .enumerated()
                {
                    if index > 0 { sql.append(", ") }
                    sql.append(argument: .text(text))
                }
                sql.append(")")
                try transaction.run(sql)
            }
            try transaction.checkForeignKeys(path: file.path)
        }
    }

    /// Executes the additions of a difference in one transaction: `dev` mode.
    public func apply(_ additions: [Difference.Addition]) throws(Problem) {
        try database.writeAndWait { transaction throws(Problem) in
            for addition in additions {
                do throws(DatabaseError) {
                    try transaction.executeScript(addition.statement)
                } catch {
                    throw .migration("\(addition.what) cannot be added: \(error.wording)")
                }
            }
        }
    }

    /// What the files of `set` build, found by applying them to a database that is thrown away.
    public static func structure(builtBy set: MigrationSet) throws(Problem) -> DatabaseStructure {
        let database = try DatabasePool.open(.memory)
        defer { database.close() }
        let migrator = Migrator(database, set)
        for file in set.files {
            // Nothing is there but what earlier files built, so every statement has to run.
            try migrator.run(file, at: .now)
        }
        return try migrator.structure()
    }

    private static let memory = """
        CREATE TABLE IF NOT EXISTS _apus_migrations (
          version TEXT NOT NULL PRIMARY KEY,
          name TEXT NOT NULL,
          checksum TEXT NOT NULL,
          applied_at TEXT NOT NULL
        ) STRICT
        """
}

extension WriteTransaction {
    /// Runs `body` and words its errors for the command line.
    fileprivate func migrating<R>(
        _ body: (WriteTransaction) throws(DatabaseError) -> R
    ) throws(Problem) -> R {
        do throws(DatabaseError) {
            return try body(self)
        } catch {
            throw .migration(error.wording)
        }
    }

    /// - Throws: `migration_failed` when a row refers to one that is not there.
    func checkForeignKeys(path: String) throws(Problem) {
        let violations = try migrating { transaction throws(DatabaseError) in
            try transaction.foreignKeyViolations()
        }
        if let first = violations.first {
            throw .migration(
                "\(path): rows of \"\(first.table)\" refer to rows of \"\(first.parent)\" that are "
                    + "not there"
            )
        }
    }
}

extension Problem {
    /// A migration file makes REPLACE a part of a table or trigger.
    fileprivate static func keptReplace(
        in owner: SQLScript.ReplaceOwner, at place: SourceLocation
    ) -> Problem {
        .migration(
            "\(place): a \(owner) cannot say REPLACE: each write that meets a row with the same "
                + "key would delete that row, and what refers to it, without saying so",
            hint: "Nothing of the file was applied. \(owner.wayOut)")
    }
}

extension SQLScript.ReplaceOwner {
    fileprivate var wayOut: String {
        switch self {
        case .table:
            "Leave it out: each request says what becomes of a row that is there already."
        case .trigger: "Change the rows that are there with INSERT … ON CONFLICT DO UPDATE."
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
