import Diagnostics
import Network
import PostgresTestSupport
import PostgresWire
import Quotas
import Store
import StorePostgresTestSupport
import StoreTestSupport
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// Tables that somebody holds locked: who wants them is told soon, and nobody else notices.
@Suite(.blocking, .needsPostgres, .timeLimit(.minutes(5))) struct LockTests {
    /// The programs of a pool of its own, whose writes wait for a lock for a time.
    private static func writes(
        _ stage: PostgresStage, waiting time: Duration
    ) throws -> (PoolUser, PostgresWrites) {
        let user = try PoolUser(stage.database.url) {
            $0.lanes[.write]?.statementTimeout = .seconds(60)
            $0.lanes[.write]?.lockTimeout = time
            $0.lanes[.slowWrite]?.lockTimeout = time
        }
        let writes = user.thread.perform { _ in
            PostgresWrites(user.pool.value, PostgresDialect(), timeout: .seconds(60))
        }
        return (user, writes)
    }

    private static func insert(
        _ count: Int64, by writes: PostgresWrites, to told: Record<WriteOutcome>
    ) {
        let program = writes.prepare(InsertCases.insert())
        for id in 1...count {
            let row = NewRows([InsertCases.row(id + 100, "s\(id)", -id, "ann")])
            _ = program.run(row, Operands(), .none, for: .server) { told.append($0) }
        }
    }

    @Test func `who waits for a lock for too long is told once`() throws {
        let stage = try PostgresStage()
        let (user, writes) = try Self.writes(stage, waiting: .milliseconds(300))
        let holder = try stage.client()
        try holder.execute("BEGIN; LOCK TABLE notes")
        let told = Record<WriteOutcome>()
        Self.insert(1, by: writes, to: told)
        guard case .failure(.failed(let problem))? = told.wait(for: 1).first else {
            Issue.record("\(told.all)")
            return
        }
        #expect(problem.code == "55P03" && problem.status == 503)
        #expect(problem.retryAfterSeconds == 1)
        #expect(user.counts.unitsBegun == 1 && user.counts.unitsRepeated == 0)
    }

    @Test func `those that have waited behind for as long are told the same`() throws {
        let stage = try PostgresStage()
        let (user, writes) = try Self.writes(stage, waiting: .milliseconds(500))
        let holder = try stage.client()
        try holder.execute("BEGIN; LOCK TABLE notes")
        let told = Record<WriteOutcome>()
        Self.insert(40, by: writes, to: told)
        let codes = Set(told.wait(for: 40).map(summary))
        #expect(codes == ["failed 55P03"])
        #expect(user.counts.unitsBegun < 20)
    }

    @Test func `writes to other tables go on while one is locked`() throws {
        let stage = try PostgresStage()
        let (user, writes) = try Self.writes(stage, waiting: .seconds(20))
        let holder = try stage.client()
        try holder.execute("BEGIN; LOCK TABLE notes")
        let notes = Record<WriteOutcome>()
        Self.insert(12, by: writes, to: notes)
        let members = Record<WriteOutcome>()
        let member = writes.prepare(InsertProgram(into: ProgramStage.members))
        for name in ["cat", "dan", "eve"] {
            let row = NewRows([NewRow([.text(name)])])
            _ = member.run(row, Operands(), .none, for: .server) { members.append($0) }
        }
        #expect(members.wait(for: 3).map(summary) == Array(repeating: "1 written, 1 new", count: 3))
        #expect(notes.all.isEmpty)
        try holder.execute("COMMIT")
        #expect(Set(notes.wait(for: 12).map(summary)) == ["1 written, 1 new"])
        #expect(user.open(.write) <= 4)
    }

    @Test func `a transaction waits for a lock no longer than a write`() async throws {
        let place = try PostgresServer.shared.makeDatabase()
        try place.client().execute("CREATE TABLE a (id int PRIMARY KEY)")
        var cluster = ClusterConfiguration(try ConnectionTarget(place.url))
        cluster.lanes[.write]?.lockTimeout = .milliseconds(500)
        let database = try PostgresDatabase.open(PostgresConfiguration(cluster)) { _ in }
        defer { database.close() }
        let holder = try place.client()
        try holder.execute("BEGIN; LOCK TABLE a")
        let codes = await withTaskGroup(of: String.self) { group in
            for id in 0..<12 {
                group.addTask {
                    do throws(Problem) {
                        try await database.write(.first, for: .server) {
                            transaction throws(Problem) in
                            try worded { () throws(DatabaseError) in
                                _ = try transaction.run("INSERT INTO a VALUES (\(Int64(id)))")
                            }
                        }
                        return "done"
                    } catch {
                        return "\(error.code) \(error.retryAfterSeconds ?? 0)"
                    }
                }
            }
            return await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(codes == ["55P03 1"])
        try holder.execute("COMMIT")
        try await database.write(.first, for: .server) { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in
                let settings = try transaction.rows(
                    "SELECT current_setting('statement_timeout')", as: [.text])
                #expect(settings == [[.text("8s")]])
            }
        }
    }
}
