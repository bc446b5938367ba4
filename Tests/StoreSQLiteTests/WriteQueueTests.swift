import Diagnostics
import Quotas
import TestSupport
import Testing

@testable import Store
@testable import StoreSQLite

/// What a turn of the writer takes. The time is the test's.
@Suite struct WriteQueueTests {
    private let load = WriterLoad()

    private func job(
        of caller: String, _ priority: WritePriority = .shared, rows: Int? = 1
    ) -> WriteJob {
        job(of: .user(caller), priority, rows: rows)
    }

    private func job(
        of caller: Caller, _ priority: WritePriority = .shared, rows: Int? = 1
    ) -> WriteJob {
        WriteJob(
            perform: { _ in .kept {} }, fail: { _ in }, isBounded: true, withdrawal: nil,
            caller: caller, priority: priority, rows: rows)
    }

    /// The callers whose writes one turn takes, where each takes so many microseconds.
    private func turn(
        of queue: WriteQueue, each microseconds: UInt64, commitTime: UInt64 = 0
    ) -> [Caller] {
        var turn = WriterTurn(at: 0, commitTime: commitTime)
        var callers: [Caller] = []
        while let job = queue.next(in: &turn, at: UInt64(callers.count) * microseconds * 1000) {
            callers.append(job.caller)
        }
        return callers
    }

    private func queue(_ jobs: [WriteJob]) throws -> WriteQueue {
        let queue = WriteQueue(load: load)
        for job in jobs { try queue.append(job) }
        return queue
    }

    @Test func `a turn ends when its time is over`() throws {
        let queue = try queue((0..<100).map { job(of: "\($0)") })
        #expect(turn(of: queue, each: 1000).count == 5)
        #expect(turn(of: queue, each: 100).count == 50)
        #expect(turn(of: queue, each: 60_000).count == 1)
    }

    @Test(arguments: [(0, 5), (8, 8), (1000, 20)])
    func `a turn is as long as commits are, within bounds`(commit: UInt64, count: Int) throws {
        let queue = try queue((0..<100).map { job(of: "\($0)") })
        #expect(turn(of: queue, each: 1000, commitTime: commit * 1_000_000).count == count)
    }

    @Test func `those that go first leave half of a turn to the others`() throws {
        let firsts = (0..<20).map { job(of: "first \($0)", .first) }
        let queue = try queue(firsts + (0..<20).map { job(of: "other \($0)") })
        let callers = turn(of: queue, each: 500)
        let expected =
            (0..<5).map { Caller.user("first \($0)") } + (0..<5).map { .user("other \($0)") }
        #expect(callers == expected)
    }

    @Test func `a large write waits for a turn of its own, and others have one in between`() throws {
        let queue = try queue([
            job(of: "large", rows: 1001), job(of: "a"), job(of: "unknown", rows: nil), job(of: "b"),
        ])
        let turns = (0..<2).map { _ in turn(of: queue, each: 10) }
        try queue.append(job(of: "c", rows: 1000))
        let later = (0..<3).map { _ in turn(of: queue, each: 10) }
        let names = (turns + later).map { $0.map { caller in "\(caller)" } }
        let expected: [[Caller]] = [
            [.user("a"), .user("b")], [.user("large")], [.user("c")], [.user("unknown")], [],
        ]
        #expect(turns + later == expected, "\(names)")
    }

    @Test func `what holds the writer for long is charged for`() throws {
        let queue = try queue(
            (0..<10).map { _ in job(of: "slow") } + (0..<10).map { _ in job(of: "fast") })
        var now: UInt64 = 0
        var callers: [Caller] = []
        for _ in 0..<11 {
            var turn = WriterTurn(at: now, commitTime: 0)
            while let job = queue.next(in: &turn, at: now) {
                callers.append(job.caller)
                now += job.caller == .user("slow") ? 10_000_000 : 1_000_000
            }
        }
        #expect(callers.prefix(12).count { $0 == .user("slow") } == 2)
    }

