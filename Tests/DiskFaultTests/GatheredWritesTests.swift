import CFaultyDisk
import SQLite
import Testing

/// What a transaction costs the disk.
@Suite struct GatheredWritesTests {
    /// Writes of a transaction that changes some hundred pages.
    private static func writes(gathersLog: Bool) throws -> Int {
        let disk = try FaultyDisk()
        var options = ConnectionOptions(
            mode: .create, busyTimeoutMilliseconds: 0, cachedStatementsMax: 8,
            cachedStatementBytesMax: 1 << 20)
        options.gathersLog = gathersLog
        let connection = try Connection(path: disk.path, options: options)
        _ = try connection.text("PRAGMA journal_mode = WAL")
        try connection.execute("CREATE TABLE t (b BLOB)")
        let before = disk.count(of: FAULTY_WRITE)
        try connection.execute(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 200) "
                + "INSERT INTO t SELECT zeroblob(2000) FROM n")
        return disk.count(of: FAULTY_WRITE) - before
    }

    @Test func `pages go into the log by the dozen`() throws {
        #expect(try Self.writes(gathersLog: false) > 200)
        #expect(try Self.writes(gathersLog: true) < 20)
    }
}
