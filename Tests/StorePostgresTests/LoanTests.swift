import Network
import PostgresTestSupport
import PostgresWire
import TestSupport
import Testing

@testable import StorePostgres

@Suite(.blocking, .needsPostgres) struct LoanTests {
    static let time = Duration.seconds(8)

    @Test func `a thread runs a transaction of several round trips`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try PoolUser(database.url)
        let connection = try user.access.borrow(within: Self.time)
        try connection.run(script: "create table t (a int)", within: Self.time)
        let insert = StatementShape("insert into t values ($1)", parameters: [.int4])
        #expect(
            try connection.run(script: "begin", within: Self.time) == .inTransaction)
        for number in 1...3 {
            try connection.run(.writes, within: Self.time) { session, unit in
                session.execute(insert, in: unit) { $0.int4(Int32(number)) }
            }
        }
        #expect(user.run("select count(*) from t").value == "0")
        #expect(try connection.run(script: "commit", within: Self.time) == .idle)
        #expect(user.run("select count(*) from t").value == "3")
    }

    @Test func `a borrower may set what the server reports, for itself`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try PoolUser(database.url)
        let connection = try user.access.borrow(within: Self.time)
        for setting in ["TimeZone = 'Europe/Berlin'", "search_path = pg_catalog"] {
            try connection.run(script: "set \(setting)", within: Self.time)
            try connection.run(script: "select 1", within: .seconds(2))
        }
        connection.giveBack(.forOthers)
        let next = try user.access.borrow(within: Self.time)
        try next.run(script: "create table t ()", within: Self.time)
        #expect(user.run("show TimeZone").value == "UTC")
        #expect(user.run("select to_regclass('public.t') is not null").value == "t")
    }

    @Test func `an error leaves the transaction to whoever has begun it`() throws {
        let user = try PoolUser(try PostgresServer.shared.url())
        let connection = try user.access.borrow(within: Self.time)
        try connection.run(script: "begin", within: Self.time)
        let failure = #expect(throws: UnitFailure.self) {
            try connection.run(script: "select 1/0", within: Self.time)
        }
        guard case .server(let error, step: 0) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(error.sqlState.text == "22012")
        #expect(throws: UnitFailure.self) {
            try connection.run(script: "select 1", within: Self.time)
        }
        #expect(try connection.run(script: "rollback", within: Self.time) == .idle)
    }

    @Test func `a connection that is given back is in no transaction`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[.exclusive]?.connectionsMax = 1
        }
        let first = try user.access.borrow(within: Self.time)
        try first.run(script: "begin; select 1", within: Self.time)
        first.giveBack()
        let second = try user.access.borrow(within: Self.time)
        #expect(try second.run(script: "select 2", within: Self.time) == .idle)
        #expect(user.counts.connects == 1)
        second.giveBack(.closed)
        _ = try user.access.borrow(within: Self.time)
        #expect(user.counts.connects == 2 && user.counts.losses == 0)
    }

    @Test func `one that is to be closed is, though its pool has been closed meanwhile`()
        async throws
    {
        let user = try PoolUser(try PostgresServer.shared.url())
        let connection = try user.access.borrow(within: Self.time)
        try connection.run(script: "begin; select 1", within: Self.time)
        user.thread.perform { [pool = user.pool] _ in pool.value.close() }
        connection.giveBack(.closed)
        #expect(await eventually { user.open(.exclusive) == 0 })
    }

    @Test func `one that is dropped is closed, and its transaction rolled back`() async throws {
        let database = try PostgresServer.shared.makeDatabase()
        try database.client().execute("create table t (a int)")
        let user = try PoolUser(database.url)
        do {
            let connection = try user.access.borrow(within: Self.time)
            try connection.run(script: "begin", within: Self.time)
            try connection.run(script: "insert into t values (1)", within: Self.time)
        }
        #expect(await eventually { user.open(.exclusive) == 0 })
        #expect(user.run("select count(*) from t").value == "0")
    }

    /// Its first statement counts the times that it runs, whatever becomes of them.
    static let conflict = """
        select nextval('runs'); select pg_advisory_xact_lock(1);
        do $$ begin raise sqlstate '40P01'; end $$
        """

    @Test(arguments: [LentConnection.Return.forOthers, .closed])
    func `what runs when it is given back is not run again elsewhere`(
        how: LentConnection.Return
    ) async throws {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try PoolUser(database.url)
        let holder = try database.client()
        try holder.execute("create sequence runs")
        try holder.execute("select pg_advisory_lock(1)")
        let lent = Record<LoopBound<LentConnection>>()
        let failures = Record<UnitFailure>()
        user.thread.perform { [pool = user.pool] loop in
            pool.value.lend(within: Self.time) { result in
                guard case .success(let connection) = result else { return }
                let unit = PostgresUnit(.writes, script: Self.conflict) { result in
                    if case .failure(let failure) = result { failures.append(failure) }
                }
                connection.submit(unit, within: Self.time)
                lent.append(LoopBound(connection, on: loop))
            }
        }
        lent.wait(for: 1)
        let waiting = """
            select count(*) from pg_locks join pg_database on pg_database.oid = database
            where datname = current_database() and locktype = 'advisory' and not granted
            """
        #expect(await eventually { user.run(waiting).value == "1" })
        user.thread.perform { _ in lent.all[0].value.giveBack(how) }
        try holder.execute("select pg_advisory_unlock(1)")
        failures.wait(for: 1)
        #expect(user.run("select last_value from runs").value == "1")
    }

    @Test func `who cannot be lent one in time is told`() throws {
        let user = try PoolUser(try PostgresServer.shared.url()) {
            $0.lanes[.exclusive]?.connectionsMax = 1
        }
        let first = try user.access.borrow(within: Self.time)
        #expect(throws: UnitFailure.timedOut) {
            try user.access.borrow(within: .milliseconds(50))
        }
        try first.run(script: "select 1", within: Self.time)
    }

    @Test func `a session that listens hears`() throws {
        let server = try PostgresServer.shared
        let user = try PoolUser(server.url())
        let heard = Record<String>()
        let lent = Record<LoopBound<LentConnection>>()
        user.thread.perform { [pool = user.pool] loop in
            pool.value.lend(within: Self.time) { result in
                guard case .success(let connection) = result else { return }
                connection.onNotification = { heard.append("\($0.channel) \($0.payload)") }
                connection.onEnd = { heard.append("over") }
                let unit = PostgresUnit(.reads, script: "listen apus_test") { _ in
                    heard.append("listening")
                }
                connection.submit(unit, within: Self.time)
                lent.append(LoopBound(connection, on: loop))
            }
        }
        heard.wait(for: 1)
        try server.client().execute("notify apus_test, 'now'")
        #expect(heard.wait(for: 2) == ["listening", "apus_test now"])
        let process = user.thread.perform { _ in lent.all[0].value.processID }
        try server.client().execute("select pg_terminate_backend(\(process ?? 0))")
        #expect(heard.wait(for: 3).last == "over")
        user.thread.perform { _ in lent.all[0].value.giveBack(.closed) }
    }

    @Test func `a thread runs one unit on a lane`() throws {
        let user = try PoolUser(try PostgresServer.shared.url())
        let shape = textual("select 6 * 7")
        let rows = Rows()
        let take = { (_: Int, row: DataRow) in rows.take(row) }
        try user.access.run(.reads, on: .read, within: Self.time, row: take) { session, unit in
            session.execute(shape, in: unit, columns: .never)
        }
        #expect(rows.rows == [["42"]])
    }

    @Test func `waiting for a loop on its own thread is refused`() async {
        await #expect(processExitsWith: .failure) {
            let target = try ConnectionTarget("postgres://apus@/nowhere?host=/nowhere")
            let cluster = PostgresCluster(
                ClusterConfiguration(target), resolver: Resolver(), log: { _ in })
            let thread = try LoopThread(index: 0, name: "test loop")
            thread.perform { loop in
                let pool = PostgresPool(cluster, on: loop)
                _ = try? pool.access.borrow(within: .seconds(1))
            }
        }
    }
}
