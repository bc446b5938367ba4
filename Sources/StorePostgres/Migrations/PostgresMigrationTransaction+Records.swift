import Diagnostics
import Store

// The files that were applied. One that runs without a transaction has a record without a moment
// from its begin to its end: so the next attempt knows of what it has left.
extension PostgresMigrationTransaction {
    private static let table = """
        CREATE TABLE _apus_migrations (
          version text COLLATE "C" PRIMARY KEY,
          name text NOT NULL,
          checksum text NOT NULL,
          applied_at text,
          \(progressColumns.joined(separator: ", "))
        )
        """

    private func hasTable() throws(DatabaseError) -> Bool {
        let found = try session.run(
            """
            SELECT FROM pg_catalog.pg_class AS c
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = pg_catalog.current_schema() AND c.relname = '_apus_migrations'
            """)
        return !found.isEmpty
    }

    private func makeTable() throws(DatabaseError) {
        if try !hasTable() { try session.run(Self.table) }
    }

    func migrationRecords() throws(DatabaseError) -> [MigrationRecord] {
        guard try hasTable() else { return [] }
        let rows = try session.run(
            "SELECT version, name, checksum, applied_at FROM _apus_migrations "
                + "WHERE applied_at IS NOT NULL ORDER BY version")
        return rows.map { row in
            let texts = row.map { $0 ?? "" }
            return MigrationRecord(
                version: texts[0], name: texts[1], checksum: texts[2], appliedAt: texts[3])
        }
    }

    func remember(_ record: MigrationRecord) throws(DatabaseError) {
        try makeTable()
        try write(record, appliedAt: PostgresDialect.literal(record.appliedAt))
    }

    private func write(
        _ record: MigrationRecord, appliedAt moment: String
    ) throws(DatabaseError) {
        let values = [record.version, record.name, record.checksum].map(PostgresDialect.literal)
        try session.run(
            """
            INSERT INTO _apus_migrations AS m (version, name, checksum, applied_at)
            VALUES (\(values.joined(separator: ", ")), \(moment))
            ON CONFLICT (version) DO UPDATE SET name = excluded.name,
              checksum = excluded.checksum, applied_at = excluded.applied_at
            WHERE m.applied_at IS NULL
            """)
    }

    // MARK: Without a transaction

    /// What is told of a file that has begun: how many of its statements are done and what those
    /// sum up to, how many it has, and what those sum up to that are done once the one has ended
    /// which stands alone and is running. Tables of before have none of it.
    private static let progressColumns = [
        "done integer", "done_sum text", "statements integer", "running_sum text",
    ]

    private func hasProgress() throws(DatabaseError) -> Bool {
        let found = try session.run(
            """
            SELECT FROM pg_catalog.pg_class AS c
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
            WHERE n.nspname = pg_catalog.current_schema() AND c.relname = '_apus_migrations'
              AND a.attname = 'running_sum' AND NOT a.attisdropped
            """)
        return !found.isEmpty
    }

    func migrationProgress() throws(DatabaseError) -> [MigrationProgress] {
        guard try hasTable() else { return [] }
        let columns = try hasProgress() ? "done, done_sum, statements" : "0, '', 0"
        let rows = try session.run(
            "SELECT version, name, \(columns) FROM _apus_migrations "
                + "WHERE applied_at IS NULL ORDER BY version")
        return rows.map { row in
            MigrationProgress(
                version: row[0] ?? "", name: row[1] ?? "", done: row[2].flatMap { Int($0) } ?? 0,
                sum: row[3] ?? "", count: row[4].flatMap { Int($0) } ?? 0)
        }
    }

    /// A build that was cut off leaves an index that serves nobody and is in the way.
    func begin(_ record: MigrationRecord, _ script: MigrationScript) throws(DatabaseError) {
        try makeTable()
        if try !hasProgress() {
            let columns = Self.progressColumns.map { "ADD COLUMN \($0)" }
            try session.runAlone(
                MigrationScript.Statement(
                    "ALTER TABLE _apus_migrations \(columns.joined(separator: ", "))", at: 0))
        }
        try write(record, appliedAt: "NULL")
        try session.run(
            "UPDATE _apus_migrations SET statements = \(script.statements.count) "
                + Self.row(record.version))
        for name in script.statements.compactMap(\.unfinishedIndex) { try dropUnfinished(name) }
    }

    private static func row(_ version: String) -> String {
        "WHERE applied_at IS NULL AND version = \(PostgresDialect.literal(version))"
    }

