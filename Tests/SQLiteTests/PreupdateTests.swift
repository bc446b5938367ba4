import SQLite
import Testing

/// Collects what the hook reports as short lines.
private final class Seen {
    var lines: [String] = []
}

@Suite struct PreupdateTests {
    static let cases: [(String, [String])] = [
        ("INSERT INTO t VALUES (3, 'c')", ["+t 3 c"]),
        ("INSERT INTO t VALUES (3, 'c'), (4, 'd')", ["+t 3 c", "+t 4 d"]),
        ("UPDATE t SET b = b || '!'", ["~t 1 a 1 a!", "~t 2 b 2 b!"]),
        ("UPDATE t SET a = 9 WHERE a = 1", ["~t 1 a 9 a"]),
        ("DELETE FROM t", ["-t 1 a", "-t 2 b"]),
        ("REPLACE INTO t VALUES (1, 'z')", ["-t 1 a", "+t 1 z"]),
        ("INSERT OR IGNORE INTO t VALUES (1, 'z')", []),
        ("INSERT INTO t VALUES (1, 'z') ON CONFLICT DO UPDATE SET b = excluded.b", ["~t 1 a 1 z"]),
        ("DELETE FROM p WHERE id = 1", ["-p 1 x", "-c 7 1"]),
        ("UPDATE w SET k = 'n' WHERE k = 'm'", ["~w m 1 n 1"]),
        ("DELETE FROM w", ["-w m 1"]),
    ]

    @Test(arguments: cases)
    func `every changed row is reported with old and new values`(
        sql: String, expected: [String]
    ) throws {
        let connection = try Connection(
            path: ":memory:",
            options: ConnectionOptions(
                mode: .create, busyTimeoutMilliseconds: 0, cachedStatementsMax: 8,
                cachedStatementBytesMax: 1 << 20))
        let seen = Seen()
        connection.observeRowChanges { change in
            var line: String
            switch change.operation {
            case .insert: line = "+"
            case .update: line = "~"
            case .delete: line = "-"
            }
            line += change.tableName
            for column in 0..<change.columnCount where change.operation != .insert {
                line += " " + change.old(column).text
            }
            for column in 0..<change.columnCount where change.operation != .delete {
                line += " " + change.new(column).text
            }
            seen.lines.append(line)
        }
        try connection.executeScript(
            """
            PRAGMA foreign_keys = ON;
            CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT;
            CREATE TABLE p (id INTEGER PRIMARY KEY, x TEXT) STRICT;
            CREATE TABLE c (
                id INTEGER PRIMARY KEY, p INTEGER REFERENCES p ON DELETE CASCADE) STRICT;
            CREATE TABLE w (k TEXT PRIMARY KEY, v INTEGER) STRICT, WITHOUT ROWID;
            INSERT INTO t VALUES (1, 'a'), (2, 'b');
            INSERT INTO p VALUES (1, 'x');
            INSERT INTO c VALUES (7, 1);
            INSERT INTO w VALUES ('m', 1);
            """, rights: .all)
        seen.lines = []
        try connection.execute(sql)
        #expect(seen.lines == expected)
    }
}
