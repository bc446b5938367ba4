import Diagnostics
import Glibc
import Quotas
import Synchronization
import TestSupport
import Testing
import Values

@testable import Store
@testable import StoreSQLite

/// Whose turn it is at the one writer. Everything is counted in writes and commits, not in time.
@Suite(.timeLimit(.minutes(10))) struct WriteTurnTests {
    private static let greedy = Caller.user("greedy")
    private static let modest = Caller.user("modest")

    /// The writes as they were begun, each by its name.
    private final class Course: Sendable {
        private let begun = Mutex<[String]>([])
        private let ends = Mutex<[String: String]>([:])

        var names: [String] { begun.withLock { $0 } }

        func note(_ name: String) { begun.withLock { $0.append(name) } }

        /// How many writes were begun before the first of this name.
        func place(of name: String) -> Int? { names.firstIndex(of: name) }

        /// What became of a write, as it was told.
        func end(of name: String) -> String? { ends.withLock { $0[name] } }

        func note(_ end: String, of name: String) { ends.withLock { $0[name] = end } }

        func count(of name: String) -> Int { names.count { $0 == name } }
    }

    private static func insert(_ transaction: SQLiteTransaction) throws(Problem) {
        try transaction.exec("INSERT INTO items(name) VALUES (hex(randomblob(16)))")
    }

    /// Queues writes while the writer is held, then lets it go, and waits for all of them.
    private static func afterHolding(
        _ database: SQLiteDatabase, _ queue: (_ ended: @escaping @Sendable () -> Void) -> Int
    ) async {
        let (gate, ended) = (Gate(), AsyncStream<Void>.makeStream())
        let (running, begun) = AsyncStream<Void>.makeStream()
        database.submit(
            WriteJob(
                perform: { _ in
                    begun.yield()
                    gate.pass()
                    return .kept {}
                }, fail: { _ in }, isBounded: true, withdrawal: nil, caller: .server))
        for await _ in running.prefix(1) {}
        let count = queue { ended.continuation.yield() }
        gate.open()
        for await _ in ended.stream.prefix(count) {}
    }

    /// Queues one write of a caller.
    private static func submit(
        _ name: String, of caller: Caller, _ priority: WritePriority = .shared,
        to database: SQLiteDatabase, _ course: Course,
        work: @escaping @Sendable (SQLiteTransaction) throws(Problem) -> Void = insert,
        ended: @escaping @Sendable (Problem?) -> Void
    ) {
        database.submit(
            WriteJob(
                perform: { transaction in
                    course.note(name)
                    do throws(Problem) {
                        try work(transaction)
                        return .kept { ended(nil) }
                    } catch {
                        return .undone { ended(error) }
                    }
                }, fail: { ended($0) }, isBounded: true, withdrawal: nil, caller: caller,
                priority: priority))
    }

    @Test func `one caller's flood lets another's write through at its turn`() async throws {
        let database = try makeItems()
        defer { database.close() }
        let (course, commits) = (Course(), try database.makeReader().commits)
        await Self.afterHolding(database) { ended in
            for _ in 0..<1000 {
                Self.submit("flood", of: Self.greedy, to: database, course) { _ in ended() }
            }
            let before = commits?.current ?? 0
            Self.submit("victim", of: Self.modest, to: database, course) { _ in
                course.note("\((commits?.current ?? .max) - before)", of: "victim")
                ended()
            }
            return 1001
        }
        let place = try #require(course.place(of: "victim"))
        #expect(place < 3)
        // The turn that was held, and the victim's own.
        #expect(["1", "2"].contains(course.end(of: "victim")))
    }

    @Test func `a sign-in goes before the rows that wait`() async throws {
        let database = try makeItems()
        defer { database.close() }
        let course = Course()
        await Self.afterHolding(database) { ended in
            for caller in 0..<500 {
                Self.submit("flood", of: .user("\(caller)"), to: database, course) { _ in ended() }
            }
            Self.submit("sign-in", of: .server, .first, to: database, course) { _ in ended() }
            // The turn that is held has nothing left: of one that has, rows get the second half.
            let end = monotonicNanoseconds() + 20_000_000
            while monotonicNanoseconds() < end { sched_yield() }
            return 501
        }
        #expect(course.place(of: "sign-in") == 0)
    }

    @Test func `writes over their time cost the others one more run, however many they are`()
        async throws
    {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .milliseconds(50)
        let database = try makeItems(configuration)
        defer { database.close() }
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.script(
                """
                INSERT INTO items(id, name) VALUES (1, 'parent');
                WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 200000)
                INSERT INTO parts(id, item) SELECT x, 1 FROM n;
                """)
        }
        let course = Course()
        await Self.afterHolding(database) { ended in
            for number in 0..<20 {
                let isLong = number % 5 == 4
                Self.submit(
                    "\(number)", of: .user("\(number)"), to: database, course,
                    work: { transaction throws(Problem) in
                        guard isLong else { return try Self.insert(transaction) }
                        try transaction.exec("DELETE FROM items WHERE id = 1")
                    },
                    ended: { problem in
                        course.note(problem?.code ?? "kept", of: "\(number)")
                        ended()
                    })
            }
            return 20
        }
        for number in 0..<20 {
            #expect(course.end(of: "\(number)") == (number % 5 == 4 ? "57014" : "kept"))
            #expect(course.count(of: "\(number)") <= 2)
        }
        let reader = try database.makeReader()
        #expect(try reader.all("SELECT count(*) FROM parts") == [[.integer(200_000)]])
        #expect(try reader.all("SELECT count(*) FROM items") == [[.integer(17)]])
    }

    @Test func `a write over its time tells of the import, and is counted`() async throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.writeTimeout = .milliseconds(30)
        let database = try makeItems(configuration)
        defer { database.close() }
        let problem = await #expect(throws: Problem.self) {
            try await database.write { transaction throws(Problem) in
                try transaction.exec(
                    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
                        + "INSERT INTO parts(id) SELECT x FROM n")
            }
        }
        #expect(problem?.code == "54000" && problem?.status == 413)
        #expect(problem?.hint?.contains("'apus import'") == true)
        try await database.write { transaction throws(Problem) in try Self.insert(transaction) }
        #expect(try database.makeReader().all("SELECT count(*) FROM parts") == [[.integer(0)]])
        let load = database.writeLoad
        #expect(load.overtime == 1 && load.waiting == 0)
        #expect(load.longestTurnNanoseconds > 30_000_000)
        #expect(load.turns.reduce(0, +) >= 2)
    }
}
