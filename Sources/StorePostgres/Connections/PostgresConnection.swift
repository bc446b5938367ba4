import Bytes
import Diagnostics
import Network
import PostgresWire

/// One session over one socket, confined to its loop for life.
///
///     starting ──▶ ready ──▶ leaving ──▶ over
///         └───────────┴──error, lost, abort──▶
///
/// What is submitted in one turn of the loop leaves with one call at its end.
final class PostgresConnection: StreamSocketDelegate {
    enum Phase {
        /// Signing in; tells what was in the way, or nil.
        case starting((HostFailure.Cause?) -> Void)
        case ready
        /// Ends once nothing is in flight.
        case leaving
        case over
    }

    let host: Host
    let lane: Lane
    let cluster: PostgresCluster
    let socket: StreamSocket
    var session: PostgresSession
    var phase: Phase
    /// Who hears of its life once it is ready.
    weak var pool: PostgresPool?
    /// Units in flight, the one that runs first.
    var running: [UnitRun] = []
    /// The caller that it is lent to.
    weak var loan: LentConnection?
    /// While a unit's own code looks into the session, nothing may be added to it.
    var isDelivering = false
    /// What a unit loads, while it has something to send.
    var loads: Load?
    /// A request to cancel that is on its way.
    var cancelRequest: CancelRequest?
    /// When that was begun, in milliseconds of the loop's clock.
    var cancelRequestSince: UInt64 = 0
    /// Whether what runs has outlived its time, and nobody waits for it any more.
    var isAbandoned = false
    /// Its caller's part of the slow lanes. Nobody reads it: it is given back with its last
    /// reference, and so not before the server has done with what runs and the connection is gone.
    var abandonedShare: SlowShare?
    /// What was cancelled or should have ended by itself, and when the connection is abandoned
    /// unless that has ended.
    var ending: (run: UnitRun, end: UInt64)?
    /// Since when the first unit in flight is the first, and the least that one has taken, which is
    /// about a round trip, in milliseconds of the loop's clock.
    var firstSince: UInt64 = 0
    var roundTrip: UInt64 = 0
    private var startedAt: UInt64 = 0
    private var timer: TimerToken?
    private var timerEnd = UInt64.max
    /// When it was ready, in milliseconds of the loop's clock, and when it began to be idle.
    private(set) var readySince: UInt64 = 0
    private var idleSince: UInt64 = 0
    /// Bytes on the socket before the session's first.
    private let sentBefore: Int

    /// Takes over a connection whose next byte is the session's first.
    init(
        _ socket: StreamSocket, to host: Host, over transport: Transport, lane: Lane,
        cluster: PostgresCluster
    ) {
        self.socket = socket
        self.host = host
        self.lane = lane
        self.cluster = cluster
        sentBefore = socket.sentBytes
        phase = .starting { _ in }
        var configuration = cluster.configuration.session(
            of: lane, at: host, over: transport, isBare: cluster.isBare)
        configuration.preparesByName = cluster.preparesByName
        session = PostgresSession(configuration)
        socket.delegate = self
    }

    var loop: EventLoop { socket.loop }

    /// Signs in. `completion` is called once, not before this returns, unless it is aborted.
    func start(_ completion: @escaping (HostFailure.Cause?) -> Void) {
        phase = .starting(completion)
        startedAt = loop.nowMilliseconds
        timer = loop.schedule(after: cluster.connectOptions.timeout) { [weak self] in
            self?.timerFired()
        }
        flush()
    }

    // MARK: State

    /// Whether a unit can be begun now.
    var takesUnits: Bool {
        guard case .ready = phase else { return false }
        return loan == nil && hasRoom
    }

    /// Whether a unit of whoever it is lent to can be begun now.
    var hasRoom: Bool {
        session.isReady && !isDelivering && !isAbandoned && cancelRequest == nil
            && running.count < lane.depth
            && (loan != nil || !session.isForeign)
    }

    /// Whether nobody uses it.
    var isIdle: Bool {
        guard case .ready = phase else { return false }
        return running.isEmpty && loan == nil && cancelRequest == nil
    }

    var isOver: Bool {
        if case .over = phase { true } else { false }
    }

    /// Whether no more units are given to it.
    var isLeaving: Bool {
        switch phase {
        case .leaving, .over: true
        case .starting, .ready: false
        }
    }

    func setting(_ name: String) -> String? { session.setting(name) }

    // MARK: Socket

