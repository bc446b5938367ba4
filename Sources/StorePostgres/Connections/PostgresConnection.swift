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
    /// How a second connection to the same place is made.
    private let transport: Transport
    var session: PostgresSession
    private var phase: Phase
    /// Who hears of its life once it is ready.
    weak var pool: PostgresPool?
    /// Units in flight, the one that runs first.
    private(set) var running: [UnitRun] = []
    /// The caller that it is lent to.
    weak var loan: LentConnection?
    /// While a unit's own code looks into the session, nothing may be added to it.
    private var isDelivering = false
    private var cancelRequest: CancelRequest?
    /// When the connection is closed unless what was cancelled has ended.
    private var cancelEnd: UInt64?
    private var timer: TimerToken?
    private var timerEnd = UInt64.max
    /// When it began to be idle.
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
        self.transport = transport
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
        session.isReady && !isDelivering && cancelRequest == nil && running.count < lane.depth
            && !session.isForeign
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
    func socketDrained(_ socket: StreamSocket) {}

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
        if session.isForeign, case .ready = phase {
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
        begin(UnitRun(unit, on: lane, deadline: loop.nowMilliseconds + 1_000))
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
            pool?.ended(self, end, wasLeaving: end == .terminated)
        }
        loan?.connectionEnded()
    }

    func becameReady() {
        guard case .starting(let completion) = phase else { return }
        phase = .ready
        if let version = session.setting("server_version") { cluster.noteVersion(version) }
        idleSince = loop.nowMilliseconds
        timerEnd = .max
        watch(until: idleSince + cluster.configuration.idleTime.wholeMilliseconds)
        completion(nil)
    }

    // MARK: Units in flight

    /// Begins a unit. There must be room.
    func begin(_ run: UnitRun) {
        if !cluster.preparesByName, session.preparesByName { session.stopPreparingByName() }
        run.answerBytes = 0
        switch run.unit.content {
        case .script(let sql): run.id = session.query(sql)
        case .steps(let steps):
            let id = session.begin()
            isDelivering = true
            defer { isDelivering = false }
            do throws(FormatFault) {
                try steps(&session, id)
            } catch {
                session.withdraw(id)
                return run.tell(.failure(.value(error)))
            }
            session.sync(id)
            run.id = id
        }
        run.phase = .running
        run.connection = self
        running.append(run)
        watch(until: run.deadline)
        flush()
    }

    func run(of id: UnitID) -> UnitRun? { running.first { $0.id == id } }

    func deliver(_ step: Step, _ place: Range<Int>) {
        guard let run = run(of: step.unit), run.phase == .running, run.fate != .answerTooLarge
        else { return }
        run.answerBytes += place.count
        if run.answerBytes > run.unit.answerBytesMax {
            run.fate = .answerTooLarge
            return cancel(run)
        }
        isDelivering = true
        run.unit.onRow?(step.index, session.row(place))
        isDelivering = false
    }

    func deliverCopy(_ step: Step, _ place: Range<Int>) {
        guard let run = run(of: step.unit), run.phase == .running else { return }
        isDelivering = true
        run.unit.onCopyData?(session.bytes(place))
        isDelivering = false
    }

    func finished(_ id: UnitID, _ outcome: UnitOutcome) {
        guard let index = running.firstIndex(where: { $0.id == id }) else { return }
        let run = running.remove(at: index)
        run.connection = nil
        run.id = nil
        let attempt = UnitVerdict.Attempt(
            effect: run.unit.effect, answerBytesMax: run.unit.answerBytesMax, fate: run.fate,
            isWhole: loan == nil, wasCancelling: cancelRequest != nil || cancelEnd != nil,
            left: .milliseconds(run.deadline - min(run.deadline, loop.nowMilliseconds)))
        if cancelRequest == nil { cancelEnd = nil }
        guard run.phase == .running else { return }
        switch UnitVerdict.of(outcome, attempt, &run.history) {
        case .tell(let result): run.tell(result)
        case .runAgain(let pause):
            run.phase = .waiting
            pool?.runAgain(run, after: pause)
        }
        if case .failed(let error, at: _, _) = outcome, error.sqlState == .readOnlyTransaction {
            pool?.foundReadOnly(self)
        }
    }

    // MARK: Cancelling

    func withdrawn(_ run: UnitRun) {
        if isDelivering { return loop.atEndOfTurn { [weak self] in self?.withdrawn(run) } }
        if running.first === run { cancel(run) }
    }

    /// Cancels what runs, which is this unit. The connection is closed if that does not end it.
    private func cancel(_ run: UnitRun) {
        guard cancelEnd == nil, running.first === run else { return }
        let end = loop.nowMilliseconds + ConnectionLimits.cancelMilliseconds
        cancelEnd = end
        watch(until: end)
        guard let packet = session.requestCancel() else { return }
        pool?.noteCancel()
        let opening = TransportOpening(
            to: host, socket.isSecure ? .required : .none, cluster: cluster, on: loop,
            address: socket.peerAddress)
        let request = CancelRequest(packet, over: opening, on: loop)
        cancelRequest = request
        request.start { [weak self] outcome in
            guard let self else { return }
            cancelRequest = nil
            session.cancelEnded()
            if outcome == .unsure, !isOver { phase = .leaving }
            if running.isEmpty { cancelEnd = nil }
            settle()
        }
    }

    // MARK: Time

    private func watch(until end: UInt64) {
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
        if let cancelEnd, cancelEnd <= now { return abort() }
        if let cancelEnd { watch(until: cancelEnd) }
        endTimes(at: now)
        if isIdle {
            let end = idleSince + cluster.configuration.idleTime.wholeMilliseconds
            if end <= now { return retire() }
            watch(until: end)
        }
    }

    /// Ends units whose time is over: the one that runs is cancelled; a read behind it ends for its
    /// owner only.
    private func endTimes(at now: UInt64) {
        for (index, run) in running.enumerated() where run.phase == .running {
            guard run.deadline <= now else {
                watch(until: run.deadline)
                continue
            }
            if run.fate == nil { run.fate = .timedOut }
            if index == 0 {
                cancel(run)
            } else {
                run.tell(.failure(.timedOut))
            }
        }
    }
}

@available(*, unavailable)
extension PostgresConnection: Sendable {}
