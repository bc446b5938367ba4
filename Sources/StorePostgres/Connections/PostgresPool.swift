import Diagnostics
public import Network
import PostgresWire
import Quotas

/// The connections of one loop: opened when they are needed, shared out by lanes, closed when they
/// are idle. Confined to the loop's thread; other threads come in by ``PoolAccess``.
///
/// The loops of a process share one ``PostgresCluster``, and with it the number of connections.
/// Whoever makes a pool closes it, before the loop ends.
public final class PostgresPool {
    let cluster: PostgresCluster
    let loop: EventLoop
    /// The counts of this pool; any thread may read them.
    public let metrics = PoolMetrics()
    let lanes: [LaneState]
    /// Ends the time of those that wait.
    private var timer: TimerToken?
    private var timerEnd = UInt64.max
    /// What asks the server again that had no connection left for us, and when, in milliseconds of
    /// the loops' clock.
    var refusalTimer: (timer: TimerToken, end: UInt64)?
    private(set) var isClosed = false
    /// Units that are to be run again, from the end of this turn on.
    var again: [UnitRun] = []

    /// A pool without a connection.
    public init(_ cluster: PostgresCluster, on loop: EventLoop) {
        self.cluster = cluster
        self.loop = loop
        lanes = Lane.allCases.map { lane in
            LaneState(
                lane, connectionsMax: cluster.configuration.settings(of: lane).connectionsMax,
                longShare: cluster.configuration.longShare(of: lane))
        }
        cluster.count(metrics)
        let box = LoopBound(Weak(self), on: loop)
        let context = loop.context
        cluster.budget.register(ObjectIdentifier(self)) { call in
            context.post { box.value.object?.called(for: call) }
        }
    }

    deinit { cluster.budget.deregister(ObjectIdentifier(self)) }

    func state(of lane: Lane) -> LaneState { lanes[lane.rawValue] }

    // MARK: Units

    /// Runs a unit on a connection of a lane: at once if there is room, else when it is its turn.
    ///
    /// The unit's owner is never told before this returns. Callers take turns, and
    /// each one's units of a lane begin in the order in which they were submitted, those first on a
    /// slow lane that are not known to take long there.
    ///
    /// One whose plan is known to be slow goes to the slow lane at once; one that turns out to be
    /// slow is begun again there.
    ///
    /// - Parameter timeout: what the unit has in all, its wait and repetitions included. When it is
    ///   over the unit is cancelled.
    /// - Returns: what can withdraw it; it need not be kept.
    @discardableResult
    public func submit(
        _ unit: PostgresUnit, on lane: Lane, within timeout: Duration
    ) -> UnitToken {
        precondition(lane != .exclusive, "its connections are lent: see `lend`")
        let run = UnitRun(
            unit, on: lane, deadline: loop.nowMilliseconds &+ timeout.wholeMilliseconds)
        run.submitted = loop.nowMilliseconds
        if let slow = slowLane(for: run) { run.move(to: slow) }
        do throws(UnitFailure) {
            try takeShare(for: run)
        } catch {
            fail([.unit(run)], error)
            return UnitToken(run: run)
        }
        let state = state(of: run.lane)
        if state.waiting.isEmpty, !isClosed, let connection = state.next(),
            !state.isBlocked(unit.table, at: run.submitted), state.mayBegin(.unit(run))
        {
            // Somebody waits: another connection would have served at once.
            if !connection.running.isEmpty { open(state) }
            begin(run, on: connection)
        } else {
            wait(.unit(run), in: state)
        }
        return UnitToken(run: run)
    }

    /// Lends a connection of its own to a caller, who gives it back.
    ///
    /// - Parameter completion: called once, never before this returns.
    public func lend(
        within timeout: Duration,
        _ completion: @escaping (Result<LentConnection, UnitFailure>) -> Void
    ) {
        let deadline = loop.nowMilliseconds &+ timeout.wholeMilliseconds
        let state = state(of: .exclusive)
        wait(.loan(LoanRequest(deadline: deadline, completion: completion)), in: state)
        loop.atEndOfTurn { [weak self] in self?.feed(state) }
    }

    /// What lets other threads in.
    public var access: PoolAccess { PoolAccess(self) }

