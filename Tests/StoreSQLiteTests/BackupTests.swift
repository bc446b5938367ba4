import Diagnostics
import Foundation
import Store
import Synchronization
import TestSupport
import Testing
import Values

@testable import StoreSQLite

/// Copies of a database that is in use.
@Suite(.blocking, .timeLimit(.minutes(10))) struct BackupTests {
    private let directory: TemporaryDirectory
    private var source: String { directory.file("apus.db") }
    private var target: String { directory.file("copy.db") }

    init() throws { directory = try TemporaryDirectory() }

    /// A database with some megabytes.
    private func makeDatabase() throws -> SQLiteDatabase {
        let database = try makeItems(.file(source))
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.script(
                """
                WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 4000)
                INSERT INTO items (id, name, data) SELECT x, x, hex(randomblob(1000)) FROM n
                """)
        }
        return database
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }

    /// The first column of a query's rows in the copy.
    private func copied(_ sql: String) throws -> [Value] {
        let reader = try #require(try SQLiteReader.inspecting(target))
        return try reader.all(sql).map { $0[0] }
    }

    private static let ignoring: @Sendable (BackupProgress) throws(Problem) -> Void = {
        _ throws(Problem) in
    }

    @Test func `a copy beside writers is one state of theirs, whole and by itself`() throws {
        let database = try makeDatabase()
        defer { database.close() }
        let written = Counter()
        let states = Record<BackupProgress>()
        let backup = try database.backUp(to: target) { state throws(Problem) in
            states.append(state)
            // Two rows of one transaction.
            try database.writeAndWait { transaction throws(Problem) in
                try transaction.script(
                    """
                    INSERT INTO items (name, price) VALUES (hex(randomblob(9)), -1);
                    INSERT INTO parts (item) VALUES (last_insert_rowid())
                    """)
            }
            written.next()
        }
        #expect(backup.path == target)
        #expect(backup.byteCount == directory.read("copy.db").count)
        #expect(states.all.count > 5)
        #expect(states.all.last == .checking)
        let count = try copied("SELECT count(*) FROM items WHERE price = -1")
        #expect(count == (try copied("SELECT count(*) FROM parts")))
        #expect(try copied("PRAGMA integrity_check") == ["ok"])
        #expect(try copied("PRAGMA journal_mode") == ["delete"])
        #expect(try copied("SELECT count(*) FROM items WHERE price IS NULL") == [.integer(4000)])
        #expect(try names() == ["apus.db", "apus.db-shm", "apus.db-wal", "copy.db", "lock"])
        #expect(
            try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? Int
                == 0o600)
        #expect(written.count > 5)
    }

    @Test func `one beside the process that has the database open has what is in its log`() throws {
        let database = try makeDatabase()
        defer { database.close() }
        try SQLiteDatabase.backUp(databaseAt: source, to: target, progress: Self.ignoring)
        #expect(try copied("SELECT count(*) FROM items") == [.integer(4000)])
    }

    @Test func `a copy that is given up leaves nothing, at whatever point`() throws {
        let database = try makeDatabase()
        defer { database.close() }
        let end = Problem(code: "enough", status: 500, message: "Enough.")
        // Steps of the copy, and the first look of the check.
        for step in 1...9 {
            let count = Counter()
            let problem = #expect(throws: Problem.self) {
                try database.backUp(to: target) { state throws(Problem) in
                    if count.next() == step || state == .checking { throw end }
                }
            }
            #expect(problem == end, "\(step)")
            #expect(try names() == ["apus.db", "apus.db-shm", "apus.db-wal", "lock"])
        }
    }

    @Test func `what was left of one that was killed makes room, and nothing else does`() throws {
        let database = try makeDatabase()
        defer { database.close() }
        for name in ["copy.db.part", "copy.db.part-wal", "copy.db.part-journal"] {
            try directory.write("half", to: name)
        }
        try directory.write("mine", to: "other.part")
        try database.backUp(to: target, progress: Self.ignoring)
        #expect(try names().filter { $0.contains(".part") } == ["other.part"])
        let problem = #expect(throws: Problem.self) {
            try database.backUp(to: target, progress: Self.ignoring)
        }
        #expect(problem?.code == "backup_exists")
    }

    @Test func `two are not written into a folder at the same time`() throws {
        let database = try makeDatabase()
        defer { database.close() }
        let codes = Record<String>()
        let other = directory.file("other.db")
        try database.backUp(to: target) { _ throws(Problem) in
            do throws(Problem) {
                try database.backUp(to: other, progress: Self.ignoring)
            } catch {
                codes.append(error.code)
            }
        }
        #expect(Set(codes.all) == ["backup_running"])
        try database.backUp(to: other, progress: Self.ignoring)
    }

    @Test func `a database that is damaged is told, and not called a backup`() throws {
        try makeDatabase().close()
        let bytes = directory.read("apus.db")
        // Some pages in the middle.
        let damaged =
            bytes[..<2_000_000] + [UInt8](repeating: 0xA5, count: 40_960)
            + bytes[2_040_960...]
        try directory.write(Array(damaged), to: "apus.db")
        let problem = #expect(throws: Problem.self) {
            try SQLiteDatabase.backUp(databaseAt: source, to: target, progress: Self.ignoring)
        }
        #expect(problem?.code == "XX001")
        #expect(problem?.message.hasPrefix("\(source) is damaged or is not") == true)
        #expect(try !names().contains { $0.hasPrefix("copy") })
    }

    /// Nobody could help it: the long answer goes on, the writer too, and the log begins anew
    /// afterwards.
    @Test func `a long copy ends no answers, and the log begins anew behind it`() async throws {
        var configuration = DatabaseConfiguration.file(source)
        configuration.walBytesMax = 1 << 20
        let database = try makeItems(configuration)
        defer { database.close() }
        let read = try await LongReadTests.leave(database, LongReadTests.query(300_000))
        #expect(try await read.next() != nil)
        try database.backUp(to: target) { state throws(Problem) in
            guard case .copying = state else { return }
            for _ in 0..<8 {
                try database.writeAndWait { transaction throws(Problem) in
                    try transaction.script(
                        "INSERT INTO items (name, data) "
                            + "VALUES (hex(randomblob(8)), hex(zeroblob(1000000)))")
                }
            }
            // Longer than the writer is patient, and looks again where that is of no use.
            usleep(1_300_000)
            try database.writeAndWait { transaction throws(Problem) in
                try transaction.script("INSERT INTO parts (item) VALUES (NULL)")
            }
        }
        #expect(database.walBytes > 8 << 20)
        var count = 0
        while let part = try await read.next() { count += part.count }
        #expect(count > 20_000_000)
        #expect(await eventually { database.walBytes < 1 << 20 })
        #expect(try copied("SELECT count(*) FROM items") == [.integer(0)])
    }
}
