import CFaultyDisk
import SQLite
import Testing

/// What a transaction costs the disk.
@Suite struct GatheredWritesTests {
    private static func open(_ disk: FaultyDisk, gathersLog: Bool = true) throws -> Connection {
        var options = ConnectionOptions(
            mode: .create, busyTimeoutMilliseconds: 0, cachedStatementsMax: 8,
            cachedStatementBytesMax: 1 << 20)
        options.gathersLog = gathersLog
        let connection = try Connection(path: disk.path, options: options)
        _ = try connection.text("PRAGMA journal_mode = WAL")
        return connection
    }

    private static let insertion =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 200) "
        + "INSERT INTO t SELECT zeroblob(2000) FROM n"

    /// Writes of a transaction that changes some hundred pages.
    private static func writes(gathersLog: Bool) throws -> Int {
        let disk = try FaultyDisk()
        let connection = try open(disk, gathersLog: gathersLog)
        try connection.execute("CREATE TABLE t (b BLOB)")
        let before = disk.count(of: FAULTY_WRITE)
        try connection.execute(insertion)
        return disk.count(of: FAULTY_WRITE) - before
    }

    @Test func `pages go into the log by the dozen`() throws {
        #expect(try Self.writes(gathersLog: false) > 200)
        #expect(try Self.writes(gathersLog: true) < 20)
    }

    /// Pages that were to be written before the COMMIT are written when one is read, and cannot be.
    /// SQLite takes a read that fails for no more than that.
    @Test func `a transaction of which pages could not be written is not committed`() throws {
        let disk = try FaultyDisk()
        let connection = try Self.open(disk)
        try connection.execute("PRAGMA cache_size = 10")
        try connection.execute("CREATE TABLE t (b BLOB)")
        try connection.execute("BEGIN")
        try connection.execute(Self.insertion)
        let full = try #require(
            DiskFault.all.first { $0.testDescription == "ENOSPC from write, once" })
        disk.arm(full, at: disk.count(of: FAULTY_WRITE) + 1)
        #expect(throws: SQLiteError.self) {
            _ = try connection.integer("SELECT sum(length(b)) FROM t")
        }
        #expect(disk.hasFailed)
        #expect(throws: SQLiteError.self) { try connection.execute("COMMIT") }
        if connection.isInTransaction { try connection.execute("ROLLBACK") }
        try connection.execute(Self.insertion)
        let copy = try disk.copy(.afterKill)
        #expect(try Self.open(copy).integer("SELECT count(*) FROM t") == 200)
    }
}
