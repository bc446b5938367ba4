import TestSupport
import Testing

@testable import SQLite

/// Copies of whole databases.
@Suite struct PageCopyTests {
    private static func open(_ path: String) throws(SQLiteError) -> Connection {
        try Connection(
            path: path,
            options: ConnectionOptions(
                mode: .create, busyTimeoutMilliseconds: 0, cachedStatementsMax: 8,
                cachedStatementBytesMax: 1 << 20))
    }

    private static let insertion =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 200) "
        + "INSERT INTO t SELECT zeroblob(2000) FROM n"

    private let directory: TemporaryDirectory
    private let source: Connection
    private let target: Connection

    init() throws {
        directory = try TemporaryDirectory()
        source = try Self.open(directory.file("source"))
        target = try Self.open(directory.file("target"))
        _ = try source.text("PRAGMA journal_mode = WAL")
        try source.execute("CREATE TABLE t (b BLOB)")
        try source.execute(Self.insertion)
    }

    @Test func `what is copied is one state, whoever writes meanwhile`() throws {
        let other = try Self.open(directory.file("source"))
        #expect(source.beginReading())
        _ = try source.integer("SELECT count(*) FROM t")
        var steps: [Int] = []
        try source.copyPages(to: target, atATime: 10) { done, all in
            steps.append(done)
            #expect(done <= all)
            return (try? other.execute(Self.insertion)) != nil
        }
        source.endReading()
        #expect(steps.count > 5)
        #expect(steps == steps.sorted())
        #expect(try target.integer("SELECT count(*) FROM t") == 200)
        #expect(try other.integer("SELECT count(*) FROM t") > 1000)
    }

    @Test func `a copy that nobody wants any more ends, and leaves nothing in the target`() throws {
        var count = 0
        let error = #expect(throws: SQLiteError.self) {
            try source.copyPages(to: target, atATime: 10) { _, _ in
                count += 1
                return count < 3
            }
        }
        #expect(error?.primary == ResultCode.interrupt)
        #expect(count == 3)
        #expect(try target.integer("SELECT count(*) FROM sqlite_schema") == 0)
    }

    @Test func `a target that is in use is refused`() throws {
        #expect(target.beginReading())
        _ = try target.integer("SELECT count(*) FROM sqlite_schema")
        #expect(throws: SQLiteError.self) {
            try source.copyPages(to: target, atATime: 10) { _, _ in true }
        }
    }
}
