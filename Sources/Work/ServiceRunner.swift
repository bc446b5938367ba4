public import Diagnostics
import Synchronization

/// Starts services in their order, lets them tick, and stops them in reverse.
///
/// One thread keeps the time of all ticks. They are done by a pool with a thread for each, so that
/// one that takes long, or never ends, holds up no other; one that fails is logged, and is due
/// again after its period.
public final class ServiceRunner: Sendable {
    private struct State {
        /// Of `services`, how many have started.
        var startedCount = 0
        var timekeeper: PosixThread?
    }

    private let services: [RunningService]
    private let log: Log
    private let ticks: WorkerPool<Void>
    private let state = Mutex(State())
    private let isOver = Atomic(false)
    /// Wakes the timekeeper when all is over.
    private let bell = Semaphore()

    /// A runner of services that have not started yet.
    ///
    /// - Parameters:
    ///   - services: In the order in which they start.
    ///   - log: Is told of ticks that fail or take longer than their period.
    public init(_ services: [Service], log: Log) {
        self.services = services.map(RunningService.init)
        self.log = log
        let count = services.count { $0.tick != nil }
        ticks = WorkerPool(name: "ticks", threadsMax: count) {}
    }

    /// Starts all services, and then their ticks. Blocks.
    ///
    /// - Throws: why one did not start. Those before it have been stopped then, in reverse, with no
    ///   time to finish anything.
    public func start() throws(Problem) {
        do throws(Problem) {
            for running in services {
                try running.service.start()
                state.withLock { $0.startedCount += 1 }
            }
            try startTicking()
        } catch {
            stop(within: .zero)
            throw error
        }
    }

    /// Stops all services that have started, the last one first: its ticks are over before it is
    /// told to stop, and those of the services below go on meanwhile. Blocks. Calling it again does
    /// nothing.
    ///
    /// - Parameter time: what each of them has to finish what it has begun. A tick that runs longer
    ///   is left alone.
    public func stop(within time: Duration) {
        let (started, timekeeper) = state.withLock { state in
            defer { state = State() }
            return (services.prefix(state.startedCount), state.timekeeper)
        }
        var areAllIdle = true
        for running in started.reversed() {
            areAllIdle = running.endTicks(within: time) && areAllIdle
            running.service.stop(time)
        }
        isOver.store(true, ordering: .releasing)
        bell.signal()
        timekeeper?.join()
        ticks.close()
        if areAllIdle { ticks.join() }
    }

    private func startTicking() throws(Problem) {
        let ticking = services.filter { $0.service.tick != nil }
        if ticking.isEmpty { return }
        guard let thread = PosixThread(name: "services", { [self] in keepTime(of: ticking) }) else {
            throw PosixThread.refused
        }
        state.withLock { $0.timekeeper = thread }
    }

    /// Begins each tick when it is due. A machine that has slept, or was busy, skips what it
    /// missed.
    private func keepTime(of ticking: [RunningService]) {
        let start = monotonicNanoseconds()
        var due = ticking.map { start + $0.period }
        while !isOver.load(ordering: .acquiring) {
            let now = monotonicNanoseconds()
            for index in ticking.indices where due[index] <= now {
                begin(ticking[index])
                due[index] = now + ticking[index].period
            }
            bell.wait(until: due.min() ?? .max)
        }
    }

    private func begin(_ running: RunningService) {
        guard let tick = running.service.tick else { return }
        switch running.beginTick() {
        case .begun:
            let log = log
            ticks.post({ running.perform(tick, log) }, refused: { _ in running.finishTick() })
        case .stillRunning(let isFirst):
            if isFirst { log.record(.serviceLate(name: running.service.name)) }
        case .over: break
        }
    }
}

/// A service, and what its tick is doing.
private final class RunningService: Sendable {
    enum Beginning {
        case begun
        /// The last tick has not ended yet; whether this is the first time it is found so.
        case stillRunning(isFirst: Bool)
        /// There are no more ticks.
        case over
    }

    private struct State {
        var isTicking = false
        var isLate = false
        var isOver = false
    }

    let service: Service
    private let state = Mutex(State())
    /// Signalled when a tick ends after `isOver`.
    private let idle = Semaphore()

    init(_ service: Service) { self.service = service }

    /// Nanoseconds from one tick to the next.
    var period: UInt64 { service.tick?.period.nanoseconds ?? .max }

    func beginTick() -> Beginning {
        state.withLock { state in
            if state.isOver { return .over }
            if state.isTicking {
                defer { state.isLate = true }
                return .stillRunning(isFirst: !state.isLate)
            }
            state.isTicking = true
            state.isLate = false
            return .begun
        }
    }

    func perform(_ tick: Service.Tick, _ log: Log) {
        do throws(Problem) {
            try tick.perform()
        } catch {
            log.record(.serviceFailed(name: service.name, problem: error))
        }
        finishTick()
    }

    func finishTick() {
        let isAwaited = state.withLock { state in
            state.isTicking = false
            return state.isOver
        }
        if isAwaited { idle.signal() }
    }

    /// Begins no tick any more, and waits for the one that runs.
    ///
    /// - Returns: whether it has ended in time.
    func endTicks(within time: Duration) -> Bool {
        let isTicking = state.withLock { state in
            state.isOver = true
            return state.isTicking
        }
        if isTicking { idle.wait(until: moment(after: time)) }
        return state.withLock { !$0.isTicking }
    }
}
