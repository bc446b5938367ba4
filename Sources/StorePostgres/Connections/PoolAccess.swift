import Network
public import PostgresWire
import Work

/// A pool as threads without a loop see it: each call blocks its thread while the work is done on
/// the pool's loop. Never to be called on a loop's own thread, which would wait for itself, nor
/// after the loop has ended.
public struct PoolAccess: Sendable {
    let context: LoopContext
    let pool: LoopBound<PostgresPool>

    /// On the pool's loop.
    init(_ pool: PostgresPool) {
        context = pool.loop.context
        self.pool = LoopBound(pool, on: pool.loop)
    }

    /// Borrows a connection. It goes back with the last reference, or by `giveBack`.
    ///
    /// - Throws: why none can be had in time.
    public func borrow(within timeout: Duration) throws(UnitFailure) -> ExclusiveConnection {
        precondition(!context.isCurrent, "a loop cannot wait for itself")
        let reply = Handover<Result<LoopBound<LentConnection>, UnitFailure>>()
        let (context, pool) = (context, pool)
        context.post {
            pool.value.lend(within: timeout) { result in
                reply.give(result.map { LoopBound($0, on: context.loop) })
            }
        }
        return ExclusiveConnection(try reply.take().get(), context)
    }

    /// Runs one unit on a lane and waits for its end.
    ///
    /// - Parameters:
    ///   - row: takes each row, on the loop.
    ///   - steps: writes the unit's steps, on the loop, for each attempt.
    @discardableResult
    public func run(
        _ effect: PostgresUnit.Effect, on lane: Lane, within timeout: Duration,
        row: @escaping (Int, DataRow) -> Void = { _, _ in }, _ steps: @escaping PostgresUnit.Steps
    ) throws(UnitFailure) -> TransactionStatus {
        let pool = pool
        return try BlockingUnit(effect, .steps(steps), row: row).run(on: context) { unit in
            pool.value.submit(unit, on: lane, within: timeout)
        }
    }
}

/// A connection that one thread has for itself, call by call. Each blocks; only one at a time.
public final class ExclusiveConnection: Sendable {
    private let lent: LoopBound<LentConnection>
    private let context: LoopContext

    init(_ lent: LoopBound<LentConnection>, _ context: LoopContext) {
        self.lent = lent
        self.context = context
    }

    deinit {
        // Where the loop is, since the connection is confined to it.
        let lent = lent
        context.post { lent.value.giveBack(.closed) }
    }

    /// The process that serves the session; see ``LentConnection/processID``.
    public var processID: Int32? {
        precondition(!context.isCurrent, "a loop cannot wait for itself")
        let reply = Handover<Int32?>()
        let lent = lent
        context.post { reply.give(lent.value.processID) }
        return reply.take()
    }

    /// Runs one unit and waits for its end.
    ///
    /// - Parameters:
    ///   - isEndedByServer: See ``PostgresUnit/isEndedByServer``.
    ///   - row: takes each row, on the loop.
    ///   - step: is told of each step that has run to its end, on the loop.
    ///   - steps: writes the unit's steps, on the loop.
    /// - Returns: where the session stands then.
    @discardableResult
    public func run(
        _ effect: PostgresUnit.Effect, endedByServer isEndedByServer: Bool = false,
        within timeout: Duration, row: @escaping (Int, DataRow) -> Void = { _, _ in },
        step: @escaping (Int, CommandTag?) -> Void = { _, _ in },
        _ steps: @escaping PostgresUnit.Steps
    ) throws(UnitFailure) -> TransactionStatus {
        let unit = BlockingUnit(
            effect, .steps(steps), isEndedByServer: isEndedByServer, row: row, step: step)
        return try run(unit, timeout)
    }

    /// Runs one or several statements as text and waits for their end; values come as text.
    @discardableResult
    public func run(
        script: String, within timeout: Duration,
        row: @escaping (Int, DataRow) -> Void = { _, _ in }
    ) throws(UnitFailure) -> TransactionStatus {
        try run(BlockingUnit(.writes, .script(script), row: row), timeout)
    }

    private func run(
        _ unit: BlockingUnit, _ timeout: Duration
    ) throws(UnitFailure) -> TransactionStatus {
        let lent = lent
        return try unit.run(on: context) { unit in lent.value.submit(unit, within: timeout) }
    }

    /// Gives the connection back. Does not wait.
    public func giveBack(_ how: LentConnection.Return = .forOthers) {
        let lent = lent
        context.post { lent.value.giveBack(how) }
    }
}

/// A unit that a thread waits for.
///
/// Unchecked: its closures are called on the loop, while the thread that has made them is blocked.
private final class BlockingUnit: @unchecked Sendable {
    private let effect: PostgresUnit.Effect
    private let content: PostgresUnit.Content
    private let isEndedByServer: Bool
    private let row: (Int, DataRow) -> Void
    private let step: (Int, CommandTag?) -> Void

    init(
        _ effect: PostgresUnit.Effect, _ content: PostgresUnit.Content,
        isEndedByServer: Bool = false, row: @escaping (Int, DataRow) -> Void,
        step: @escaping (Int, CommandTag?) -> Void = { _, _ in }
    ) {
        self.effect = effect
        self.content = content
        self.isEndedByServer = isEndedByServer
        self.row = row
        self.step = step
    }

    func run(
        on context: LoopContext, _ submit: @escaping @Sendable (PostgresUnit) -> UnitToken
    ) throws(UnitFailure) -> TransactionStatus {
        precondition(!context.isCurrent, "a loop cannot wait for itself")
        let reply = Handover<Result<TransactionStatus, UnitFailure>>()
        context.post { [self] in
            let unit = PostgresUnit(effect, content) { reply.give($0) }
            unit.isEndedByServer = isEndedByServer
            unit.onRow = row
            unit.onStep = step
            _ = submit(unit)
        }
        return try reply.take().get()
    }
}
