import Diagnostics
import Glibc

/// One thread's connections, timers and tasks, and the one place that decides their order.
///
/// A turn: wait for events, hand what was read to handlers, run timers, run posted work and
/// jobs, then let hooks speak and write every socket that has output, once. Handlers only ever
/// append to output buffers.
///
/// Everything the loop owns is confined to its thread: build the loop there (`LoopThread` does)
/// and reach it from elsewhere through `context`.
@safe
public final class EventLoop {
    /// The loop as other threads may hold it.
    public let context: LoopContext
    let timers = TimerQueue()
    /// Shared by all connections of the loop: what is read lives here until the handler returns.
    let receiveBuffer: UnsafeMutableRawBufferPointer
    private let poller: Poller
    private let executor: LoopExecutor
    private var dirtySockets: [StreamSocket] = []
    private var flushedSockets: [StreamSocket] = []
    private var spareTails: [[UInt8]] = []
    private var turnHooks: [() -> Void] = []
    private var runningHooks: [() -> Void] = []
    private var isStopping = false
    /// Connections that are being made: nothing else holds one whose name is looked up.
    private var pendingConnections: [ObjectIdentifier: PendingConnection] = [:]
    private var hasEnded = false
    /// Turns so far: tests and metrics count with it.
    public private(set) var turnCount = 0

    /// Builds a loop that lives on the calling thread.
    ///
    /// - Throws: `descriptorsExhausted`.
    public init(index: Int) throws(NetworkError) {
        executor = try LoopExecutor()
        context = LoopContext(index: index, executor: executor)
        poller = try Poller()
        unsafe receiveBuffer = .allocate(byteCount: NetworkLimits.receiveBufferBytes, alignment: 16)
        unsafe executor.loop = self
        _ = try poller.add(
            executor.mailbox.descriptor, for: [.readable, .edgeTriggered], handler: Waker())
    }

    deinit { unsafe receiveBuffer.deallocate() }

    /// Runs turns until `stop()`, then closes what is still registered.
    public func run() {
        context.serialExecutor.checkIsolated()
        while !isStopping { turn() }
        hasEnded = true
        for pending in pendingConnections.values { pending.loopEnded() }
        // Cycles between sockets, timers and their users end here; posted work still runs.
        for handler in poller.removeAll() {
            (handler as? StreamSocket)?.loopEnded()
            (handler as? Listener)?.loopEnded()
        }
        executor.runWaiting()
        runHooks()
        timers.removeAll()
        unsafe executor.loop = nil
    }

    /// Makes `run()` return after this turn. From other threads: `LoopThread.stop()`.
    public func stop() { isStopping = true }

    /// Everything that happens, in the order it happens.
    private func turn() {
        let count = poller.wait(milliseconds: sleepMilliseconds())
        turnCount &+= 1
        let start = monotonicNanoseconds()
        timers.refresh(to: start / 1_000_000)
        poller.deliver(count)  // read and handle
        timers.fireDue()
        // Work posted by other threads, and tasks.
        executor.runWaiting(for: NetworkLimits.jobNanosecondsPerTurn)
        runHooks()
        flushSockets()  // one write per socket
        context.longTurns.note(monotonicNanoseconds() &- start)
    }

    /// Connections and listeners registered now.
    public var registeredCount: Int { poller.registeredCount - 1 }

    /// Milliseconds of the monotonic clock when this turn began.
    public var nowMilliseconds: UInt64 { timers.now }

    /// Reports readiness of a descriptor to a handler, which is held until it is deregistered.
    public func register(
        _ descriptor: Int32, for interest: Readiness, handler: any ReadinessHandler
    ) throws(NetworkError) -> Registration {
        try poller.add(descriptor, for: interest, handler: handler)
    }

    /// Changes what a registration wants to hear of.
    public func change(_ registration: Registration, to interest: Readiness) {
        poller.change(registration, to: interest)
    }

    /// Ends a registration, before its descriptor is closed. Events already fetched are dropped.
    public func deregister(_ registration: Registration) {
        poller.remove(registration)
    }

    /// Runs work once after a delay; see `LoopContext.schedule`.
    public func schedule(after delay: Duration, _ work: @escaping () -> Void) -> TimerToken {
        timers.schedule(after: delay, work)
    }

    /// Runs work once at the end of this turn, before sockets are written.
    public func atEndOfTurn(_ work: @escaping () -> Void) { turnHooks.append(work) }

    /// Holds a connection that is being made, and tells it of the loop's end; false if that has
    /// come.
    func hold(_ pending: PendingConnection) -> Bool {
        if !hasEnded { pendingConnections[ObjectIdentifier(pending)] = pending }
        return !hasEnded
    }

    /// The connection is made, or given up.
    func letGo(_ pending: PendingConnection) {
        pendingConnections[ObjectIdentifier(pending)] = nil
    }

    /// Notes that a socket has output for the end of the turn.
    func needsFlush(_ socket: StreamSocket) { dirtySockets.append(socket) }

    /// Storage for output that another socket has finished with.
    func takeSpareTail() -> [UInt8]? { spareTails.popLast() }

    func giveSpareTail(_ storage: [UInt8]) {
        guard spareTails.count < NetworkLimits.spareTails,
            storage.capacity <= 2 * NetworkLimits.tailBytes
        else {
            return
        }
        spareTails.append(storage)
    }

    private func sleepMilliseconds() -> Int32 {
        guard dirtySockets.isEmpty, turnHooks.isEmpty, !isStopping else { return 0 }
        guard let next = timers.untilNext() else { return executor.prepareToSleep() ? -1 : 0 }
        return next > 0 && executor.prepareToSleep() ? Int32(min(next, 1 << 30)) : 0
    }

    private func runHooks() {
        while !turnHooks.isEmpty {
            swap(&turnHooks, &runningHooks)
            for hook in runningHooks { hook() }
            runningHooks.removeAll(keepingCapacity: true)
        }
    }

    /// Writes what was dirty when it began: a socket that becomes dirty meanwhile waits a turn.
    private func flushSockets() {
        swap(&dirtySockets, &flushedSockets)
        for socket in flushedSockets { socket.flush() }
        flushedSockets.removeAll(keepingCapacity: true)
    }
}

@available(*, unavailable)
extension EventLoop: Sendable {}

/// Stands for the mailbox's eventfd: the turn that it causes is all that is wanted of it.
private final class Waker: ReadinessHandler {
    func becameReady(_ readiness: Readiness) {}
}
