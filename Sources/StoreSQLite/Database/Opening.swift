import Bytes
import Diagnostics
import Disk
import SQLite
import Store

/// How connections are opened and set up.
enum Opening {
    /// Milliseconds to wait for another process's lock: somebody may have the file open in a shell.
    private static let busyTimeoutMilliseconds: Int32 = 5000
    /// "Apus" in the file's header (pragma.html#pragma_application_id).
    static let applicationID: Int64 = 0x4170_7573

    /// A connection that may read and not write.
    ///
    /// - Parameter inlineTime: What a read may take of a loop's turn; none where there is no loop.
    static func reader(
        path: String, cacheKiB: Int, counts: RowCounts, inlineTime: Duration = .zero
    ) throws(DatabaseError) -> SQLiteReader {
        do throws(SQLiteError) {
            let connection = try open(path, options(.existing))
            try SQLFunctions.define(on: connection)
            try connection.execute("PRAGMA cache_size = -\(cacheKiB)")
            try connection.execute("PRAGMA foreign_keys = ON")
            try connection.execute("PRAGMA query_only = ON")
            // Reads from the file, so that there is a log to look at.
            _ = try connection.integer("PRAGMA schema_version")
            connection.forgetStatements()
            return SQLiteReader(
                connection: connection, counts: counts, inlineTime: inlineTime.nanoseconds,
                cacheKiB: cacheKiB)
        } catch {
            throw DatabaseError(error)
        }
    }

    /// The connection that writes, with its hook set before anything is prepared.
    static func writer(
        path: String, configuration: DatabaseConfiguration
    ) throws(Problem) -> (Connection, HookTarget) {
        do throws(SQLiteError) {
            var options = options(.create)
            options.gathersLog = true
            let connection = try open(path, options)
            let hook = Writer.observe(connection)
            try SQLFunctions.define(on: connection)
            try ConversionFunctions.define(on: connection)
            try setUp(connection, configuration)
            return (connection, hook)
        } catch {
            throw problem(error, path: path)
        }
    }

    /// A connection that copies the write-ahead log, and reads nothing besides.
    ///
    /// - Parameter synchronises: Whether it waits for the disk.
    static func copier(path: String, synchronises: Bool) throws(SQLiteError) -> Connection {
        let connection = try open(path, options(.existing))
        try connection.execute("PRAGMA synchronous = \(synchronises ? "FULL" : "OFF")")
        // Reads from the file: only then is it known that there is a log.
        _ = try connection.integer("PRAGMA schema_version")
        connection.forgetStatements()
        return connection
    }

    /// A connection to the file at `path` for whoever copies it or looks whether it is sound:
    /// nobody is to write through it who has not been let to.
    static func whole(path: String) throws(SQLiteError) -> Connection {
        let connection = try open(path, options(.existing))
        try SQLFunctions.define(on: connection)
        return connection
    }

    /// Whoever is the last to close the file copies the log into it and removes it, unless
    /// something waits in it for an archive.
    private static func open(
        _ path: String, _ options: ConnectionOptions
    ) throws(SQLiteError) -> Connection {
        let connection = try Connection(path: path, options: options)
        if WaitingLog.exists(databaseAt: path) { connection.keepLog(true) }
        return connection
    }

    private static func setUp(
        _ connection: Connection, _ configuration: DatabaseConfiguration
    ) throws(SQLiteError) {
        let isTemporary = configuration.location == .temporary
        let other = try connection.integer("PRAGMA application_id")
        guard other == 0 || other == applicationID else {
            throw SQLiteError(
                code: ResultCode.notADatabase, message: "the file belongs to another application")
        }
        _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
        // First: the change of mode would synchronise what is thrown away.
        try connection.execute("PRAGMA synchronous = \(isTemporary ? "OFF" : "FULL")")
        guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
            throw SQLiteError(
                code: ResultCode.cannotOpen,
                message: "the file system cannot share memory, which write-ahead logging needs")
        }
        try connection.execute("PRAGMA foreign_keys = ON")
        try connection.execute("PRAGMA cache_size = -\(configuration.pageCacheKiB)")
        // The writer sees to checkpoints itself (`LogBound`).
        try connection.execute("PRAGMA wal_autocheckpoint = 0")
        try connection.execute("PRAGMA secure_delete = FAST")
        if let pages = configuration.pagesMax {
            try connection.execute("PRAGMA max_page_count = \(pages)")
        }
        try makeTables(connection)
        if other == 0 { try connection.execute("PRAGMA application_id = \(applicationID)") }
        connection.forgetStatements()
    }

    private static func makeTables(_ connection: Connection) throws(SQLiteError) {
        try connection.executeScript(
            """
            CREATE TABLE IF NOT EXISTS _apus_meta (
                key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS _apus_changes (
                seq INTEGER PRIMARY KEY, txn INTEGER NOT NULL, at INTEGER NOT NULL,
                model TEXT NOT NULL, key TEXT NOT NULL, op TEXT NOT NULL,
                new TEXT, old TEXT) STRICT;
            CREATE TABLE IF NOT EXISTS _apus_trimmed (
                model TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS _apus_sequences (
                model TEXT COLLATE NOCASE PRIMARY KEY, last INTEGER NOT NULL,
                is_settled INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            """, rights: .all)
        try connection.execute("INSERT OR IGNORE INTO _apus_meta VALUES ('epoch', '\(newEpoch)')")
    }

    /// What names a history of changes that begins: 64 random bits.
    static var newEpoch: String {
        var random = SystemRandomNumberGenerator()
        let bits: UInt64 = random.next()
        return Base64URL.encode((0..<8).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) })
    }

    private static func options(_ mode: ConnectionOptions.Mode) -> ConnectionOptions {
        ConnectionOptions(
            mode: mode, busyTimeoutMilliseconds: busyTimeoutMilliseconds,
            cachedStatementsMax: DatabaseLimits.cachedStatementsMax,
            cachedStatementBytesMax: DatabaseLimits.cachedStatementBytesMax)
    }

    /// Why the file at `path` cannot serve.
    static func problem(_ error: SQLiteError, path: String) -> Problem {
        let cause = "SQLite \(error.code): \(error.message)"
        switch error.primary {
        case ResultCode.notADatabase, ResultCode.corrupt:
            return .unsound(
                path, error.message, hint: SQLiteDialect().backupHint, cause: cause)
        case ResultCode.readOnly, ResultCode.permission:
            return .file("write", path, reason: error.message, cause: cause)
        default:
            return .file("open", path, reason: error.message, cause: cause)
        }
    }
}

extension Problem {
    /// XX001: a file that cannot be used for what is in it.
    static func unsound(
        _ path: String, _ reason: String, hint: String?, cause: String? = nil
    ) -> Problem {
        Problem(
            code: "XX001", status: 503,
            message: "\(path) is damaged or is not an Apus database: \(reason).", hint: hint,
            cause: cause)
    }
}
