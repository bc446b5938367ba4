import Diagnostics
import Foundation
import SQLite
import Store
import TestSupport
import Testing
import Values

@testable import StoreSQLite

/// Backups that take the place of a database.
@Suite(.blocking, .timeLimit(.minutes(10))) struct RestoreTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("data/apus.db") }
    private var backup: String { directory.file("backup.db") }
    private static let stamp = "20261128T193000Z"
    private var kept: String { path + ".replaced-" + Self.stamp }

    init() throws {
        directory = try TemporaryDirectory()
        let database = try makeItems(.file(directory.file("former/apus.db")))
        defer { database.close() }
        try Self.insert("of the backup", into: database)
        try database.backUp(to: directory.file("backup.db")) { _ throws(Problem) in }
    }

    private static func insert(_ name: String, into database: SQLiteDatabase) throws {
        try database.writeAndWait { transaction throws(Problem) in
            _ = try transaction.exec("INSERT INTO items (name) VALUES (?7)", .text(name))
        }
    }

    /// Makes the database that is to be replaced.
    private func makeFormer() throws {
        let database = try makeItems(.file(path))
        defer { database.close() }
        try Self.insert("of before", into: database)
    }

    @discardableResult
    private func restore(
        _ file: String? = nil, replaces: Bool = false
    ) throws(Problem) -> RestoredDatabase {
        try SQLiteDatabase.restore(
            from: file ?? backup, to: path, stamp: Self.stamp, replaces: replaces
        ) { _ throws(Problem) in }
    }

    /// The rows of the database at a path.
    private static func items(_ path: String) throws -> [Value] {
        let database = try SQLiteDatabase.open(.file(path))
        defer { database.close() }
        return try database.makeReader().all("SELECT name FROM items").map { $0[0] }
    }

    private func names() throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.file("data"))
        return names.filter { $0 != "lock" }.sorted()
    }

    @Test func `where nothing is the backup takes the place, with a history of its own`() throws {
        try directory.write("left over", to: "data/apus.db.part")
        try directory.write("of one that is gone", to: "data/apus.db-wal")
        let restored = try restore()
        #expect(restored.kept == nil)
        #expect(try names() == ["apus.db"])
        let facts = try SQLiteDatabase.facts(at: path)
        #expect(facts["epoch"] == restored.epoch)
        #expect(try SQLiteDatabase.facts(at: backup)["epoch"] != restored.epoch)
        #expect(try Self.items(path) == ["of the backup"])
        #expect(try SQLiteDatabase.open(.file(path)).epoch == restored.epoch)
    }

    @Test func `a database that is there stays until it is to be replaced, and is kept`() throws {
        try makeFormer()
        let refused = #expect(throws: Problem.self) { try restore() }
        #expect(refused?.code == "database_exists")
        #expect(try Self.items(path) == ["of before"])
        let restored = try restore(replaces: true)
        #expect(restored.kept == kept)
        #expect(try names() == ["apus.db", "apus.db.replaced-" + Self.stamp])
        #expect(try Self.items(path) == ["of the backup"])
        try FileManager.default.moveItem(atPath: kept, toPath: directory.file("kept.db"))
        try restore(directory.file("kept.db"), replaces: true)
        #expect(try Self.items(path) == ["of before"])
    }

    /// A process that was killed leaves the log as it was.
    @Test func `what a crash has left in the log is kept, and not taken for the backup's`() throws {
        try makeFormer()
        let database = try SQLiteDatabase.open(.file(path))
        try Self.insert("of the crash", into: database)
        for name in ["apus.db", "apus.db-wal"] {
            try directory.write(directory.read("data/\(name)"), to: "crashed/\(name)")
        }
        database.close()
        for name in ["apus.db", "apus.db-wal"] {
            try directory.write(directory.read("crashed/\(name)"), to: "data/\(name)")
        }
        try restore(replaces: true)
        #expect(try Self.items(path) == ["of the backup"])
        #expect(try Self.items(kept) == ["of before", "of the crash"])
    }

    @Test func `one so damaged that it cannot be opened is kept with its log`() throws {
        try directory.write("no database at all, of some length", to: "data/apus.db")
        try directory.write("nor a log", to: "data/apus.db-wal")
        try restore(replaces: true)
        #expect(try Self.items(path) == ["of the backup"])
        #expect(directory.read("data/apus.db.replaced-\(Self.stamp)").count == 34)
        #expect(directory.read("data/apus.db.replaced-\(Self.stamp)-wal").count == 9)
    }

    @Test func `a database that is served, or open elsewhere, is left alone`() throws {
        try makeFormer()
        let database = try SQLiteDatabase.open(.file(path))
        let served = #expect(throws: Problem.self) { try restore(replaces: true) }
        #expect(served?.code == "55006")
        database.close()
        let reader = try #require(try SQLiteReader.inspecting(path))
        _ = try reader.all("SELECT name FROM items")
        let read = #expect(throws: Problem.self) { try restore(replaces: true) }
        #expect(read?.code == "database_open")
        withExtendedLifetime(reader) {}
        #expect(try names().filter { !$0.hasSuffix("-shm") && !$0.hasSuffix("-wal") } == ["apus.db"])
    }

    /// Whoever was killed between the second name and the one step.
    @Test func `a second name of the database itself is not taken for one that is kept`() throws {
        try makeFormer()
        try FileManager.default.linkItem(
            atPath: path, toPath: path + ".replaced-20260101T000000Z")
        try restore(replaces: true)
        #expect(try names() == ["apus.db", "apus.db.replaced-" + Self.stamp])
    }

    static let unsound: [(String, @Sendable (TemporaryDirectory) throws -> Void)] = [
        ("is damaged or is not an Apus database: it is empty", { try $0.write("", to: "bad") }),
        (
            "is damaged or is not an Apus database: file is not a database",
            { try $0.write(String(repeating: "no database ", count: 500), to: "bad") }
        ),
        (
            "is damaged or is not an Apus database",
            { directory in
                try directory.write(Array(directory.read("backup.db").dropLast(9000)), to: "bad")
            }
        ),
        (
            "is damaged or is not an Apus database: another application has made it",
            { directory in
                // The application's number, in the header.
                var bytes = directory.read("backup.db")
                bytes[68] ^= 1
                try directory.write(bytes, to: "bad")
            }
        ),
        ("Is a directory", { try $0.write("", to: "bad/file") }),
        ("No such file", { _ in }),
    ]

    @Test(arguments: unsound.indices)
    func `a file that is no sound backup is told, and nothing is changed`(index: Int) throws {
        let (words, make) = Self.unsound[index]
        try make(directory)
        try makeFormer()
        let problem = #expect(throws: Problem.self) {
            try restore(directory.file("bad"), replaces: true)
        }
        #expect(problem?.message.contains(words) == true, "\(problem?.message ?? "")")
        #expect(try names() == ["apus.db"])
        #expect(try Self.items(path) == ["of before"])
    }

    /// Such as one of a schema that this SQLite cannot read.
    @Test func `of a backup that a newer SQLite has written that is told`() throws {
        var bytes = directory.read("backup.db")
        bytes.replaceSubrange(96..<100, with: [0, 0x4C, 0x4B, 0x40])
        bytes.replaceSubrange(4096..<4196, with: [UInt8](repeating: 0xA5, count: 100))
        try directory.write(bytes, to: "new.db")
        let problem = #expect(throws: Problem.self) { try restore(directory.file("new.db")) }
        #expect(problem?.code == "XX001")
        #expect(problem?.hint?.contains("SQLite 5.0.0 has written it") == true, "\(problem)")
    }

    /// Whatever is done between a backup and its restoration.
    @Test(arguments: 1...12) func `what is restored is what was there`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        try makeFormer()
        let database = try SQLiteDatabase.open(.file(path))
        var states: [(file: String, rows: [[Value]])] = []
        for step in 1...6 {
            for _ in 0..<Int.random(in: 1...40, using: &generator) {
                try Self.change(database, &generator)
            }
            let file = directory.file("\(step).db")
            try database.backUp(to: file) { _ throws(Problem) in }
            states.append((file, try Self.rows(database)))
        }
        database.close()
        for (file, rows) in states.shuffled(using: &generator) {
            try restore(file, replaces: true)
            let database = try SQLiteDatabase.open(.file(path))
            defer { database.close() }
            #expect(try Self.rows(database) == rows)
        }
        #expect(try names().count == 7)
    }

    private static func change(
        _ database: SQLiteDatabase, _ generator: inout SeededGenerator
    ) throws {
        let id = Int64.random(in: 1...50, using: &generator)
        let bytes = Int.random(in: 0...9000, using: &generator)
        let statements = [
            "INSERT OR REPLACE INTO items (id, name, data) "
                + "VALUES (\(id), hex(randomblob(9)), hex(zeroblob(\(bytes))))",
            "DELETE FROM items WHERE id = \(id)", "INSERT INTO parts DEFAULT VALUES",
            "CREATE TABLE IF NOT EXISTS t\(id) (b TEXT) STRICT", "DROP TABLE IF EXISTS t\(id)",
        ]
        let statement = statements.randomElement(using: &generator) ?? ""
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.script(statement)
        }
    }

    /// All that is there but what names the history.
    private static func rows(_ database: SQLiteDatabase) throws -> [[Value]] {
        let reader = try database.makeReader()
        // Longer than a loop has: machines that run tests are busy.
        func all(_ text: String) throws -> [[Value]] {
            try reader.all(text, budget: .timeout(.seconds(60)))
        }
        return try all("SELECT name, sql FROM sqlite_schema ORDER BY name")
            + all("SELECT * FROM items ORDER BY id") + all("SELECT * FROM parts ORDER BY id")
            + all("SELECT * FROM _apus_meta WHERE key <> 'epoch' ORDER BY key")
    }

    @Test func `a backup whose rows refer to none is told`() throws {
        try Opening.whole(path: backup).execute("INSERT INTO parts VALUES (1, 99)")
        let problem = #expect(throws: Problem.self) { try restore() }
        #expect(problem?.message.contains("rows of parts refer to rows that are not there") == true)
        #expect(try names() == [])
    }
}