    /// Refuses what waits and whatever comes. What runs is finished; then the connections end.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        timer?.cancel()
        refusalTimer?.timer.cancel()
        for state in lanes {
            state.retry?.cancel()
            state.longRest.cancel()
            for search in state.searches {
                search.cancel()
                cluster.budget.notOpened()
            }
            state.searches = []
            for connection in state.connections {
                if connection.isAbandoned { connection.abort() } else { connection.retire() }
            }
            fail(state.waiting.remove { _ in true }, .stopped)
            noteCounts(of: state)
        }
        cluster.budget.deregister(ObjectIdentifier(self))
        cluster.standing.forget(ObjectIdentifier(self))
    }

    /// Closes, and ends what runs: its connections are gone.
    public func cutOff() {
        close()
        for connection in lanes.flatMap(\.connections) { connection.abort() }
    }

    // MARK: Waiting

    private func wait(_ entry: Waiting.Entry, in state: LaneState) {
        if let failure = refusal(of: entry.caller, in: state) { return fail([entry], failure) }
        state.waiting.append(entry)
        watch(until: entry.deadline)
        noteCounts(of: state)
        if state.next() == nil { openIfWanted(state) } else { feedLater(state) }
    }

    /// Those in front may be waiting for others than this one.
    private func feedLater(_ state: LaneState) {
        guard state.lane != .exclusive, state.waiting.count > 1 else { return }
        loop.atEndOfTurn { [weak self] in self?.feed(state) }
    }

    private func refusal(of caller: Caller, in state: LaneState) -> UnitFailure? {
        if isClosed { return .stopped }
        if state.isUnavailable { return .unavailable(unavailability(of: state)) }
        if crowding(of: state, by: caller) == nil { return nil }
        state.waiting.dropWithdrawn()
        return crowding(of: state, by: caller)
    }

    /// Why no more may wait, as far as withdrawn ones do.
    private func crowding(of state: LaneState, by caller: Caller) -> UnitFailure? {
        let configuration = cluster.configuration
        let bounds = ShareBounds(
            total: configuration.waitingMax, each: configuration.waitingPerCallerMax)
        return bounds.shortage(
            for: caller, of: state.waiting.count, beside: state.waiting.use(by: caller)
        ).map { .queueFull($0) }
    }

    /// A unit has run so long: that counts in its caller's next turns.
    func charge(_ milliseconds: UInt64, for run: UnitRun) {
        noteLong(run, milliseconds)
        guard milliseconds > 0 else { return }
        state(of: run.lane).waiting.charge(milliseconds, to: run.caller)
    }

    func unavailability(of state: LaneState) -> Unavailability {
        let left = (state.retryAt ?? 0) - min(state.retryAt ?? 0, loop.nowMilliseconds)
        let target = cluster.configuration.target
        return Unavailability(
            failures: state.failures ?? [], role: target.user, database: target.database,
            retryAfterSeconds: max(1, Int64(left + 999) / 1000))
    }

    /// Tells those that they are refused, later in this turn.
    func fail(_ entries: [Waiting.Entry], _ failure: UnitFailure) {
        guard !entries.isEmpty else { return }
        switch failure {
        case .queueFull(let shortage), .slowQueueFull(let shortage):
            metrics.note { $0.refused.count(shortage, entries.count) }
        case .server, .value, .lost, .timedOut, .answerTooLarge, .noMemory, .unavailable,
            .stopped:
            break
        }
        loop.atEndOfTurn { for entry in entries { entry.fail(failure) } }
    }

    func watch(until end: UInt64) {
        guard end < timerEnd else { return }
        timerEnd = end
        let delay = Duration.milliseconds(end - min(end, loop.nowMilliseconds))
        if let timer { return timer.rearm(after: delay) }
        timer = loop.schedule(after: delay) { [weak self] in self?.endTimes() }
    }

    private func endTimes() {
        timerEnd = .max
        let now = loop.nowMilliseconds
        for state in lanes where !state.waiting.isEmpty {
            fail(state.waiting.remove { $0.deadline <= now }, .timedOut)
            if let next = state.waiting.firstDeadline { watch(until: next) }
            noteCounts(of: state)
        }
    }

    /// Gives those that wait what there is.
    func feed(_ state: LaneState) {
        guard !state.waiting.isEmpty else { return }
        while let connection = state.next(), let entry = nextEntry(in: state) {
            switch entry {
            case .unit(let run): begin(run, on: connection)
            case .loan(let request): lend(connection, to: request)
            }
        }
        noteCounts(of: state)
        openIfWanted(state)
    }

    /// The one whose turn it is. Those that are found to be slow meanwhile go to the slow lane.
    private func nextEntry(in state: LaneState) -> Waiting.Entry? {
        let now = loop.nowMilliseconds
        while let entry = state.waiting.popFirst(where: {
            !state.isBlocked($0.table, at: now) && state.mayBegin($0)
        }) {
            guard case .unit(let run) = entry, slowLane(for: run) != nil else { return entry }
            moveToSlowLane(run)
        }
        return nil
    }

    private func begin(_ run: UnitRun, on connection: PostgresConnection) {
        metrics.note { $0.unitsBegun += 1 }
        run.isTried = state(of: connection.lane).isFullOfLong
        connection.begin(run)
    }

    private func lend(_ connection: PostgresConnection, to request: LoanRequest) {
        request.completion(.success(LentConnection(connection)))
    }

    func noteCounts(of state: LaneState) {
        metrics.note {
            $0.lanes[state.lane] = PoolCounts.LaneCounts(
                open: state.count, waiting: state.waiting.count)
        }
    }
}

@available(*, unavailable)
extension PostgresPool: Sendable {}