    @Test func `a commit is charged to those whose writes it makes durable`() throws {
        let queue = try queue(
            (0..<10).map { _ in job(of: "large") } + (0..<10).map { _ in job(of: "small") })
        var now: UInt64 = 0
        var callers: [Caller] = []
        // A turn has one write of each, as long as both wait; what is large shows in the commit.
        while callers.count < 12 {
            var turn = WriterTurn(at: now, commitTime: 0)
            guard let job = queue.next(in: &turn, at: now) else { break }
            turn.isOver = true
            now += 1_000_000
            _ = queue.next(in: &turn, at: now)
            callers.append(job.caller)
            queue.charge(
                commit: job.caller == .user("large") ? 50_000_000 : 100_000, to: [job])
        }
        #expect(callers.prefix(11).count { $0 == .user("large") } == 1)
    }

    @Test func `a commit is shared by its writes`() throws {
        let queue = try queue((0..<8).map { job(of: $0 % 4 == 0 ? "one" : "three") })
        let jobs = queue.takeAll()
        // What was had while nobody waits is forgotten.
        try queue.append(job(of: "waiting"))
        queue.charge(commit: 4_000_000, to: jobs)
        // Three times as much for three times as many: the other goes before.
        for _ in 0..<3 { for caller in ["three", "one"] { try queue.append(job(of: caller)) } }
        #expect(
            turn(of: queue, each: 1000).prefix(4)
                == [.user("waiting"), .user("one"), .user("one"), .user("one")])
    }

    @Test func `a caller whose share is full is refused, and no other`() throws {
        let queue = try queue(
            (0..<DatabaseConfiguration.temporary.waitingWritesOfCallerMax).map { _ in job(of: "greedy") })
        let problem = #expect(throws: Problem.self) { try queue.append(job(of: "greedy")) }
        #expect(problem == .tooManyWrites(.ofShare))
        try queue.append(job(of: "modest"))
        try queue.append(job(of: "greedy", .first))
        #expect(load.counted.refused == RefusalCounts(ofCaller: 1))
    }

    @Test func `no more wait than may`() throws {
        let queue = try queue(
            (0..<DatabaseConfiguration.temporary.waitingWritesMax).map { job(of: "\($0)") })
        let problem = #expect(throws: Problem.self) { try queue.append(job(of: "late")) }
        #expect(problem == .tooManyWrites(.inAll))
        try queue.append(job(of: "late", .first))
        #expect(load.counted.refused == RefusalCounts(inAll: 1))
        #expect(queue.count == DatabaseConfiguration.temporary.waitingWritesMax + 1)
        #expect(queue.takeAll().count == DatabaseConfiguration.temporary.waitingWritesMax + 1 && queue.count == 0)
    }

    @Test(arguments: Caller.CrowdKind.allCases)
    func `the writes of one site wait for one another, and another's for one of them`(
        kind: Caller.CrowdKind
    ) throws {
        let other = Caller.user("other", at: "198.51.100.7")
        let crowd = Caller.crowd(26, kind)
        let jobs = (0..<4).flatMap { _ in crowd.map { job(of: $0) } } + [job(of: other)]
        #expect(turn(of: try queue(jobs), each: 100).firstIndex(of: other) == 1)
    }

    @Test(arguments: Caller.CrowdKind.allCases)
    func `all of a site have the places of four of them`(kind: Caller.CrowdKind) throws {
        let queue = WriteQueue(load: load) {
            $0.waitingWritesMax = 100
            $0.waitingWritesOfCallerMax = 5
        }
        func wait(_ caller: Caller) -> Bool { (try? queue.append(job(of: caller))) != nil }
        #expect(Caller.crowd(26, kind).count { wait($0) } == 20)
        #expect((0..<6).count { _ in wait(.user("other", at: "198.51.100.7")) } == 5)
        #expect(load.counted.refused == RefusalCounts(ofCaller: 7))
    }

    @Test(arguments: Caller.CrowdKind.allCases)
    func `who has no write waiting is told of those from his address`(kind: Caller.CrowdKind) throws {
        let queue = WriteQueue(load: load) {
            $0.waitingWritesMax = 100
            $0.waitingWritesOfCallerMax = 5
        }
        let crowd = Caller.crowd(5, kind)
        for caller in crowd.dropLast() {
            for _ in 0..<5 { try queue.append(job(of: caller)) }
        }
        let problem = #expect(throws: Problem.self) { try queue.append(job(of: crowd[4])) }
        #expect(problem?.message == "Too many writes from your address are waiting.")
    }
}
