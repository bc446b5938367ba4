public import Diagnostics
import PostgresWire
public import Store
import Work

/// One transaction in which rows are copied out of a database, or into one, in the form of COPY:
/// texts, a line a row. For one thread at a time.
public final class PostgresCopies {
    private let session: BlockingSession
    private let space = LogSpace()

    fileprivate init(_ session: BlockingSession) { self.session = session }

    /// How values are written, whatever the role, the database or the server has set.
    private static let forms = """
        SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';
        SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex';
        SET LOCAL row_security = off
        """

    fileprivate func begin(_ mode: String) throws(DatabaseError) {
        try session.run(
            "\(BlockingSession.beginning(mode, lockTimeout: "60s")); \(Self.forms)")
    }

    // MARK: What there is

    /// The tables with their columns, those that are referred to before those that refer to them,
    /// as far as that goes. Not the record of migrations.
    public func tables() throws(Problem) -> [CopiedTable] {
        let rows = try rows(
            """
            SELECT c.relname, a.attname, c.relkind = 'p'
            FROM pg_catalog.pg_class AS c
            LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
              AND NOT a.attisdropped AND a.attgenerated = ''
            WHERE c.relnamespace = pg_catalog.current_schema()::regnamespace
              AND c.relkind IN ('r', 'p') AND NOT c.relispartition
              AND c.relname <> '_apus_migrations' AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid = 'pg_class'::regclass
                  AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY c.relname, a.attnum
            """)
        var names: [String] = []
        var columns: [String: [String]] = [:]
        var partitioned: Set<String> = []
        for row in rows {
            guard let name = row[0] else { continue }
            if columns[name] == nil { names.append(name) }
            columns[name, default: []] += row[1].map { [$0] } ?? []
            if row[2] == "t" { partitioned.insert(name) }
        }
        // One without columns holds nothing.
        return try inOrder(names).map { name in
            CopiedTable(
                name: name, columns: columns[name] ?? [],
                isPartitioned: partitioned.contains(name))
        }.filter { !$0.columns.isEmpty }
    }

    /// Tables behind those that they refer to; those of a circle as they come.
    private func inOrder(_ names: [String]) throws(Problem) -> [String] {
        let references = try rows(
            """
            SELECT DISTINCT c.relname, r.relname FROM pg_catalog.pg_constraint AS k
            JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
            JOIN pg_catalog.pg_class AS r ON r.oid = k.confrelid
            WHERE k.contype = 'f' AND k.conrelid <> k.confrelid
              AND c.relnamespace = pg_catalog.current_schema()::regnamespace
            """)
        var needs: [String: Set<String>] = [:]
        for row in references {
            guard let table = row[0], let other = row[1] else { continue }
            needs[table, default: []].insert(other)
        }
        var left = names
        var ordered: [String] = []
        while !left.isEmpty {
            let waiting = Set(left)
            var ready = left.filter { needs[$0, default: []].isDisjoint(with: waiting) }
            if ready.isEmpty { ready = left }
            ordered += ready
            left.removeAll { ready.contains($0) }
        }
        return ordered
    }

    /// How far the numbers of all columns have been given.
    public func sequences() throws(Problem) -> [CopiedSequence] {
        let rows = try rows(
            """
            SELECT t.relname, a.attname, pg_catalog.pg_sequence_last_value(s.oid)
            FROM pg_catalog.pg_class AS s
            JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_class'::regclass
              AND d.objid = s.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
              AND d.deptype IN ('a', 'i')
            JOIN pg_catalog.pg_class AS t ON t.oid = d.refobjid
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
            WHERE s.relkind = 'S' AND t.relnamespace = pg_catalog.current_schema()::regnamespace
            ORDER BY t.relname, a.attname
            """)
        return rows.map { row in
            CopiedSequence(
                table: row[0] ?? "", column: row[1] ?? "", last: row[2].flatMap { Int64($0) })
        }
    }

    /// What the database has noted of itself that is true of a copy too: whose secrets it has.
    public func facts() throws(Problem) -> [String: String] {
        let facts = try worded { () throws(DatabaseError) in try session.facts(space).facts }
        return facts.filter { $0.key.hasPrefix("secrets") }
    }

    /// What names its history of changes.
    public func epoch() throws(Problem) -> String {
        try worded { () throws(DatabaseError) in try session.facts(space).epoch }
    }

    /// About how many bytes the tables have.
    public func byteCount() throws(Problem) -> Int {
        let rows = try rows(
            """
            SELECT sum(pg_catalog.pg_table_size(c.oid)) FROM pg_catalog.pg_class AS c
            WHERE c.relnamespace = pg_catalog.current_schema()::regnamespace AND c.relkind = 'r'
            """)
        return rows.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0
    }

    /// The migration files that were applied, oldest first.
    public func records() throws(Problem) -> [MigrationRecord] {
        try worded { () throws(DatabaseError) in
            try PostgresMigrationTransaction(session, .inspection).migrationRecords()
        }
    }