    func socket(_ socket: StreamSocket, received bytes: Span<UInt8>) {
        session.receive(bytes)
        readOn()
    }

    /// Reads what has come, sends what that asks for, and lets the pool go on.
    func readOn() {
        while let event = session.next() { take(event) }
        flush()
        settle()
    }

    func socketReachedEnd(_ socket: StreamSocket) { connectionLost() }
    func socketClosed(_ socket: StreamSocket, reason: CloseReason) { connectionLost() }
    func socketDrained(_ socket: StreamSocket) { load() }

    private func connectionLost() {
        guard !isOver else { return }
        let sentCount =
            socket.isSecure ? nil : socket.sentBytes - sentBefore
        session.connectionEnded(sentCount: sentCount)
        readOn()
    }

    func flush() {
        guard session.hasOutput else { return }
        session.takeOutput { bytes in socket.send { $0.append(span: bytes) } }
    }

    // MARK: Ending

    /// Ends once nothing is in flight.
    func retire() {
        guard case .ready = phase else {
            if case .starting = phase { abort() }
            return
        }
        phase = .leaving
        settle()
    }

    /// Ends at once, whatever is in flight.
    func abort() {
        guard !isOver else { return }
        if case .starting = phase { phase = .starting { _ in } }
        session.connectionEnded()
        while let event = session.next() { take(event) }
    }

    /// What follows from what has just happened, when there is nothing more to read.
    func settle() {
        guard running.isEmpty, !isOver else { return advance() }
        switch phase {
        case .starting, .over: return
        case .ready, .leaving: break
        }
        if isAbandoned, session.isReady, session.unitsInFlight > 0 { return }
        // Whoever it is lent to sets what it likes; the next one shall not have that.
        if loan == nil, session.isForeign, case .ready = phase {
            cluster.log(.foreignHand(host: host.shown))
            phase = .leaving
        }
        // What it hits may be anything that runs by then.
        guard cancelRequest == nil else { return }
        if session.transactionStatus != .idle, loan == nil, session.isReady { return rollBack() }
        if case .leaving = phase, loan == nil {
            session.terminate()
            flush()
            while let event = session.next() { take(event) }
            return
        }
        if loan == nil {
            idleSince = loop.nowMilliseconds
            watch(until: idleSince + cluster.configuration.idleTime.wholeMilliseconds)
        }
        advance()
    }

    private func advance() {
        if let loan { loan.advance() } else { pool?.advanced(self) }
    }

    /// A unit has left a transaction open, as one that failed within it does.
    private func rollBack() {
        let unit = PostgresUnit(.writes, script: "rollback") { _ in }
        let deadline = loop.nowMilliseconds + 1_000
        begin(UnitRun(unit, on: lane, deadline: deadline, isWhole: false))
    }

    func ended(_ end: SessionEnd) {
        let before = phase
        phase = .over
        timer?.cancel()
        cancelRequest?.cancel()
        cancelRequest = nil
        if end == .terminated { socket.close() } else { socket.abort() }
        if case .starting(let completion) = before {
            completion(.session(end))
        } else {
            var wasLeaving = end == .terminated
            if case .leaving = before { wasLeaving = true }
            pool?.ended(self, end, wasLeaving: wasLeaving)
        }
        loan?.connectionEnded()
    }

    func becameReady() {
        guard case .starting(let completion) = phase else { return }
        phase = .ready
        readySince = loop.nowMilliseconds
        idleSince = readySince
        roundTrip = readySince - startedAt
        timerEnd = .max
        watch(until: idleSince + cluster.configuration.idleTime.wholeMilliseconds)
        completion(nil)
    }

    // MARK: Time

    func watch(until end: UInt64) {
        guard end < timerEnd else { return }
        timerEnd = end
        timer?.rearm(after: .milliseconds(end - min(end, loop.nowMilliseconds)))
    }

    private func timerFired() {
        timerEnd = .max
        let now = loop.nowMilliseconds
        switch phase {
        case .over: return
        case .starting(let completion):
            abort()
            return completion(.timedOut)
        case .ready, .leaving: break
        }
        if let ending {
            if ending.end <= now { return abandon() }
            watch(until: ending.end)
            if !ending.run.isEndedByServer { requestCancel() }
        }
        endTimes(at: now)
        lookAtPace(at: now)
        if isIdle {
            let end = idleSince + cluster.configuration.idleTime.wholeMilliseconds
            if end <= now { return retire() }
            watch(until: end)
        }
    }
}

@available(*, unavailable)
extension PostgresConnection: Sendable {}