    /// Drops an index that no query uses.
    private func dropUnfinished(_ name: String) throws(DatabaseError) {
        guard case let index?? = try state(ofIndex: name, isValid: false) else { return }
        try session.runAlone(
            MigrationScript.Statement("DROP INDEX CONCURRENTLY \(index)", at: 0))
    }

    /// An index by its name as SQL spells it; nil where none is in that state.
    private func state(ofIndex name: String, isValid: Bool) throws(DatabaseError) -> String?? {
        try session.run(
            """
            SELECT indexrelid::regclass FROM pg_catalog.pg_index
            WHERE indexrelid = pg_catalog.to_regclass(\(PostgresDialect.literal(name)))
              AND indisvalid = \(isValid)
            """).first?.first
    }

    func carryOut(
        _ part: MigrationPart, _ body: (any MigrationTransaction) throws(Problem) -> Void
    ) throws(Problem) {
        guard mode == .standalone else { return try body(self) }
        guard part.standsAlone else { return try carryOutWhole(part, body) }
        try carryOutAlone(part, body)
    }

    /// What cannot be noted together with what it does is noted before and after.
    private func carryOutAlone(
        _ part: MigrationPart, _ body: (any MigrationTransaction) throws(Problem) -> Void
    ) throws(Problem) {
        var attempt: UInt64 = 1
        while try !worded({ () throws(DatabaseError) in try isDone(part) }) {
            session.forgetFailures()
            do throws(Problem) {
                try body(self)
                break
            } catch {
                let wasBlocked = session.wasBlocked
                // Where that fails too, it is done when the file begins again.
                for name in part.statements.compactMap(\.unfinishedIndex) {
                    try? dropUnfinished(name)
                }
                guard wasBlocked, attempt < MigrationPause.attemptsMax else {
                    throw error
                }
            }
            MigrationPause.make(after: attempt)
            attempt += 1
        }
        try worded { () throws(DatabaseError) in try note(part) }
    }

    /// Whether a statement has ended that an attempt before this one had begun; takes down that it
    /// begins.
    private func isDone(_ part: MigrationPart) throws(DatabaseError) -> Bool {
        let sum = PostgresDialect.literal(part.sum)
        let wasRunning = try !session.run(
            "SELECT FROM _apus_migrations \(Self.row(part.version)) AND running_sum = \(sum)"
        ).isEmpty
        if wasRunning, let statement = part.statements.first?.parsed {
            if let name = statement.indexBesideWriters {
                return try state(ofIndex: name, isValid: true) != nil
            }
            if let name = statement.indexDroppedBesideWriters {
                let found = try session.run(
                    "SELECT pg_catalog.to_regclass(\(PostgresDialect.literal(name)))")
                return found.first?.first == .some(nil)
            }
        }
        try session.run(
            "UPDATE _apus_migrations SET running_sum = \(sum) \(Self.row(part.version))")
        return false
    }

    private func note(_ part: MigrationPart) throws(DatabaseError) {
        try session.run(
            """
            UPDATE _apus_migrations SET done = \(part.statements.endIndex), running_sum = NULL,
              done_sum = \(PostgresDialect.literal(part.sum)) \(Self.row(part.version))
            """)
    }

    /// Runs what can be taken back, and again where others were in its way.
    private func carryOutWhole(
        _ part: MigrationPart, _ body: (any MigrationTransaction) throws(Problem) -> Void
    ) throws(Problem) {
        var attempt: UInt64 = 1
        while true {
            session.forgetFailures()
            do throws(Problem) {
                try worded { () throws(DatabaseError) in
                    try session.run(
                        BlockingSession.beginning(lockTimeout: BlockingSession.lockTimeout))
                    if attempt == MigrationPause.attemptsMax { try session.watchLocks() }
                }
                try body(PostgresMigrationTransaction(session, .transaction))
                return try worded { () throws(DatabaseError) in
                    try note(part)
                    try session.end("COMMIT")
                }
            } catch {
                _ = try? session.run("ROLLBACK")
                guard session.wasBlocked, attempt < MigrationPause.attemptsMax else { throw error }
            }
            MigrationPause.make(after: attempt)
            attempt += 1
        }
    }
}

extension MigrationPart {
    /// Whether it cannot be done in a transaction.
    fileprivate var standsAlone: Bool { statements.contains(where: \.standsAlone) }
}
