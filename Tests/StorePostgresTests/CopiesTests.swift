import Bytes
import Diagnostics
import PostgresTestSupport
import Store
import StorePostgres
import StorePostgresTestSupport
import Synchronization
import TestSupport
import Testing

/// Rows in the form of COPY, out of a database and into another.
@Suite(.needsPostgres, .blocking, .timeLimit(.minutes(10))) struct CopiesTests {
    private static let tables = """
        CREATE TABLE z_parents (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          boss bigint REFERENCES z_parents (id), name text UNIQUE);
        CREATE TABLE a_children (id uuid PRIMARY KEY, parent bigint NOT NULL
          REFERENCES z_parents (id), "odd ""name" text, amount numeric(20, 4), at timestamptz,
          day date, took interval, data bytea, flag boolean, doc json, list text[],
          precise double precision, doubled numeric GENERATED ALWAYS AS (amount * 2) STORED);
        CREATE TABLE parts (id int, at int) PARTITION BY RANGE (at);
        CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (10);
        CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (10) TO (20);
        """
    private static let rows = #"""
        INSERT INTO z_parents (boss, name) VALUES (NULL, E'tab\there'), (1, E'line\nend \\ back'),
          (2, '\N'), (1, ''), (NULL, NULL);
        INSERT INTO a_children SELECT gen_random_uuid(), 1 + n % 5, repeat('x', n % 40),
          n / 7.0, '2026-11-28 19:30:00.123456+02'::timestamptz + n * interval '1 hour',
          '2026-01-01'::date + n, n * interval '1 month 1 day 1 second',
          decode(repeat('00ff5c', n % 9), 'hex'), n % 3 = 0, json_build_object('n', n),
          ARRAY['a', NULL, 'b,"{}'], 1 / 3.0::float8 * n
          FROM generate_series(1, 2000) AS n;
        INSERT INTO parts SELECT n, n FROM generate_series(0, 19) AS n;
        """#

    private static func contents(_ database: PooledDatabase) throws -> [[[String?]]] {
        let client = try database.database.client()
        return try ["z_parents", "a_children", "parts"].map {
            try client.query("SELECT * FROM \($0) ORDER BY 1")
        }
    }

    /// All that a database holds, by table.
    private static func copied(
        _ database: PooledDatabase
    ) throws -> ([(CopiedTable, [UInt8], Int)], [CopiedSequence]) {
        try database.migrations.copyingOut { copies throws(Problem) in
            var found: [(CopiedTable, [UInt8], Int)] = []
            for table in try copies.tables() {
                let bytes = Gathered()
                let count = try copies.copyOut(table) { piece in
                    bytes.add(piece)
                    return true
                }
                found.append((table, bytes.all, count))
            }
            return (found, try copies.sequences())
        }
    }

    private static func load(_ rows: [UInt8], piece: Int) -> () -> [UInt8]? {
        var rest = rows[...]
        return {
            defer { rest = rest.dropFirst(piece) }
            return rest.isEmpty ? nil : Array(rest.prefix(piece))
        }
    }

    @Test(arguments: [17, 65_536, 1 << 30])
    func `what is copied into a database is what was in the other`(piece: Int) throws {
        let (first, second) = (try PooledDatabase(), try PooledDatabase())
        try first.database.client().execute(Self.tables + Self.rows)
        // Whatever a session is set to.
        try second.database.client().execute(
            "ALTER DATABASE \(second.database.name) SET datestyle = 'German'; "
                + "ALTER DATABASE \(second.database.name) SET extra_float_digits = -5;")
        try second.database.client().execute(Self.tables)
        let (tables, sequences) = try Self.copied(first)
        #expect(tables.map(\.0.name) == ["parts", "z_parents", "a_children"])
        #expect(tables.map(\.2) == [20, 5, 2000])
        #expect(sequences == [CopiedSequence(table: "z_parents", column: "id", last: 5)])
        try second.migrations.copyingIn { copies throws(Problem) in
            for (table, rows, count) in tables {
                #expect(try copies.copyIn(table, from: Self.load(rows, piece: piece)) == count)
            }
            for sequence in sequences { try copies.raise(sequence) }
        }
        try second.database.client().execute(
            "ALTER DATABASE \(second.database.name) RESET ALL")
        #expect(try Self.contents(second) == Self.contents(first))
        let client = try second.database.client()
        try client.execute("INSERT INTO z_parents (name) VALUES ('next')")
        #expect(try client.value("SELECT max(id) FROM z_parents") == "6")
    }

    @Test func `more than a socket holds goes in and out`() throws {
        let database = try PooledDatabase()
        let client = try database.database.client()
        try client.execute(
            "CREATE TABLE t (b text); CREATE TABLE u (b text); "
                + "INSERT INTO t SELECT repeat('x', 100000) FROM generate_series(1, 400)")
        let (tables, _) = try Self.copied(database)
        let rows = tables[0].1
        #expect(rows.count == 400 * 100_001)
        let count = try database.migrations.copyingIn { copies throws(Problem) in
            try copies.copyIn(
                CopiedTable(name: "u", columns: ["b"]), from: Self.load(rows, piece: 1 << 16))
        }
        #expect(count == 400)
        #expect(try client.value("SELECT sum(length(b)) FROM u") == "40000000")
    }

    @Test func `tables are of one moment, whoever writes between them`() throws {
        let database = try PooledDatabase()
        let client = try database.database.client()
        try client.execute(
            "CREATE TABLE a (id int); CREATE TABLE b (id int); "
                + "INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)")
        let counts = try database.migrations.copyingOut { copies throws(Problem) in
            var counts: [Int] = []
            for table in try copies.tables() {
                counts.append(try copies.copyOut(table) { _ in true })
                #expect(
                    (try? client.execute("INSERT INTO a VALUES (2); INSERT INTO b VALUES (2)"))
                        != nil)
            }
            return counts
        }
        #expect(counts == [1, 1])
    }

    @Test func `rows of a table that inherits are copied once`() throws {
        let database = try PooledDatabase()
        let client = try database.database.client()
        try client.execute(
            "CREATE TABLE a (id int); CREATE TABLE b (more text) INHERITS (a); CREATE TABLE c (); "
                + "INSERT INTO a VALUES (1); INSERT INTO b VALUES (2, 'x')")
        let (tables, _) = try Self.copied(database)
        #expect(tables.map { String(utf8: $0.1) } == ["1\n", "2\tx\n"])
    }

    @Test func `a copy that is given up ends, and so does the transaction`() throws {
        let database = try PooledDatabase()
        let client = try database.database.client()
        try client.execute(
            "CREATE TABLE t (b text); "
                + "INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 200000)")
        let pieces = Counter()
        #expect(throws: Problem.self) {
            try database.migrations.copyingOut { copies throws(Problem) in
                for table in try copies.tables() {
                    _ = try copies.copyOut(table) { _ in pieces.next() < 100 }
                }
            }
        }
        #expect(pieces.count < 100_000)
        // The pool gives another one.
        #expect(try Self.copied(database).0.map(\.2) == [200_000])
    }

    @Test func `rows that a table does not take leave none of any`() throws {
        let database = try PooledDatabase()
        let client = try database.database.client()
        try client.execute("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int)")
        let problem = #expect(throws: Problem.self) {
            try database.migrations.copyingIn { copies throws(Problem) in
                let (t, u) = (
                    CopiedTable(name: "t", columns: ["id"]), CopiedTable(name: "u", columns: ["id"])
                )
                _ = try copies.copyIn(u, from: Self.load(Array("1\n2\n".utf8), piece: 3))
                _ = try copies.copyIn(t, from: Self.load(Array("1\n2\n1\n".utf8), piece: 3))
            }
        }
        #expect(problem != nil)
        #expect(try client.value("SELECT count(*) FROM t") == "0")
        #expect(try client.value("SELECT count(*) FROM u") == "0")
    }
}

/// Bytes that come on a loop while the thread waits.
private final class Gathered: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var all: [UInt8] { bytes.withLock { $0 } }

    func add(_ piece: Span<UInt8>) {
        var copy: [UInt8] = []
        copy.append(span: piece)
        bytes.withLock { [copy] in $0 += copy }
    }
}
