import Diagnostics
import Network
import PostgresTestSupport
import Quotas
import Store
import StorePostgresTestSupport
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// Reads that take long, and those of others beside them.
@Suite(.blocking, .needsPostgres, .timeLimit(.minutes(5))) struct SlowReadTests {
    /// A reader of a view whose one row takes the server a while, and of a table of three rows.
    static func user(
        numbers: Int = 800_000, _ configure: (inout ClusterConfiguration) -> Void = { _ in }
    ) throws -> (SampleDatabase, ReaderUser) {
        let (database, user) = try ReaderTests.items(3) { configuration in
            configuration.patience = Patience()
            configuration.lanes[.slow]?.statementTimeout = .seconds(60)
            configure(&configuration)
        }
        try database.client.execute(view(over: numbers))
        return (database, user)
    }

    /// Its row tells the time that statements have on the lane where it is read.
    static func view(over numbers: Int) -> String {
        """
        CREATE OR REPLACE VIEW digests AS
        SELECT count(*) + (SELECT setting::int8 FROM pg_settings WHERE name = 'statement_timeout')
        AS n FROM generate_series(1, \(numbers)) AS g WHERE md5(g::text) = ''
        """
    }

    static let shortLane = #"[{"n":8000}]"#
    static let slowLane = #"[{"n":60000}]"#

    /// Reads the view.
    ///
    /// - Parameter tests: So many are asked of the row besides, which passes.
    static func digests(tests: Int = 0) -> ReadQuery {
        let number = ValueExpression.column("n", of: "t", type: .integer)
        let values = (0..<tests).map { ValueExpression.constant(.integer(Int64($0)), .integer) }
        var select = SelectStatement(
            [.init(number)], from: [.init(.table("digests"), as: "t")],
            where: [.not(.any(values.map { .comparison(.equal, number, $0) }))])
        select.limit = .argument(.integer(9), .integer)
        select.offset = .argument(.integer(0), .integer)
        return ReadQuery(
            select, RowLayout([("n", .integer)]), as: .array(stripsNulls: false), counting: .no,
            windowCount: select, dialect: PostgresDialect())
    }

    @Test(arguments: [1, 2])
    func `a read that takes long holds up none that comes with it or later`(
        connections: Int
    ) async throws {
        let (_, user) = try Self.user { $0.lanes[.read]?.connectionsMax = connections }
        let quick = ReaderTests.query()
        _ = try user.read(quick)
        let slow = Record<Result<RowsAnswer, Problem>>()
        let others = Record<Result<RowsAnswer, Problem>>()
        let digests = Self.digests()
        _ = try user.start(digests, to: slow)
        for _ in 0..<5 { _ = try user.start(quick, to: others) }
        #expect(others.wait(for: 5).allSatisfy { (try? $0.get().rowCount) == 3 })
        for _ in 0..<20 { _ = try user.start(quick, to: others) }
        #expect(others.wait(for: 25).count == 25)
        #expect(slow.all.isEmpty)
        #expect(try #require(slow.wait(for: 1).first).get().text == Self.slowLane)
    }

    @Test func `a plan that took long is read on the slow lane, until it is quick again`()
        async throws
    {
        let (database, user) = try Self.user(numbers: 500_000)
        let digests = Self.digests()
        for _ in 0..<ConnectionLimits.slowRunsMin {
            #expect(try user.read(digests).text == Self.slowLane)
        }
        let begun = user.counts.unitsBegun
        #expect(begun == 2 * ConnectionLimits.slowRunsMin)
        #expect(try user.read(digests).text == Self.slowLane)
        #expect(user.counts.unitsBegun == begun + 1)
        try database.client.execute(Self.view(over: 1))
        _ = await eventually { (try? user.read(digests).text) == Self.shortLane }
        #expect(try user.read(digests).text == Self.shortLane)
    }

    @Test func `a statement that is long to plan is read on the slow lane at once`() throws {
        let (_, user) = try Self.user(numbers: 1)
        // What else the machine does may hold one up.
        let lanes = try (0..<5).map { _ in try user.read(Self.digests(tests: 3)).text }
        #expect(lanes.contains(Self.shortLane))
        let begun = user.counts.unitsBegun
        #expect(try user.read(Self.digests(tests: 1_000)).text == Self.slowLane)
        #expect(user.counts.unitsBegun == begun + 1)
    }

    @Test func `what takes long for one caller is quick for another`() throws {
        let (database, user) = try Self.user(numbers: 500_000)
        let digests = Self.digests()
        let slow = Record<Result<RowsAnswer, Problem>>()
        let quick = Record<Result<RowsAnswer, Problem>>()
        for run in 1...ConnectionLimits.slowRunsMin {
            _ = try user.start(digests, for: .user("slow"), to: slow)
            #expect(try #require(slow.wait(for: run).last).get().text == Self.slowLane)
        }
        try database.client.execute(Self.view(over: 1))
        _ = try user.start(digests, for: .user("quick"), to: quick)
        #expect(try #require(quick.wait(for: 1).first).get().text == Self.shortLane)
        _ = try user.start(digests, for: .user("slow"), to: slow)
        let ends = slow.wait(for: ConnectionLimits.slowRunsMin + 1)
        #expect(try #require(ends.last).get().text == Self.slowLane)
    }

    @Test func `nothing is begun behind a statement that takes long where there is room`()
        async throws
    {
        let (user, holder) = try CancelTests.userBehindLock()
        let slow = user.submit([(CancelTests.waitForLock, .reads)], on: .read)
        #expect(await eventually { user.isHeldUp(.read) })
        for number in 0..<10 { #expect(user.run("select \(number)").value == "\(number)") }
        #expect(slow.all.isEmpty)
        try holder.execute("select pg_advisory_unlock(1)")
        #expect(slow.wait(for: 1).first?.1.succeeded == true)
    }
}

extension PoolUser {
    /// Whether nothing more is begun on a connection of a lane.
    fileprivate func isHeldUp(_ lane: Lane) -> Bool {
        thread.perform { [pool] _ in
            pool.value.state(of: lane).connections.contains(where: \.isHeldUp)
        }
    }
}
