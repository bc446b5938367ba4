import PostgresTestSupport
import PostgresWire
import Quotas
import Store
import StoreTestSupport
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// What is short on a slow lane, beside statements that would keep its connections for good.
@Suite(.blocking, .needsPostgres, .timeLimit(.minutes(5))) struct SlowReserveTests {
    /// A pool whose units may wait for a lock, and a session that has it.
    private static func userBehindLock(
        _ configure: (inout ClusterConfiguration) -> Void = { _ in }
    ) throws -> (PoolUser, PostgresClient) {
        let database = try PostgresServer.shared.makeDatabase()
        let user = try PoolUser(database.url) { configuration in
            for lane in [Lane.slow, .slowWrite] {
                configuration.lanes[lane]?.statementTimeout = .seconds(60)
                configuration.lanes[lane]?.lockTimeout = nil
            }
            configure(&configuration)
        }
        let holder = try database.client()
        try holder.execute("select pg_advisory_lock(1)")
        return (user, holder)
    }

    /// Reads that are at it until the lock is given up.
    private static func longReads(
        _ count: Int = 1, of caller: String, by user: PoolUser
    ) -> Record<(Int, Answer)> {
        user.submit(
            Array(repeating: (CancelTests.waitForLock, .reads), count: count), on: .slow,
            for: .user(caller), within: .seconds(60))
    }

    private static func shortRead(
        of caller: String, by user: PoolUser, on lane: Lane = .slow
    ) -> Answer? {
        user.submit([("select 1", .reads)], on: lane, for: .user(caller)).wait(for: 1).first?.1
    }

    @Test func `one caller's long reads leave a connection to the others`() throws {
        let (user, holder) = try Self.userBehindLock()
        let greedy = Self.longReads(3, of: "greedy", by: user)
        #expect(Self.shortRead(of: "other", by: user)?.value == "1")
        #expect(greedy.all.isEmpty)
        #expect(user.counts.unitsBegun == 2, "two of the three wait for their own caller's")
        try holder.execute("select pg_advisory_unlock(1)")
        #expect(greedy.wait(for: 3).allSatisfy { $0.1.succeeded })
    }

    @Test func `one caller's reads alone take no connection that is kept for others`() throws {
        let (user, holder) = try Self.userBehindLock()
        let greedy = Self.longReads(3, of: "greedy", by: user)
        user.run("select 1")
        #expect(user.open(.slow) == 1)
        try holder.execute("select pg_advisory_unlock(1)")
        #expect(greedy.wait(for: 3).allSatisfy { $0.1.succeeded })
    }

    @Test func `long reads of several callers hold up no short one, and are read in the end`()
        throws
    {
        let (user, holder) = try Self.userBehindLock()
        let long = ["ann", "bob", "cat"].map { Self.longReads(of: $0, by: user) }
        #expect(Self.shortRead(of: "other", by: user)?.value == "1")
        #expect(Self.shortRead(of: "another", by: user)?.value == "1")
        #expect(long.allSatisfy { $0.all.isEmpty })
        #expect(user.open(.slow) == 2)
        try holder.execute("select pg_advisory_unlock(1)")
        for record in long { #expect(record.wait(for: 1).first?.1.succeeded == true) }
        #expect(user.counts.cancels >= 2, "those of two have had a moment, and then waited")
    }

    @Test func `sixty-four clients of one address wait for a lock, and all are answered`() throws {
        let (user, holder) = try Self.userBehindLock()
        let clients = Self.longReads(64, of: "everybody", by: user)
        #expect(Self.shortRead(of: "other", by: user)?.value == "1")
        #expect(clients.all.isEmpty)
        try holder.execute("select pg_advisory_unlock(1)")
        #expect(clients.wait(for: 64).allSatisfy { $0.1.succeeded })
    }

    @Test func `a long read's connection is had from lanes that have several`() throws {
        let (user, holder) = try Self.userBehindLock { $0.connectionsMax = 3 }
        user.run("select 1", on: .write)
        let writes = user.submit(
            (0..<400).map { _ in ("select pg_sleep(0.01)", .writes) }, on: .write,
            within: .seconds(60))
        let long = Self.longReads(of: "greedy", by: user)
        #expect(Self.shortRead(of: "other", by: user)?.value == "1")
        #expect(long.all.isEmpty && writes.all.count < 400)
        try holder.execute("select pg_advisory_unlock(1)")
        #expect(long.wait(for: 1).first?.1.succeeded == true)
        #expect(writes.wait(for: 400).allSatisfy { $0.1.succeeded })
    }

    /// A write that is lost with its connection is not run again, so that nothing else has those
    /// that wait looked at.
    @Test func `what waits for its caller's only connection goes on when that is lost`() throws {
        let (user, holder) = try Self.userBehindLock()
        let writes = user.submit(
            [(CancelTests.waitForLock, .writes), ("select 2", .writes)], on: .slowWrite,
            for: .user("greedy"))
        #expect(Self.shortRead(of: "other", by: user, on: .slowWrite)?.value == "1")
        #expect(user.open(.slowWrite) == 2 && writes.all.isEmpty)
        try holder.execute(
            """
            do $$ begin loop
                perform pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock';
                exit when found;
                perform pg_stat_clear_snapshot();
            end loop; end $$
            """)
        let ends = writes.wait(for: 2).map(\.1)
        #expect(ends.map(\.succeeded) == [false, true])
        #expect(ends.last?.value == "2")
    }

    @Test func `bodies of many rows take no connection that short writes have`() throws {
        let stage = try PostgresStage(.shared)
        let holder = try stage.client()
        try holder.execute("BEGIN; LOCK TABLE members")
        let told = Record<String>()
        let insert = stage.writes.prepare(InsertProgram(into: ProgramStage.members))
        for number in 0..<8 {
            let names = (0...WriteLimits.smallRowsMax).map { "\(number)-\($0)" }
            _ = insert.run(
                NewRows(names.map { NewRow([.text($0)]) }), Operands(), .none, for: .user("greedy")
            ) { told.append(summary($0)) }
        }
        #expect(Self.shortRead(of: "other", by: stage.user, on: .write)?.value == "1")
        #expect(told.all.isEmpty && stage.user.open(.write) == 1)
        try holder.execute("COMMIT")
        #expect(Set(told.wait(for: 8)) == ["1001 written, 1001 new"])
    }

    @Test func `long writes of several callers hold up no short one, and are done once each`()
        async throws
    {
        let stage = try PostgresStage(.shared) { $0.lanes[.slowWrite]?.connectionsMax = 2 }
        let holder = try stage.client()
        try holder.execute(
            """
            CREATE TABLE changes (id int8);
            CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO changes VALUES (NEW.id); RETURN NULL; END';
            CREATE TRIGGER changed AFTER UPDATE ON notes FOR EACH ROW
            EXECUTE FUNCTION note_change()
            """)
        try holder.execute("BEGIN; SELECT FROM notes WHERE id = 1 FOR UPDATE")
        let told = Record<String>()
        let update = stage.writes.prepare(TargetCases.update(TargetCases.ofAnn))
        for caller in ["ann", "bob", "cat"] {
            _ = update.run(
                TargetCases.five, on: nil, Operands(), .none, for: .user(caller)
            ) { told.append(summary($0)) }
        }
        _ = await eventually { stage.user.isCrowded(.slowWrite) }
        #expect(Self.shortRead(of: "other", by: stage.user, on: .slowWrite)?.value == "1")
        #expect(told.all.isEmpty)
        try holder.execute("COMMIT")
        #expect(told.wait(for: 3) == Array(repeating: "1 written, 0 new", count: 3))
        #expect(try holder.value("SELECT string_agg(id::text, ' ') FROM changes") == "1 1 1")
    }
}

extension PoolUser {
    /// Whether units wait for a lane that has two connections.
    fileprivate func isCrowded(_ lane: Lane) -> Bool {
        guard let counts = counts.lanes[lane] else { return false }
        return counts.open == 2 && counts.waiting > 0
    }
}
