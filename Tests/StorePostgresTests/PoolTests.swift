import Quotas
import Network
import PostgresTestSupport
import PostgresWire
import TestSupport
import Synchronization
import Testing

@testable import StorePostgres

@Suite(.blocking, .needsPostgres) struct PoolTests {
    @Test func `a thousand reads submitted at once are answered in order`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[.read]?.connectionsMax = 1
            $0.patience = .endless
        }
        let units = (0..<1000).map {
            (sql: "select \($0 % 10) * 100 + \($0 / 10)", effect: PostgresUnit.Effect.reads)
        }
        let ended = user.submit(units, on: .read).wait(for: 1000)
        #expect(ended.map(\.0) == Array(0..<1000))
        for (index, answer) in ended {
            #expect(answer.value == "\(index % 10 * 100 + index / 10)" && answer.succeeded)
        }
        #expect(user.counts.connects == 1)
    }

    @Test func `lanes are set up for what they are used for`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try PoolUser(database.url)
        #expect(user.run("create table t (a int)", on: .read).code == "25006")
        #expect(user.run("create table t (a int)", on: .write).succeeded)
        #expect(user.run("insert into t values (1)", on: .slow, .writes).code == "25006")
        #expect(user.run("show statement_timeout").value == "8s")
        #expect(user.run("show statement_timeout", on: .slow).value == "8s")
        #expect(user.run("show lock_timeout", on: .write).value == "2s")
        #expect(user.run("show idle_in_transaction_session_timeout", on: .write).value == "10s")
        #expect(user.run("show application_name").value == "apus")
        #expect(user.run("show timezone").value == "UTC")
        let exclusive = try user.access.borrow(within: .seconds(5))
        let rows = Rows()
        try exclusive.run(script: "show statement_timeout", within: .seconds(5)) { _, row in
            rows.take(row)
        }
        #expect(rows.rows == [["0"]])
    }

    @Test(arguments: [Lane.read, .slow, .write])
    func `no statement is compiled to machine code`(lane: Lane) throws {
        // For some the compiler takes seconds, and a new connection begins anew.
        let user = try PoolUser(try PostgresServer.shared.url())
        #expect(user.run("show jit", on: lane).value == "off")
    }

    @Test func `an error is its unit's own, and those behind it go on`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[.read]?.connectionsMax = 1
        }
        let ended = user.submit(
            [("select 1", .reads), ("select 1/0", .reads), ("select 3", .reads)], on: .read
        ).wait(for: 3)
        #expect(ended.map { $0.1.value } == ["1", nil, "3"])
        #expect(ended[1].1.code == "22012")
    }

    @Test func `a connection whose unit leaves a transaction open is put in order`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[.write]?.connectionsMax = 1
        }
        #expect(user.run("begin", on: .write).result == .success(.inTransaction))
        #expect(user.run("select pg_current_xact_id_if_assigned() is null", on: .write).succeeded)
        #expect(user.run("select 1", on: .write).result == .success(.idle))
    }

    @Test func `a queue that is full refuses`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[.write]?.connectionsMax = 1
            $0.waitingMax = 2
        }
        let units = [(sql: String, effect: PostgresUnit.Effect)](
            repeating: ("select pg_sleep(0.05)", .writes), count: 4)
        user.run("select 1", on: .write)
        let ended = user.submit(units, on: .write).wait(for: 4)
        #expect(ended.first?.1.failure == .queueFull(.inAll) && ended.first?.0 == 3)
        // Behind one that takes long another connection is opened: what comes then comes at once.
        #expect(ended.dropFirst().map(\.0).sorted() == [0, 1, 2])
        #expect(ended.dropFirst().allSatisfy { $0.1.succeeded })
    }

    @Test(arguments: [Lane.read, .write])
    func `who comes with one does not wait for all of another's`(lane: Lane) throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[lane]?.connectionsMax = 1
        }
        user.run("select 1", on: lane)
        let units = [(sql: String, effect: PostgresUnit.Effect)](
            repeating: ("select pg_sleep(0.001)", lane == .write ? .writes : .reads), count: 300)
        let ended = Record<(Int, Answer)>()
        _ = user.submit(units, on: lane, for: .user("greedy"), to: ended)
        let modest = user.submit(
            [("select 1", lane == .write ? .writes : .reads)], on: lane, for: .user("modest"))
        #expect(modest.wait(for: 1).first?.1.succeeded == true)
        #expect(ended.all.count < 100)
        _ = ended.wait(for: 300)
    }

    @Test func `who has too many waiting is refused, others are not`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[.write]?.connectionsMax = 1
            $0.waitingPerCallerMax = 2
        }
        user.run("select 1", on: .write)
        let units = [(sql: String, effect: PostgresUnit.Effect)](
            repeating: ("select pg_sleep(0.05)", .writes), count: 4)
        let greedy = user.submit(units, on: .write, for: .user("greedy"))
        let modest = user.submit([("select 1", .writes)], on: .write, for: .user("modest"))
        #expect(modest.wait(for: 1).first?.1.succeeded == true)
        let ended = greedy.wait(for: 4)
        #expect(ended.first?.1.failure == .queueFull(.ofShare) && ended.first?.0 == 3)
        #expect(user.counts.refused == RefusalCounts(ofCaller: 1))
    }

    @Test(arguments: [true, false])
    func `slow units are refused for what is used up, the caller's share or all`(
        isOfCaller: Bool
    ) throws {
        let user = try PoolUser(try PostgresServer.shared.url())
        user.cluster.slowUnits.withLock { shares in
            for number in 0..<ConnectionLimits.slowUnitsMax {
                _ = try? shares.take(
                    for: .user(isOfCaller ? "late" : "\(number)"), within: ShareBounds()
                ) {}
            }
        }
        let ended = user.submit([("select 1", .reads)], on: .slow, for: .user("late"))
        #expect(ended.wait(for: 1).first?.1.succeeded == false)
        let refused = isOfCaller ? RefusalCounts(ofCaller: 1) : RefusalCounts(inAll: 1)
        #expect(user.counts.refused == refused)
    }

    @Test func `who has few slow units takes the place of one of who has most`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[.slow]?.connectionsMax = 1
            $0.slowUnitsMax = 8
            $0.slowUnitsPerCallerMax = 4
        }
        let holder = try user.access.borrow(within: .seconds(60))
        try holder.run(script: "select pg_advisory_lock(8271143)", within: .seconds(60)) { _, _ in }
        let first: (sql: String, effect: PostgresUnit.Effect) = (
            "select pg_advisory_xact_lock_shared(8271143)", .reads
        )
        let units = [first] + Array(repeating: ("select 1", .reads), count: 3)
        let greedy = ["a", "b"].map {
            user.submit(units, on: .slow, for: .user($0), within: .seconds(60))
        }
        let few = user.submit([("select 1", .reads)], on: .slow, for: .user("few"))
        try holder.run(script: "select pg_advisory_unlock(8271143)", within: .seconds(60)) { _, _ in }
        #expect(few.wait(for: 1).first?.1.value == "1")
        let ended = greedy.map { $0.wait(for: 4) }
        let refused = ended.joined().filter { $0.1.failure == .slowQueueFull(.inAll) }
        #expect(refused.map(\.0) == [3], "the last one of one of them")
        #expect(ended.joined().count(where: \.1.succeeded) == 7)
        #expect(user.counts.refused == RefusalCounts(inAll: 1))
    }

    @Test func `what was withdrawn takes no place in the queue`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[.write]?.connectionsMax = 1
            $0.waitingMax = 2
        }
        user.run("select 1", on: .write)
        let units = [(sql: String, effect: PostgresUnit.Effect)](
            repeating: ("select pg_sleep(0.05)", .writes), count: 3)
        let record = user.submit(units, on: .write) { tokens in
            tokens[1].withdraw()
            tokens[2].withdraw()
        }
        let others = user.submit([("select 1", .writes), ("select 2", .writes)], on: .write)
        #expect(Set(others.wait(for: 2).map { $0.1.value }) == ["1", "2"])
        #expect(record.wait(for: 1).map(\.0) == [0])
    }

    @Test func `an idle connection is closed, and opened again when it is needed`() async throws {
        let user = try PoolUser(try PostgresServer.shared.url()) { $0.idleTime = .milliseconds(50) }
        #expect(user.run("select 1").value == "1")
        #expect(await eventually { user.open(.read) == 0 })
        #expect(user.run("select 2").value == "2")
        #expect(user.counts.connects == 2 && user.counts.losses == 0)
    }

    @Test func `an answer that is too large is cancelled`() throws {
        let user = try PoolUser(try PostgresServer.shared.url())
        let answer = user.run(
            "select repeat('x', 1000) from generate_series(1, 1000000)", bytesMax: 100_000)
        #expect(answer.failure == .answerTooLarge(bytesMax: 100_000, isCommitted: false))
        #expect(answer.rows.count == 99)
        #expect(user.run("select 1").value == "1")
        let write = user.run(
            "select repeat('x', 1000) from generate_series(1, 3)", on: .write, bytesMax: 2_500)
        #expect(write.failure == .answerTooLarge(bytesMax: 2_500, isCommitted: true))
    }

    @Test func `a write whose answer is one row beyond all bounds is told for what it is`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        // One, that the next write does not take another while this one reads to the end.
        let user = try PoolUser(database.url) { $0.lanes[.write]?.connectionsMax = 1 }
        user.run("create table t (a text)", on: .write)
        let insert = "insert into t values (repeat('x', 70000000)) returning a"
        let failure = user.run(insert, on: .write).failure
        guard case .answerTooLarge(bytesMax: 64 << 20, let isCommitted) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        let count = user.run("select count(*) from t", on: .write).value
        #expect(count == (isCommitted ? "1" : "0"))
        #expect(user.counts.losses == 0 && user.counts.connects == 1)
    }

    @Test func `a value that cannot be written fails its unit alone`() throws {
        let user = try PoolUser(try PostgresServer.shared.url())
        let record = Record<Result<TransactionStatus, UnitFailure>>()
        let shape = StatementShape("select $1::time", parameters: [.time])
        user.thread.perform { [pool = user.pool] _ in
            let unit = PostgresUnit(
                .reads,
                steps: { (session, unit) throws(FormatFault) in
                    try session.execute(shape, in: unit) { (fields) throws(FormatFault) in
                        try fields.time(-1)
                    }
                },
                completion: { record.append($0) })
            pool.value.submit(unit, on: .read, within: .seconds(5))
        }
        #expect(record.wait(for: 1) == [.failure(.value(.outOfRange(.time)))])
        #expect(user.run("select 1").value == "1")
    }

    @Test func `a foreign setting closes the connection`() async throws {
        let user = try PoolUser(try PostgresServer.shared.url())
        #expect(user.run("set timezone = 'Europe/Paris'", on: .write).succeeded)
        user.hear("a foreign hand") { if case .foreignHand = $0 { true } else { false } }
        #expect(user.run("show timezone", on: .write).value == "UTC")
    }

    @Test func `a closed pool refuses, and lets what runs finish`() throws {
        let user = try PoolUser(try PostgresServer.shared.url())
        user.run("select 1", on: .write)
        let running = user.submit([("select pg_sleep(0.1)", .writes)], on: .write)
        user.thread.perform { [pool = user.pool] _ in pool.value.close() }
        #expect(user.run("select 1").failure == .stopped)
        #expect(running.wait(for: 1).first?.1.succeeded == true)
    }

    @Test func `a plan that is out of date is made anew`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try PoolUser(database.url)
        let client = try database.client()
        try client.execute("create table t (a int); insert into t values (1)")
        #expect(user.run("select a from t").value == "1")
        try client.execute("alter table t alter a type text using 'x' || a")
        #expect(user.run("select a from t").value == "x1")
    }

    @Test func `what another was in the way of is run again`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try PoolUser(database.url)
        // A sequence keeps its count when a transaction is rolled back.
        try database.client().execute(
            """
            create sequence attempts;
            create function fail(count int, code text) returns bigint language plpgsql as $$
            begin
              if nextval('attempts') <= count then
                raise exception 'in the way' using errcode = code;
              end if;
              return currval('attempts');
            end $$
            """)
        #expect(user.run("select fail(4, '40001')", on: .write).value == "5")
        #expect(user.counts.unitsRepeated == 4)
        #expect(user.run("select fail(9, '40P01')", on: .write).value == "10")
        #expect(user.run("select fail(15, '55P03')", on: .write).code == "55P03")
        // Who could not have a lock has waited for it.
        #expect(user.run("select nextval('attempts')", on: .write).value == "12")
        #expect(user.run("select fail(17, '23505')", on: .write).code == "23505")
    }

    @Test(arguments: Caller.CrowdKind.allCases)
    func `all of a site have the slow units of four of them`(kind: Caller.CrowdKind) {
        var units = SlowUnits()
        let crowd = Caller.crowd(26, kind)
        let other = Caller.user("other", at: "198.51.100.7")
        func take(_ caller: Caller) -> Bool {
            (try? units.take(for: caller, within: ShareBounds(total: 9, each: 2)) {}) != nil
        }
        #expect(crowd.count { take($0) } == 7)
        #expect((0..<3).map { _ in take(other) } == [true, true, false])
        // All are taken: the site that has most gives way, and to none of its own.
        #expect(take(.user("third", at: "198.51.100.8")) && units.total == 9)
        #expect(!take(crowd[25]))
    }

    @Test func `all of a site have so many units waiting, and others theirs`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[.write]?.connectionsMax = 1
            $0.waitingPerCallerMax = 1
            $0.waitingMax = 9
        }
        user.run("select 1", on: .write)
        let units: [(sql: String, effect: PostgresUnit.Effect)] = [("select pg_sleep(0.05)", .writes)]
        let crowd = Caller.crowd(7, .usersOfAddress).map { user.submit(units, on: .write, for: $0) }
        let other = user.submit(
            [("select 1", .writes)], on: .write, for: .user("other", at: "198.51.100.7"))
        #expect(other.wait(for: 1).first?.1.succeeded == true)
        let refused = crowd.count { $0.wait(for: 1).first?.1.failure == .queueFull(.ofSite) }
        // One runs, and four wait.
        #expect(refused == 2 && user.counts.refused == RefusalCounts(ofCaller: 2))
    }
}
