import Bytes
import Diagnostics
import Quotas
import TestSupport
import Testing
import Values

@testable import Store
@testable import StoreSQLite

/// Queries that go on after their thread has other things to do.
@Suite(.timeLimit(.minutes(10))) struct LongReadTests {
    static func query(_ count: Int) -> String {
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT \(count)) "
            + "SELECT printf('%099d', x) FROM n"
    }

    /// Lets a query of one column leave, each value followed by a line end, "." behind the last.
    static func leave(
        _ database: SQLiteDatabase, _ text: String, first: [UInt8] = [], caller: Caller = .user("a")
    ) async throws(Problem) -> LongRead {
        try await database.readSlowly { reader throws(Problem) in
            try leave(reader, text, first: first, caller: caller)
        }
    }

    static func leave(
        _ reader: SQLiteReader, _ text: String, first: [UInt8], caller: Caller
    ) throws(Problem) -> LongRead {
        try reader.snapshot { () throws(Problem) in
            let query: RunningQuery
            do throws(DatabaseError) {
                query = try reader.start(text: text, arguments: [], .none)
            } catch {
                throw Problem(error)
            }
            let memory = AnswerMemory(reader.memory, for: caller)
            return try reader.leave(with: query, first: first, memory, for: caller) {
                (rows, part) throws(DatabaseError) in
                guard try rows.next() else {
                    part.append(ASCII.dot)
                    return false
                }
                part.append(utf8: rows.text(0))
                part.append(ASCII.lf)
                return true
            }
        }
    }

    @Test func `parts are what the query gives, each of a bounded size`() async throws {
        let database = try makeItems()
        defer { database.close() }
        let first = [UInt8](repeating: 0x2D, count: 150_000)
        let read = try await Self.leave(database, Self.query(5_000), first: first)
        var whole: [UInt8] = []
        while let part = try await read.next() {
            #expect(!part.isEmpty && part.count < DatabaseLimits.partBytes + 101)
            whole += part
        }
        #expect(whole.prefix(150_000).elementsEqual(first))
        #expect(whole.count == 150_000 + 500_000 + 1)
        #expect(whole.suffix(6) == Array("5000\n.".utf8))
        #expect(try await read.next() == nil)
    }

    @Test func `a part ends with the row that takes its time`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(600)
        let database = try makeItems(configuration)
        defer { database.close() }
        let dear =
            "WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k LIMIT 3) "
            + "SELECT (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n "
            + "WHERE x < 1000000 + k.i) SELECT count(*) FROM n) FROM k"
        let read = try await Self.leave(database, dear)
        var parts: [String] = []
        while let part = try await read.next() {
            parts.append(String(decoding: part, as: UTF8.self))
        }
        #expect(parts == (1...3).map { "\(1_000_000 + $0)\n" } + ["."])
    }

    @Test func `many are made in turn`() async throws {
        let database = try makeItems()
        defer { database.close() }
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<DatabaseConfiguration.temporary.longReadsMax {
                group.addTask {
                    let read = try await Self.leave(
                        database, Self.query(2_000), caller: .user("\(number)"))
                    var count = 0
                    while let part = try await read.next() { count += part.count }
                    return count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == Array(repeating: 200_001, count: DatabaseConfiguration.temporary.longReadsMax))
    }

    @Test func `parts that take one caller long leave a thread for another's`() async throws {
        let database = try makeItems()
        defer { database.close() }
        let endless =
            "SELECT 'a' UNION ALL SELECT count(*) FROM "
            + "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n)"
        var parts: [Task<Void, Never>] = []
        for _ in 0..<2 {
            let read = try await Self.leave(database, endless)
            parts.append(Task { _ = try? await read.next() })
        }
        let lane = database.reads.longReads.lane
        #expect(await eventually { lane.counts.waiting + lane.counts.running == 2 })
        let other = try await Self.leave(database, Self.query(2), caller: .user("b"))
        #expect(try await other.next() != nil)
        // The other's own place is given back a moment later.
        let remain = await eventually { lane.counts.waiting + lane.counts.running == 2 }
        #expect(remain, "the statement timeout came first")
        for part in parts { part.cancel() }
        for part in parts { await part.value }
    }

    @Test func `there are so many in all`() async throws {
        let database = try makeItems()
        defer { database.close() }
        var open: [LongRead] = []
        for number in 0..<DatabaseConfiguration.temporary.longReadsMax {
            open.append(
                try await Self.leave(database, Self.query(2), caller: .user("\(number % 8)")))
        }
        let problem = await #expect(throws: Problem.self) {
            try await Self.leave(database, Self.query(2), caller: .user("another"))
        }
        #expect(problem?.code == "53400" && problem?.status == 503)
        let max = DatabaseConfiguration.temporary.longReadsMax
        #expect(database.longAnswers == LongReadCounts(open: max, refused: RefusalCounts(inAll: 1)))
        open.removeLast()
        // The thread that has made it may let go of it a little later.
        while database.longAnswers.open == max { await Task.yield() }
        _ = try await Self.leave(database, Self.query(2), caller: .user("another"))
    }

    @Test func `a reader that may not leave keeps its page cache`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.longReadsMax = 0
        let database = try makeItems(configuration)
        defer { database.close() }
        let cacheKiB = try await database.readSlowly { reader throws(Problem) in
            let before = reader.cacheKiB
            #expect(throws: Problem.self) {
                try Self.leave(reader, Self.query(2), first: [], caller: .server)
            }
            return (before, reader.cacheKiB)
        }
        #expect(cacheKiB.0 == cacheKiB.1)
    }

    @Test func `one that is over holds no memory, though its reader is kept`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.memory = MemoryPool(bytesMax: 8 << 20, perCallerMax: 4 << 20)
        let database = try makeItems(configuration)
        defer { database.close() }
        let large = "SELECT printf('%01000000d', 1)"
        do {
            let read = try await Self.leave(database, large)
            while try await read.next() != nil {}
            #expect(configuration.memory.taken > 0)
        }
        let memory = configuration.memory
        #expect(await eventually { memory.taken == 0 })
    }

    @Test func `the statement timeout ends one that is never done`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .milliseconds(100)
        let database = try makeItems(configuration)
        defer { database.close() }
        let read = try await Self.leave(database, Self.query(1_000_000_000))
        let problem = await #expect(throws: Problem.self) { while try await read.next() != nil {} }
        #expect(problem?.code == "57014")
    }

    @Test func `cancelling the task ends the part that is being made`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(120)
        let database = try makeItems(configuration)
        defer { database.close() }
        let read = try await Self.leave(database, SlowLaneTests.endless)
        let start = ContinuousClock.now
        let part = Task { () throws(Problem) in try await read.next() }
        part.cancel()
        let problem = await #expect(throws: Problem.self) { try await part.value }
        #expect(problem?.code == "57014")
        #expect(ContinuousClock.now - start < .seconds(60), "the statement timeout is twice that")
    }

    @Test func `a long read sees the moment it began at, and holds up no write`() async throws {
        let database = try makeItems()
        defer { database.close() }
        try await database.write { transaction throws(Problem) in
            for id in 1...3_000 {
                try transaction.exec(
                    "INSERT INTO items (id, name) VALUES (?7, ?8)", .integer(Int64(id)),
                    .text("\(id)"))
            }
        }
        let read = try await Self.leave(database, "SELECT printf('%099d', id) FROM items")
        var count = try await read.next()?.count ?? 0
        try await database.write { transaction throws(Problem) in
            try transaction.exec("DELETE FROM items")
        }
        while let part = try await read.next() { count += part.count }
        #expect(count == 300_001)
        let now = try await database.readSlowly { reader throws(Problem) in
            do throws(DatabaseError) { return try reader.all("SELECT count(*) FROM items") } catch {
                throw Problem(error)
            }
        }
        #expect(now == [[.integer(0)]], "the reader that comes back has let its snapshot go")
    }
}
