import Bytes
import Glibc
import Network
import PostgresTestSupport
import PostgresWire
import Quotas
import TestSupport
import Testing

@testable import StorePostgres

/// What came of a unit: its rows as text, and its end.
struct Answer: Sendable {
    var rows: [[String?]] = []
    var result: Result<TransactionStatus, UnitFailure>?

    var failure: UnitFailure? {
        if case .failure(let failure) = result { failure } else { nil }
    }

    var succeeded: Bool { if case .success = result { true } else { false } }

    /// The first value of the first row.
    var value: String? { rows.first?.first ?? nil }

    /// The server's code for what it refused.
    var code: String? {
        if case .server(let error, step: _) = failure { error.sqlState.text } else { nil }
    }
}

/// Rows as they come.
final class Rows {
    var rows: [[String?]] = []

    func take(_ row: DataRow) {
        rows.append(row.texts)
    }
}

/// A statement whose values come as text.
func textual(_ sql: String, use: StatementShape.Use = .kept) -> StatementShape {
    StatementShape(sql, results: .all(.text), use: use)
}

/// A pool on a loop of its own, closed and ended when it goes.
final class PoolUser: Sendable {
    let thread: LoopThread
    let cluster: PostgresCluster
    let pool: LoopBound<PostgresPool>
    let events: Record<ConnectionEvent>
    private let ownsThread: Bool

    init(
        _ url: String, on thread: LoopThread? = nil, cluster: PostgresCluster? = nil,
        passwords: PasswordFile? = nil,
        _ configure: (inout ClusterConfiguration) -> Void = { _ in }
    ) throws {
        let events = Record<ConnectionEvent>()
        self.events = events
        var configuration = ClusterConfiguration(
            try ConnectionTarget(url, systemUser: "apus"), passwords: passwords)
        // However long a busy machine takes for a test: connections are counted.
        configuration.idleTime = .seconds(3600)
        configure(&configuration)
        let cluster =
            cluster
            ?? PostgresCluster(configuration, resolver: Resolver()) { events.append($0) }
        self.cluster = cluster
        let thread = try thread ?? LoopThread(index: 0, name: "test loop")
        self.thread = thread
        ownsThread = true
        pool = thread.perform { loop in LoopBound(PostgresPool(cluster, on: loop), on: loop) }
    }

    deinit {
        let pool = pool
        thread.perform { _ in pool.value.close() }
        thread.stop()
        thread.join()
    }

    var counts: PoolCounts { thread.perform { [pool] _ in pool.value.metrics }.counts }

    func open(_ lane: Lane) -> Int { counts.lanes[lane]?.open ?? 0 }

    var access: PoolAccess { thread.perform { [pool] _ in pool.value.access } }

    /// Submits units in one turn; what came of each, in the order in which they ended.
    func submit(
        _ units: [(sql: String, effect: PostgresUnit.Effect)], on lane: Lane,
        for caller: Caller = .server, within timeout: Duration = .seconds(8),
        bytesMax: Int? = nil, isLong: Bool = false,
        to record: Record<(Int, Answer)> = Record(),
        tokens: @escaping @Sendable ([UnitToken]) -> Void = { _ in }
    ) -> Record<(Int, Answer)> {
        thread.perform { [pool] _ in
            var all: [UnitToken] = []
            for (index, unit) in units.enumerated() {
                let made = Self.unit(unit.sql, unit.effect, bytesMax) { record.append((index, $0)) }
                made.caller = caller
                made.isLong = isLong
                all.append(pool.value.submit(made, on: lane, within: timeout))
            }
            tokens(all)
        }
        return record
    }

    private static func unit(
        _ sql: String, _ effect: PostgresUnit.Effect, _ bytesMax: Int?,
        _ ended: @escaping (Answer) -> Void
    ) -> PostgresUnit {
        let rows = Rows()
        let shape = textual(sql)
        let unit = PostgresUnit(
            effect,
            steps: { session, unit in
                rows.rows = []
                session.execute(shape, in: unit, columns: .never)
            },
            completion: { ended(Answer(rows: rows.rows, result: $0)) })
        unit.onRow = { _, row in rows.take(row) }
        if let bytesMax { unit.answerBytesMax = bytesMax }
        return unit
    }

    /// Runs one statement and waits for its end.
    @discardableResult
    func run(
        _ sql: String, on lane: Lane = .read, _ effect: PostgresUnit.Effect? = nil,
        within timeout: Duration = .seconds(8), bytesMax: Int? = nil
    ) -> Answer {
        let effect = effect ?? (lane == .write ? .writes : .reads)
        let record = submit(
            [(sql, effect)], on: lane, within: timeout, bytesMax: bytesMax)
        return record.wait(for: 1).first?.1 ?? Answer()
    }

    /// Waits for an event.
    @discardableResult
    func hear(_ what: String, _ isWanted: (ConnectionEvent) -> Bool) -> ConnectionEvent? {
        events.wait(what) { $0.contains(where: isWanted) }.first(where: isWanted)
    }

    /// Runs until it succeeds, while the servers come back.
    func runWhenBack(_ sql: String, on lane: Lane = .read) async -> Answer? {
        var answer: Answer?
        _ = await eventually {
            let latest = run(sql, on: lane)
            answer = latest
            return latest.succeeded
        }
        return answer
    }
}

/// A port of this machine that nobody listens on for now.
func freePort() throws -> Int { try LoopbackListener().port }
