import Diagnostics
import Quotas
import SQLite
import TestSupport
import Testing
import Values

@testable import Store
@testable import StoreSQLite

/// How the turns of a loop are shared out between callers.
@Suite(.timeLimit(.minutes(10))) struct LoopTimeTests {
    private let greedy = Caller.user("greedy")
    private let modest = Caller.user("modest")

    @Test func `a caller has the half of a turn, and all together the whole`() {
        var time = LoopTime(readMax: 4000)
        func isNow(_ caller: Caller) -> Bool {
            if case .now = time.admission(of: caller) { true } else { false }
        }
        #expect(isNow(greedy))
        time.note(500, of: greedy)
        #expect(!isNow(greedy) && isNow(modest))
        time.note(500, of: modest)
        #expect(time.isUsedUp && !isNow(modest))
        time.endTurn()
        #expect(isNow(greedy) && isNow(modest))
    }

    @Test func `a turn that is used up has short tries for those who had nothing of it`() {
        var time = LoopTime(readMax: 4000)
        time.note(1000, of: greedy)
        guard case .briefly(200) = time.admission(of: modest) else {
            Issue.record("\(time.admission(of: modest))")
            return
        }
        guard case .inNextTurn = time.admission(of: greedy) else {
            Issue.record("\(time.admission(of: greedy))")
            return
        }
        time.note(4000, of: .server)
        guard case .inNextTurn = time.admission(of: modest) else {
            Issue.record("\(time.admission(of: modest))")
            return
        }
    }

    // MARK: A reader on a loop

    /// A loop whose turns are ended by hand.
    private final class HandTurnedLoop {
        let reader: SQLiteReader
        private var hooks: [() -> Void] = []
        private let wakes = Record<Void>()

        init(_ reader: SQLiteReader) {
            self.reader = reader
            let wakes = wakes
            reader.shareTurns(
                atEndOfTurn: { [unowned self] hook in hooks.append(hook) },
                wake: { wakes.append(()) })
        }

        var wakeCount: Int { wakes.all.count }

        func wait(forWakes count: Int) { wakes.wait(for: count) }

        func endTurn() {
            let due = hooks
            hooks = []
            for hook in due { hook() }
        }
    }

    /// Answers after some milliseconds, on the loop if it has them.
    private struct Work: LoopRead {
        let caller: Caller
        let milliseconds: Int
        let name: String

        func readInline(on reader: SQLiteReader) throws(DatabaseError) -> String {
            var rows = try reader.startOfRead(
                text: "SELECT slow(?7)", arguments: [.integer(Int64(milliseconds))], .none)
            _ = try rows.next()
            return name
        }

        func readSlowly(on reader: SQLiteReader) throws(Problem) -> String { name + " slowly" }
    }

    /// A database whose loops have much time: machines that run tests are busy.
    private func open() throws -> SQLiteDatabase {
        var configuration = DatabaseConfiguration.temporary
        configuration.inlineTime = .milliseconds(400)
        return try makeItems(configuration)
    }

    private func makeLoop(_ database: SQLiteDatabase) throws -> HandTurnedLoop {
        let reader = try database.makeReader()
        try reader.connection.define("slow", argumentCount: 1) { call in
            let end = monotonicNanoseconds() + UInt64(call[0].integer) * 1_000_000
            guard call.charge(20_000) else { return }
            while monotonicNanoseconds() < end {}
            call.answer(1)
        }
        return HandTurnedLoop(reader)
    }

    @Test func `look-ups that are asked for leave half of each turn to others`() throws {
        let database = try open()
        defer { database.close() }
        let loop = try makeLoop(database)
        // Three fifths of a second: three halves of a turn.
        let query = ScalarQuery(
            BoundSQL(text: "SELECT slow(?7)", arguments: [.integer(30)]), .none)
        var values: [Value]?
        loop.reader.ask([ScalarQuery](repeating: query, count: 20)) { results in
            values = results.compactMap { try? $0.get() }
        }
        #expect(values == nil)
        var turns = 0
        while values == nil, turns < 40 {
            #expect(loop.wakeCount == turns + 1)
            loop.reader.runWaiting()
            loop.endTurn()
            turns += 1
        }
        #expect(values?.count == 20)
        #expect(turns >= 3)
    }

    @Test func `a look-up that no turn has the time for is made on the slow lane`() throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.inlineTime = .milliseconds(1)
        let database = try makeItems(configuration)
        defer { database.close() }
        let loop = try makeLoop(database)
        let counting = BoundSQL(
            text: """
                WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ?7)
                SELECT max(n) FROM c
                """, arguments: [.integer(30_000)])
        let quick = BoundSQL(text: "SELECT ?7", arguments: [.integer(7)])
        var results: [Result<Value, Problem>] = []
        loop.reader.ask([quick, counting, quick].map { ScalarQuery($0, .none) }) { results = $0 }
        for turn in 1...3 where results.isEmpty {
            loop.wait(forWakes: turn)
            loop.reader.runWaiting()
            loop.endTurn()
        }
        #expect(database.slowReads.moved == 1)
        let ends = results.map { result in (try? result.get()) ?? .null }
        // A machine that is busy elsewhere may let the slow one run out of time, and those behind.
        let whole: [Value] = [.integer(7), .integer(30_000), .integer(7)]
        #expect(ends.count == 3 && ends.first == whole[0], "\(ends)")
        #expect(zip(ends, whole).allSatisfy { $0 == $1 || $0 == .null }, "\(ends)")
    }

    @Test func `a look-up has no more than its time`() throws {
        let database = try open()
        defer { database.close() }
        let loop = try makeLoop(database)
        let sql = BoundSQL(
            text: """
                WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)
                SELECT max(n) FROM c
                """, arguments: [])
        let query = ScalarQuery(sql, .none)
        #expect(try loop.reader.scalarAtHand(query, within: .milliseconds(1)) == nil)
    }

    private func perform(
        _ work: Work, on loop: HandTurnedLoop
    ) throws(DatabaseError) -> Reading<String> {
        try loop.reader.perform(for: work.caller) { () throws(DatabaseError) in
            try work.readInline(on: loop.reader)
        } else: {
            work
        }
    }

    private func begin(
        _ work: Work, on loop: HandTurnedLoop, _ answers: Record<String>
    ) throws {
        switch try perform(work, on: loop) {
        case .done(let name): answers.append(name)
        case .mustWait(let read):
            _ = read.start { result in answers.append((try? result.get()) ?? "failed") }
        }
    }

    @Test func `reads beyond a caller's part of a turn wait for the next, and others go first`()
        throws
    {
        let database = try open()
        defer { database.close() }
        let loop = try makeLoop(database)
        let answers = Record<String>()
        for number in 0..<6 {
            let work = Work(caller: greedy, milliseconds: 120, name: "greedy \(number)")
            try begin(work, on: loop, answers)
        }
        let first = answers.all.count
        #expect(first < 6 && loop.wakeCount == 1)
        try begin(Work(caller: modest, milliseconds: 0, name: "modest"), on: loop, answers)
        #expect(answers.all.last == "modest")
        for _ in 0..<10 {
            loop.reader.runWaiting()
            loop.endTurn()
        }
        #expect(answers.all.filter { $0 != "modest" } == (0..<6).map { "greedy \($0)" })
    }

    @Test func `reads that wait have half of a turn, however often the loop looks`() throws {
        let database = try open()
        defer { database.close() }
        let loop = try makeLoop(database)
        let answers = Record<String>()
        for number in 0..<8 {
            try begin(Work(caller: greedy, milliseconds: 120, name: "\(number)"), on: loop, answers)
        }
        loop.endTurn()
        let before = answers.all.count
        for _ in 0..<4 { loop.reader.runWaiting() }
        #expect(answers.all.count - before <= 2)
        for _ in 0..<10 {
            loop.endTurn()
            loop.reader.runWaiting()
        }
        #expect(answers.all == (0..<8).map(String.init))
    }

    /// Asks for a value that takes some milliseconds, as a service does.
    private func look(
        _ name: String, _ milliseconds: Int, for caller: Caller, on loop: HandTurnedLoop,
        _ answers: Record<String>
    ) throws {
        let reading = try loop.reader.reading(for: caller) { source throws(Problem) in
            try worded { () throws(DatabaseError) in
                _ = try source.rows(SQL(text: "SELECT slow(\(milliseconds))"), as: [.integer])
            }
            return name
        }
        switch reading {
        case .done(let name): answers.append(name)
        case .mustWait(let read):
            _ = read.start { result in answers.append((try? result.get()) ?? "failed") }
        }
    }

    @Test func `small queries beyond a caller's part of a turn wait for the next`() throws {
        let database = try open()
        defer { database.close() }
        let loop = try makeLoop(database)
        let answers = Record<String>()
        for number in 0..<4 { try look("\(number)", 60, for: greedy, on: loop, answers) }
        #expect(answers.all == ["0"])
        try look("modest", 1, for: modest, on: loop, answers)
        #expect(answers.all == ["0", "modest"])
        #expect(database.slowReads.deferred == 3)
        for _ in 0..<6 {
            loop.endTurn()
            loop.reader.runWaiting()
        }
        #expect(answers.all == ["0", "modest", "1", "2", "3"])
    }

    @Test func `a read that was withdrawn while it waited is not begun`() throws {
        let database = try open()
        defer { database.close() }
        let loop = try makeLoop(database)
        let answers = Record<String>()
        for number in 0..<3 {
            let work = Work(caller: greedy, milliseconds: 240, name: "\(number)")
            try begin(work, on: loop, answers)
        }
        let before = answers.all
        let work = Work(caller: greedy, milliseconds: 1, name: "withdrawn")
        guard case .mustWait(let read) = try perform(work, on: loop) else {
            Issue.record("it did not wait")
            return
        }
        let withdraw = read.start { _ in answers.append("withdrawn") }
        withdraw()
        for _ in 0..<10 {
            loop.endTurn()
            loop.reader.runWaiting()
        }
        #expect(before.count < 3 && answers.all == ["0", "1", "2"])
    }

    @Test func `a read that ends before the clock is looked at costs its caller nothing`() throws {
        let database = try open()
        defer { database.close() }
        let loop = try makeLoop(database)
        _ = try loop.reader.all("SELECT 1 FROM items WHERE id = 1")
        let search = BoundSQL(
            text: "SELECT rowid FROM items WHERE id = 1", arguments: [], mentions: [])
        for _ in 0..<100 {
            guard case .done = try loop.reader.find(search, Operands(), .none, for: greedy) else {
                Issue.record("it had to wait")
                return
            }
        }
        #expect(loop.reader.loopTime.spent < 1_000_000)
    }
}