    /// Those of the tables that hold a row.
    public func filled(_ tables: [CopiedTable]) throws(Problem) -> [String] {
        var filled: [String] = []
        for table in tables {
            let found = try rows("SELECT FROM \(quoted(identifier: table.name)) LIMIT 1")
            if !found.isEmpty { filled.append(table.name) }
        }
        return filled
    }

    // MARK: Rows

    /// Hands on all rows of a table.
    ///
    /// - Parameter take: takes each piece, on another thread while this one waits; false ends it,
    ///   and with it the transaction.
    /// - Returns: how many they are.
    public func copyOut(
        _ table: CopiedTable, _ take: @escaping (Span<UInt8>) -> Bool
    ) throws(Problem) -> Int {
        try copyOut(table.sending, take)
    }

    /// Hands on what a COPY TO STDOUT sends, as above.
    func copyOut(
        _ sql: String, _ take: @escaping (Span<UInt8>) -> Bool
    ) throws(Problem) -> Int {
        try perform(sql) { shape, connection, time, step throws(UnitFailure) in
            try connection.copyOut(shape, within: time, step: step, data: take)
        }
    }

    /// Loads rows into a table.
    ///
    /// - Parameter source: gives them piece by piece, on another thread while this one waits; nil
    ///   ends them.
    /// - Returns: how many they are.
    public func copyIn(
        _ table: CopiedTable, from source: @escaping () -> [UInt8]?
    ) throws(Problem) -> Int {
        try perform(table.taking) { shape, connection, time, step throws(UnitFailure) in
            try connection.copyIn(shape, within: time, step: step, source: source)
        }
    }

    private func perform(
        _ sql: String,
        _ work: (
            StatementShape, ExclusiveConnection, Duration, @escaping (Int, CommandTag?) -> Void
        ) throws(UnitFailure) -> TransactionStatus
    ) throws(Problem) -> Int {
        let count = CopiedRows()
        try worded { () throws(DatabaseError) in
            try session.perform(sql) { connection, time throws(UnitFailure) in
                try work(StatementShape(sql), connection, time) { count.note($1) }
            }
        }
        return count.rows
    }

    /// Removes all rows of a table.
    public func clear(_ table: CopiedTable) throws(Problem) {
        _ = try rows("DELETE FROM \(quoted(identifier: table.name))")
    }

    /// Has the numbers of a column go on where they had come to.
    public func raise(_ sequence: CopiedSequence) throws(Problem) {
        guard let last = sequence.last else { return }
        let table = PostgresDialect.literal(quoted(identifier: sequence.table))
        let column = PostgresDialect.literal(sequence.column)
        let name = "pg_catalog.pg_get_serial_sequence(\(table), \(column))"
        _ = try rows("SELECT pg_catalog.setval(\(name), \(last))")
    }

    /// Notes what a copy has noted of itself.
    public func note(_ facts: [String: String]) throws(Problem) {
        for (key, value) in facts.sorted(by: { $0.key < $1.key }) {
            let values = [key, value].map(PostgresDialect.literal).joined(separator: ", ")
            _ = try rows(
                """
                INSERT INTO \(space.name("meta")) (key, value) VALUES (\(values))
                ON CONFLICT (key) DO UPDATE SET value = excluded.value
                """)
        }
    }

    /// Looks at references that may be looked at late only when all is there.
    public func deferReferences() throws(Problem) { _ = try rows("SET CONSTRAINTS ALL DEFERRED") }

    func rows(_ sql: String) throws(Problem) -> [[String?]] {
        try worded { () throws(DatabaseError) in try session.run(sql) }
    }
}

extension PostgresMigrations {
    /// Copies rows out of the database as it is at one moment, whoever writes meanwhile.
    public func copyingOut<R>(
        _ body: (PostgresCopies) throws(Problem) -> R
    ) throws(Problem) -> R {
        try transact("REPEATABLE READ, READ ONLY", "ROLLBACK", body)
    }

    /// Copies rows into the database, all of them or none.
    public func copyingIn<R>(
        _ body: (PostgresCopies) throws(Problem) -> R
    ) throws(Problem) -> R {
        try transact("READ COMMITTED, READ WRITE", "COMMIT", body)
    }

    private func transact<R>(
        _ mode: String, _ end: String, _ body: (PostgresCopies) throws(Problem) -> R
    ) throws(Problem) -> R {
        let session = try BlockingSession.borrow(from: pool)
        defer { session.close() }
        let copies = PostgresCopies(session)
        try worded { () throws(DatabaseError) in try copies.begin(mode) }
        let result = try body(copies)
        try worded { () throws(DatabaseError) in try session.end(end) }
        return result
    }
}

/// What a COPY has copied. Written on the loop while the thread waits.
private final class CopiedRows {
    private(set) var rows = 0

    func note(_ tag: CommandTag?) { rows = tag?.rowCount ?? 0 }
}
