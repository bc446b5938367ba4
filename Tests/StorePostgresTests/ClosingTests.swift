import Diagnostics
import Foundation
import PostgresTestSupport
import PostgresWire
import Store
import Quotas
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// What a database refuses: what it has no room for, and what is still there when it closes.
@Suite(.blocking, .needsPostgres) struct ClosingTests {
    private let place: TestDatabase

    init() throws {
        place = try PostgresServer.shared.makeDatabase()
        try place.client().execute("CREATE TABLE a (id int PRIMARY KEY)")
    }

    private func open() throws -> PostgresDatabase {
        let cluster = ClusterConfiguration(try ConnectionTarget(place.url))
        let configuration = PostgresConfiguration(cluster, statementTimeout: .seconds(25))
        return try PostgresDatabase.open(configuration) { _ in }
    }

    /// Begins a look-up on a thread of the engine.
    private func look(
        in database: PostgresDatabase, to answers: Record<Result<Int, Problem>>,
        _ body: @escaping @Sendable (any RowSource) throws(Problem) -> Int
    ) throws -> @Sendable () -> Void {
        guard case .mustWait(let read) = try database.reading(body) else { return {} }
        return read.start { answers.append($0) }
    }

    @Test func `a transaction that does not end is cut off when the time to close is over`()
        throws
    {
        let database = try open()
        let holder = try place.client()
        try holder.execute("BEGIN; LOCK TABLE a")
        let answers = Record<Result<Int, Problem>>()
        _ = try look(in: database, to: answers) { rows throws(Problem) in
            try worded { () throws(DatabaseError) in
                try rows.rows("SELECT id FROM a", as: [.integer32]).count
            }
        }
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'a'::regclass"
        while try holder.value(waiting) == "0" { usleep(1000) }
        let time = ContinuousClock().measure { database.close(within: .milliseconds(100)) }
        #expect(time < .seconds(15))
        guard case .failure(let problem)? = answers.wait(for: 1).first else {
            Issue.record("the look-up has succeeded")
            return
        }
        #expect(problem.status == 503)
    }

    @Test func `reads that find no room are told of reads`() throws {
        let database = try open()
        defer { database.close() }
        let (gate, begun) = (Gate(), Record<Int>())
        let answers = Record<Result<Int, Problem>>()
        var withdrawals: [@Sendable () -> Void] = []
        for count in 0...(DatabaseBounds.threads + DatabaseBounds.waiting.total) {
            withdrawals.append(
                try look(in: database, to: answers) { _ throws(Problem) in
                    begun.append(0)
                    gate.pass()
                    return 1
                })
            if count < DatabaseBounds.threads { _ = begun.wait(for: count + 1) }
        }
        guard case .failure(let problem)? = answers.wait(for: 1).first else {
            Issue.record("the first answer is a success")
            return
        }
        #expect(problem.code == "53400" && problem.message == "Too many reads are waiting.")
        #expect(database.transactions.refused == RefusalCounts(inAll: 1))
        for withdraw in withdrawals { withdraw() }
        gate.open()
        #expect(answers.wait(for: withdrawals.count).count == withdrawals.count)
    }

    @Test func `nobody has all places, and there are some for others`() throws {
        let database = try open()
        defer { database.close() }
        let (gate, begun) = (Gate(), Record<Int>())
        let answers = Record<Result<Int, Problem>>()
        var withdrawals: [@Sendable () -> Void] = []
        func look(for caller: Caller) throws {
            let reading = try database.reading(for: caller) { _ throws(Problem) in
                begun.append(0)
                gate.pass()
                return 1
            }
            guard case .mustWait(let read) = reading else { return }
            withdrawals.append(read.start { answers.append($0) })
        }
        for count in 1...DatabaseBounds.threads {
            try look(for: .user("greedy"))
            _ = begun.wait(for: count)
        }
        for _ in 0..<DatabaseBounds.waiting.total { try look(for: .user("greedy")) }
        let refused = answers.all.count
        #expect(refused > DatabaseBounds.waiting.total / 2)
        try look(for: .user("another"))
        #expect(answers.all.count == refused)
        #expect(database.transactions.refused == RefusalCounts(ofCaller: refused))
        for withdraw in withdrawals { withdraw() }
        gate.open()
        #expect(answers.wait(for: withdrawals.count).count == withdrawals.count)
    }
}
