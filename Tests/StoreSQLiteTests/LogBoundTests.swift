import Diagnostics
import Foundation
import Quotas
import Store
import TestSupport
import Testing
import Values

@testable import StoreSQLite

/// The bound of the write-ahead log, which snapshots that overlap would let grow for ever.
@Suite(.blocking, .timeLimit(.minutes(10))) struct LogBoundTests {
    private static let bytesMax = 1 << 20
    private static let rows = "SELECT printf('%099d', id) FROM items"

    /// A database with a small bound and answers of some length.
    private func make() throws -> SQLiteDatabase {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(600)
        configuration.walBytesMax = Self.bytesMax
        let database = try makeItems(configuration)
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.script(
                """
                WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 3000)
                INSERT INTO items (id, name) SELECT x, x FROM n
                """)
        }
        return database
    }

    /// Writes what takes more of the log than it may have.
    private func overfill(_ database: SQLiteDatabase) throws {
        for _ in 0..<8 {
            try database.writeAndWait { transaction throws(Problem) in
                try transaction.script(
                    """
                    WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 256)
                    INSERT INTO parts (id) SELECT abs(random()) FROM n;
                    UPDATE items SET data = hex(randomblob(100)) WHERE id <= 3000
                    """)
            }
        }
    }

    /// What becomes of an answer that would leave in parts: nothing, or why it may not.
    private func codeOfLongRead(_ database: SQLiteDatabase) -> String? {
        let codes = Record<String?>()
        _ = database.slowLane.pending(for: .user("b")) { reader throws(Problem) in
            try LongReadTests.leave(reader, Self.rows, first: [], caller: .user("b"))
        }.start { result in
            switch result {
            case .success: codes.append(nil)
            case .failure(let problem): codes.append("\(problem.status) \(problem.code)")
            }
        }
        return codes.wait(for: 1).first ?? "none"
    }

    /// The database may have no more pages here, which SQLite takes for a full disk.
    @Test func `where the disk is full the log begins anew, however short it is`() throws {
        let directory = try TemporaryDirectory()
        var configuration = DatabaseConfiguration.file(directory.file("apus.db"))
        configuration.pagesMax = 500
        let database = try makeItems(configuration)
        defer { database.close() }
        func write(_ sql: String) throws(Problem) {
            try database.writeAndWait { transaction throws(Problem) in
                _ = try transaction.exec(sql)
            }
        }
        let problem = #expect(throws: Problem.self) {
            while true {
                try write(
                    "INSERT INTO items(name, data) "
                        + "VALUES (hex(randomblob(8)), hex(zeroblob(2000)))")
            }
        }
        #expect(problem?.code == "53100")
        let before = database.walBytes
        // The writer looks between two turns.
        for _ in 0..<2 { try write("DELETE FROM items WHERE id = (SELECT max(id) FROM items)") }
        #expect(database.walBytes < before / 4)
    }

    @Test func `answers that last are ended so that the log begins anew`() async throws {
        let database = try make()
        defer { database.close() }
        let reads = [
            try await LongReadTests.leave(database, Self.rows),
            try await LongReadTests.leave(database, Self.rows),
        ]
        for read in reads { #expect(try await read.next() != nil) }
        try overfill(database)
        #expect(await eventually { database.walBytes <= Self.bytesMax })
        for read in reads {
            let problem = await #expect(throws: Problem.self) {
                while try await read.next() != nil {}
            }
            #expect(problem?.code == "53400")
        }
        #expect(await eventually { codeOfLongRead(database) == nil })
        let whole = try await LongReadTests.leave(database, Self.rows)
        var count = 0
        while let part = try await whole.next() { count += part.count }
        #expect(count == 300_001)
    }

    @Test func `slow reads are begun again so that the log begins anew`() async throws {
        let database = try make()
        defer { database.close() }
        let begun = Record<Value>()
        let read = Task {
            try await database.readSlowly { reader throws(Problem) in
                try reader.snapshot { () throws(Problem) in
                    let sum = try worded { () throws(DatabaseError) in
                        try reader.all("SELECT count(*) FROM parts")
                    }
                    begun.append(sum[0][0])
                    if begun.all.count > 1 { return }
                    _ = try worded { () throws(DatabaseError) in
                        try reader.all(SlowLaneTests.endless)
                    }
                }
            }
        }
        begun.wait(for: 1)
        try overfill(database)
        #expect(await eventually { database.walBytes <= Self.bytesMax })
        if begun.wait(for: 2).count < 2 { read.cancel() }
        try await read.value
        #expect(begun.all.count == 2 && begun.all[0] == .integer(0) && begun.all[1] != .integer(0))
    }

    @Test func `beside the snapshot of another process reads go on after a moment`() async throws {
        let database = try make()
        defer { database.close() }
        let other = try database.makeReader()
        let answer = try await LongReadTests.leave(database, Self.rows)
        try other.snapshot { () throws(any Error) in
            _ = try other.all("SELECT count(*) FROM items")
            try overfill(database)
            let end = ContinuousClock.now + .seconds(60)
            while database.longAnswers.ended == 0, ContinuousClock.now < end {}
            #expect(database.longAnswers.ended == 1)
            let answers = Record<Bool>()
            _ = database.slowLane.pending(for: .user("b")) { reader throws(Problem) in
                try worded { () throws(DatabaseError) in
                    try reader.all("SELECT count(*) FROM items")
                }
            }.start { answers.append((try? $0.get()) == [[.integer(3000)]]) }
            #expect(answers.wait(for: 1) == [true])
            #expect(codeOfLongRead(database) == nil)
            #expect(database.walBytes > Self.bytesMax)
        }
        withExtendedLifetime(answer) {}
        #expect(await eventually { database.walBytes <= Self.bytesMax })
    }

    /// Bytes that the writer's thread has written so far, into whatever file.
    private func writtenBytes(_ database: SQLiteDatabase) throws -> Int {
        let counts = try database.writeAndWait { _ throws(Problem) in
            (try? String(contentsOfFile: "/proc/thread-self/io", encoding: .utf8)) ?? ""
        }
        let line = try #require(counts.split(separator: "\n").first { $0.hasPrefix("wchar: ") })
        return try #require(Int(line.dropFirst("wchar: ".count)))
    }

    private func fileLength(_ database: SQLiteDatabase) throws -> Int {
        let values = try URL(filePath: database.files.path + "-wal").resourceValues(forKeys: [
            .fileSizeKey
        ])
        return try #require(values.fileSize)
    }

    @Test func `the writer copies the end of the log only`() async throws {
        let database = try makeItems()
        defer { database.close() }
        func write(_ bytes: Int) throws {
            try database.writeAndWait { transaction throws(Problem) in
                try transaction.script(
                    "INSERT INTO items (name, data) "
                        + "SELECT hex(randomblob(8)), hex(randomblob(\(bytes / 2)))")
            }
        }
        try write(1)
        let other = try database.makeReader()
        try other.snapshot { () throws(any Error) in
            _ = try other.all("SELECT count(*) FROM items")
            while database.walBytes < 32 << 20 { try write(1 << 20) }
        }
        let before = try writtenBytes(database)
        let length = try fileLength(database)
        var writes = 0
        #expect(
            await eventually {
                writes += 1
                return (try? write(1)) != nil && database.walBytes < 1 << 20
            })
        let written = try writtenBytes(database) - before
        #expect(written < 16 << 20 + writes * 64 << 10, "\(written) bytes")
        try write(1 << 20)
        #expect(try fileLength(database) - length < writes * 64 << 10, "it is written over")
    }
}
