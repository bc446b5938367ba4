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

    /// Runs a `COPY … TO STDOUT` and waits for its end.
    ///
    /// - Parameters:
    ///   - step: is told of its end, on the loop.
    ///   - data: takes each piece, on the loop; false ends the statement, and the connection is
    ///     then of no use any more.
    @discardableResult
    public func copyOut(
        _ shape: StatementShape, within timeout: Duration,
        step: @escaping (Int, CommandTag?) -> Void, data: @escaping (Span<UInt8>) -> Bool
    ) throws(UnitFailure) -> TransactionStatus {
        let unit = BlockingUnit(
            .reads,
            .steps { session, unit throws(FormatFault) in
                session.execute(shape, in: unit, columns: .never) { _ in }
            }, row: { _, _ in }, step: step, data: data)
        return try run(unit, timeout)
    }

    /// Runs a `COPY … FROM STDIN` and waits for its end.
    ///
    /// - Parameters:
    ///   - step: is told of its end, on the loop.
    ///   - source: gives the data, on the loop; nil ends it.
    @discardableResult
    public func copyIn(
        _ shape: StatementShape, within timeout: Duration,
        step: @escaping (Int, CommandTag?) -> Void, source: @escaping () -> [UInt8]?
    ) throws(UnitFailure) -> TransactionStatus {
        let unit = BlockingUnit(.writes, .copy(shape, source), row: { _, _ in }, step: step)
        return try run(unit, timeout)
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
    private let data: (Span<UInt8>) -> Bool
    private var token: UnitToken?

    init(
        _ effect: PostgresUnit.Effect, _ content: PostgresUnit.Content,
        isEndedByServer: Bool = false, row: @escaping (Int, DataRow) -> Void,
        step: @escaping (Int, CommandTag?) -> Void = { _, _ in },
        data: @escaping (Span<UInt8>) -> Bool = { _ in true }
    ) {
        self.effect = effect
        self.content = content
        self.isEndedByServer = isEndedByServer
        self.row = row
        self.step = step
        self.data = data
    }

    func run(
        on context: LoopContext, _ submit: @escaping @Sendable (PostgresUnit) -> UnitToken
    ) throws(UnitFailure) -> TransactionStatus {
        precondition(!context.isCurrent, "a loop cannot wait for itself")
        let reply = Handover<Result<TransactionStatus, UnitFailure>>()
        context.post { [self] in
            let unit = PostgresUnit(effect, content) { [self] result in
                token = nil
                reply.give(result)
            }
            unit.isEndedByServer = isEndedByServer
            unit.onRow = row
            unit.onStep = step
            unit.onCopyData = { [self] piece in
                guard token != nil, !data(piece) else { return }
                // Nothing may be done to the connection while it hands something on.
                context.post { [self] in withdraw(reply) }
            }
            token = submit(unit)
        }
        return try reply.take().get()
    }

    /// Nobody wants to hear the rest of it.
    private func withdraw(_ reply: Handover<Result<TransactionStatus, UnitFailure>>) {
        guard let token else { return }
        self.token = nil
        token.withdraw()
        reply.give(.failure(.lost(mayHaveRun: false)))
    }
}
