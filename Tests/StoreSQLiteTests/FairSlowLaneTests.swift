import Diagnostics
import Glibc
import Quotas
import Store
import TestSupport
import Testing

@testable import StoreSQLite

/// How the threads of the slow lane are shared out between callers.
@Suite(.timeLimit(.minutes(10))) struct FairSlowLaneTests {
    private let greedy = Caller.user("greedy")
    private let modest = Caller.user("modest")

    /// Reads on the slow lane for a while; what withdraws it.
    private func read(
        _ text: String, on database: SQLiteDatabase, for caller: Caller,
        _ ended: Record<String>, _ name: String, begun: Record<String>? = nil,
        told: @escaping @Sendable (Problem) -> String = \.code
    ) -> @Sendable () -> Void {
        database.slowLane.pending(for: caller) { reader throws(Problem) in
            begun?.append(name)
            return try worded { () throws(DatabaseError) in try reader.all(text) }
        }.start { result in
            switch result {
            case .success: ended.append(name)
            case .failure(let problem): ended.append("\(name) \(told(problem))")
            }
        }
    }

    private static let short =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 50000) "
        + "SELECT sum(x) FROM n"

    private static let brief = "SELECT count(*) FROM items"

    @Test func `one slow read does not wait for all of another caller's`() throws {
        let database = try makeItems()
        defer { database.close() }
        let ended = Record<String>()
        for _ in 0..<40 { _ = read(Self.short, on: database, for: greedy, ended, "greedy") }
        _ = read(Self.short, on: database, for: modest, ended, "modest")
        let order = ended.wait(for: 41)
        let place = try #require(order.firstIndex(of: "modest"))
        #expect(place < 8, "\(place) reads were answered before it")
    }

    @Test func `one caller cannot take all the places`() throws {
        let database = try makeItems()
        defer { database.close() }
        let ended = Record<String>()
        for _ in 0..<400 { _ = read(Self.short, on: database, for: greedy, ended, "greedy") }
        _ = read(Self.short, on: database, for: modest, ended, "modest")
        let answers = Set(ended.wait(for: 401))
        #expect(answers == ["greedy", "greedy 53400", "modest"])
    }

    @Test func `one caller never has all the threads`() throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(600)
        let database = try makeItems(configuration)
        defer { database.close() }
        let ended = Record<String>()
        let withdrawals = (0..<20).map { _ in
            read(SlowLaneTests.endless, on: database, for: greedy, ended, "greedy")
        }
        _ = read(Self.short, on: database, for: modest, ended, "modest")
        #expect(ended.wait(for: 1).first == "modest")
        for withdraw in withdrawals { withdraw() }
    }

    /// A database whose reads may take for ever, and whether they do that is soon found out.
    private func makePatient() throws -> SQLiteDatabase {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(600)
        configuration.firstSlice = .milliseconds(50)
        return try makeItems(configuration)
    }

    @Test(arguments: [2, 8])
    func `a short read is answered while so many callers have reads without end`(
        callers: Int
    ) throws {
        let database = try makePatient()
        defer { database.close() }
        let (ended, begun) = (Record<String>(), Record<String>())
        for caller in 0..<(2 * callers) {
            _ = read(
                SlowLaneTests.endless, on: database, for: .user("\(caller % callers)"), ended,
                "greedy", begun: begun)
        }
        // Before that only as many as there are threads may have begun.
        begun.wait(for: 2 * callers)
        for _ in 0..<3 {
            _ = read(Self.brief, on: database, for: modest, ended, "modest")
        }
        #expect(ended.wait(for: 3) == ["modest", "modest", "modest"])
    }

    @Test func `one that found no place is begun again, and answered`() throws {
        let database = try makePatient()
        defer { database.close() }
        let (ended, begun) = (Record<String>(), Record<String>())
        let withdrawals = (0..<4).map {
            read(
                SlowLaneTests.endless, on: database, for: .user("\($0 / 2)"), ended, "greedy",
                begun: begun)
        }
        begun.wait(for: 4)
        _ = read(SlowLaneTests.endless, on: database, for: modest, ended, "long", begun: begun)
        begun.wait(for: 5)
        // A thread is done a moment after its read waits.
        while database.slowReads.waiting < 2 || database.slowReads.running > 3 { sched_yield() }
        #expect(database.slowReads.waiting == 2 && database.slowReads.running == 3)
        for withdraw in withdrawals { withdraw() }
        begun.wait("the long one twice") { $0.filter { $0 == "long" }.count == 2 }
        #expect(Set(ended.wait(for: 4)) == ["greedy 57014"])
        #expect(database.slowReads.again >= 2)
    }

    @Test func `reads without a place count as waiting, and are withdrawn`() throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(600)
        configuration.firstSlice = .zero
        configuration.waitingSlowReadsPerCallerMax = 3
        let database = try makeItems(configuration)
        defer { database.close() }
        let ended = Record<String>()
        let places = database.slowLane.places
        func begin(_ count: Int, _ caller: Caller) -> [@Sendable () -> Void] {
            (0..<count).map { _ in
                read(SlowLaneTests.endless, on: database, for: caller, ended, "\(caller)")
            }
        }
        let others = begin(2, .user("a")) + begin(1, .user("b"))
        while places.counts.taken < others.count { sched_yield() }
        var withdrawals: [@Sendable () -> Void] = []
        for count in 1...3 {
            withdrawals += begin(1, modest)
            while places.waiting(besides: modest).each < count { sched_yield() }
        }
        _ = begin(1, modest)
        #expect(ended.wait(for: 1).allSatisfy { $0.hasSuffix("53400") })
        withdrawals[1]()
        #expect(ended.wait(for: 2).last?.hasSuffix("57014") == true)
        #expect(places.waiting(besides: modest).each == 2)
        for withdraw in others { withdraw() }
    }

    /// How the lane is full.
    struct Crowd: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let firstSlice: Duration
        /// Those that run, by their callers.
        let running: [String]
        /// How many of those that wait have begun before.
        let parked: Int

        static let all = [
            Crowd(
                testDescription: "they wait for places", firstSlice: .zero,
                running: ["a", "a", "b"], parked: 8),
            Crowd(
                testDescription: "they wait for threads", firstSlice: .seconds(600),
                running: ["a", "a", "b", "b"], parked: 0),
        ]
    }

    @Test(arguments: Crowd.all)
    func `who has few reads waiting takes the place of one of who has most`(crowd: Crowd) throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(600)
        configuration.firstSlice = crowd.firstSlice
        configuration.waitingSlowReadsMax = 8
        configuration.waitingSlowReadsPerCallerMax = 4
        let database = try makeItems(configuration)
        defer { database.close() }
        let ended = Record<String>()
        func begin(_ name: String) -> @Sendable () -> Void {
            read(SlowLaneTests.endless, on: database, for: .user(name), ended, name)
        }
        for name in crowd.running { _ = begin(name) }
        while database.slowReads.running < crowd.running.count { sched_yield() }
        let places = database.slowLane.places
        while crowd.parked > 0, places.counts.taken < crowd.running.count { sched_yield() }
        for name in ["c", "d", "c", "d", "c", "d", "c", "d"] { _ = begin(name) }
        while places.counts.waiting < crowd.parked || database.slowReads.waiting < 8 {
            sched_yield()
        }
        // Two make way; then he has as many as they have.
        for count in 1...2 {
            _ = begin("few")
            try #require(ended.wait(for: count).last != "few 53400")
            let few = { places.waiting(besides: .user("few")).each }
            while crowd.parked > 0, few() < count { sched_yield() }
        }
        _ = begin("few")
        let refused = ended.wait(for: 3)
        #expect(Set(refused.prefix(2)) == ["c 53400", "d 53400"])
        #expect(refused.dropFirst(2) == ["few 53400"])
    }

    /// Three places, of which one caller, and so one site, has two.
    @Test(arguments: Caller.CrowdKind.allCases)
    func `all of one site leave a place to others`(kind: Caller.CrowdKind) {
        let places = SlowPlaces(placesMax: 3, perCallerMax: 2)
        func take(_ caller: Caller) -> Bool {
            places.take(for: SlowRun(for: caller, hasPlace: false, timeLeft: .max))
        }
        #expect(Caller.crowd(4, kind).map(take) == [true, true, false, false])
        #expect(take(.user("other", at: "198.51.100.7")))
    }

    @Test(arguments: Caller.CrowdKind.allCases)
    func `all of one site never have all the threads`(kind: Caller.CrowdKind) throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(600)
        configuration.firstSlice = .seconds(600)
        let database = try makeItems(configuration)
        defer { database.close() }
        let ended = Record<String>()
        let withdrawals = Caller.crowd(20, kind).map {
            read(SlowLaneTests.endless, on: database, for: $0, ended, "greedy")
        }
        let other = Caller.user("other", at: "198.51.100.7")
        _ = read(Self.short, on: database, for: other, ended, "other")
        #expect(ended.wait(for: 1).first == "other")
        for withdraw in withdrawals { withdraw() }
    }

    @Test func `all of one site have so many reads waiting, and others theirs`() throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.statementTimeout = .seconds(600)
        configuration.waitingSlowReadsPerCallerMax = 2
        configuration.waitingSlowReadsMax = 100
        let database = try makeItems(configuration)
        defer { database.close() }
        let ended = Record<String>()
        let crowd = Caller.crowd(26, .usersOfAddress)
        let withdrawals = crowd.map {
            read(
                SlowLaneTests.endless, on: database, for: $0, ended, "greedy:",
                told: { "\($0.code) \($0.message)" })
        }
        // Eight wait, and those few who run; one may have a thread no longer, and wait as well.
        let refused = ended.wait(for: 26 - 8 - configuration.slowLaneThreads)
        #expect(
            Set(refused)
                == ["greedy: 53400 Too many slow queries from your address are waiting."])
        let other = Caller.user("other", at: "198.51.100.7")
        _ = read(Self.short, on: database, for: other, ended, "other")
        ended.wait("the other's") { $0.contains("other") }
        for withdraw in withdrawals { withdraw() }
    }
}
