import Diagnostics
import Synchronization

/// How many connections the pools of a process have together, and who waits for one.
///
/// A pool that has none left to take asks to be woken. As long as somebody waits, the others give
/// up what they do not use, and what they have beyond their share. Where the server has no more for
/// us than we have, one of all the pools asks it from time to time.
final class ConnectionBudget: Sendable {
    /// What a pool is called for.
    enum Call {
        /// Another one waits: give up what is not used.
        case yield
        /// Things have changed: open what is wanted, or find out why not.
        case tryAgain
    }

    /// That the server has no connection left for us.
    struct Refusal {
        /// What it said, at each host.
        let failures: [HostFailure]
        /// Connections that were there or being opened, which is the most for now.
        let count: Int
        /// When it may be asked for one more, in milliseconds of the loops' clock.
        let until: UInt64
    }

    private struct State {
        /// Connections that are there or being opened.
        var used = 0
        /// Of these, those that are there.
        var open = 0
        var pools: [ObjectIdentifier: @Sendable (Call) -> Void] = [:]
        /// When one that was open has been given back, in milliseconds of the loops' clock.
        var releasedAt: UInt64?
        /// The last word of the server, until it has given one.
        var refusal: Refusal?
        var waiting: [(pool: ObjectIdentifier, wake: @Sendable () -> Void)] = []
        /// Pools that have been woken: what they have waited for is not given to others.
        var woken: Set<ObjectIdentifier> = []
    }

    private let connectionsMax: Int
    private let pause: UInt64
    private let state = Mutex(State())
    private let waitingCount = Atomic(0)

    /// - Parameter pause: how long a server that has no connection left is not asked again.
    init(connectionsMax: Int, pause: Duration = ConnectionLimits.refusalPause) {
        self.connectionsMax = max(1, connectionsMax)
        self.pause = pause.wholeMilliseconds
    }

    /// Whether somebody waits. Any thread; a glance.
    var isContended: Bool { waitingCount.load(ordering: .relaxed) > 0 }

    /// What each pool may keep while others wait; and whether that is more than there is.
    var share: (count: Int, isScarce: Bool) {
        state.withLock { state in
            let capacity = capacity(state, at: Self.now)
            return (
                max(1, capacity / max(1, state.pools.count)), state.pools.count > capacity
            )
        }
    }

    /// The server's refusal, and whether the process has connections all the same, or has just had
    /// one; nil where it has not refused since it last gave one.
    var refusal: (refusal: Refusal, hasOthers: Bool)? {
        state.withLock { state in
            state.refusal.map { ($0, state.open > 0 || isEarly(state, at: Self.now)) }
        }
    }

    /// Whether one has just been given back, which takes the server a moment.
    private func isEarly(_ state: State, at now: UInt64) -> Bool {
        state.releasedAt.map { now < $0 + pause / 2 } ?? false
    }

    /// - Parameter call: calls the pool, on any thread.
    func register(
        _ pool: ObjectIdentifier, _ call: @escaping @Sendable (Call) -> Void = { _ in }
    ) {
        state.withLock { $0.pools[pool] = call }
    }

    func deregister(_ pool: ObjectIdentifier) {
        state.withLock { $0.pools[pool] = nil }
        stopWaiting(pool)
        doneWaking(pool)
    }

    /// A pool needs none any more.
    func stopWaiting(_ pool: ObjectIdentifier) {
        state.withLock { state in
            state.waiting.removeAll { $0.pool == pool }
            waitingCount.store(state.waiting.count, ordering: .relaxed)
        }
    }

    // MARK: Taking and giving back

    /// Takes one for a pool, to be opened; false when all are taken or promised.
    func take(_ pool: ObjectIdentifier) -> Bool {
        state.withLock { state in
            let isPromised = state.woken.remove(pool) != nil
            guard isPromised || isFree(state) else { return false }
            state.used += 1
            return true
        }
    }

    private func isFree(_ state: State) -> Bool {
        state.used + state.woken.count < capacity(state, at: Self.now)
    }

    /// One that was taken has been opened.
    ///
    /// - Parameter isNews: whether the servers could not be reached before, which others may wait
    ///   to hear.
    func opened(by pool: ObjectIdentifier, isNews: Bool) {
        let wasRefused = state.withLock { state in
            defer { state.refusal = nil }
            state.open += 1
            return state.refusal != nil
        }
        if wasRefused || isNews { call(.tryAgain, but: pool) }
    }

    /// One that was taken could not be opened, for another reason than that there are no more.
    func notOpened() {
        state.withLock { $0.used -= 1 }
        wakeNext()
    }

    /// The server has no more: for a while what is in use is the most. Those that wait find out.
    func refused(_ failures: [HostFailure], to pool: ObjectIdentifier) {
        state.withLock { state in
            let now = Self.now
            let pause = isEarly(state, at: now) ? min(pause, ConnectionLimits.earlyPause) : pause
            state.used -= 1
            state.refusal = Refusal(
                failures: failures, count: state.used, until: now + pause)
        }
        call(.tryAgain, but: pool, onlyWaiting: true)
    }

    /// Gives back one that was open, to whoever has waited longest.
    func release() {
        state.withLock { state in
            state.used -= 1
            state.open -= 1
            state.releasedAt = Self.now
        }
        wakeNext()
    }

    // MARK: Waiting

    /// Has `wake` called, once, when one has been given back.
    func wait(_ pool: ObjectIdentifier, _ wake: @escaping @Sendable () -> Void) {
        let isNew = state.withLock { state in
            guard !state.waiting.contains(where: { $0.pool == pool }) else { return false }
            state.waiting.append((pool, wake))
            waitingCount.store(state.waiting.count, ordering: .relaxed)
            return true
        }
        if isNew { call(.yield, but: pool) }
    }

    /// A pool that was woken has taken what it needs.
    func doneWaking(_ pool: ObjectIdentifier) {
        let isLeft = state.withLock { $0.woken.remove(pool) != nil }
        if isLeft { wakeNext() }
    }

    private func wakeNext() {
        let wake = state.withLock { state -> (@Sendable () -> Void)? in
            guard !state.waiting.isEmpty, isFree(state) else { return nil }
            let next = state.waiting.removeFirst()
            state.woken.insert(next.pool)
            waitingCount.store(state.waiting.count, ordering: .relaxed)
            return next.wake
        }
        wake?()
    }

    private func call(_ call: Call, but pool: ObjectIdentifier, onlyWaiting: Bool = false) {
        let others = state.withLock { state in
            state.pools.filter { other, _ in
                other != pool
                    && (!onlyWaiting || state.waiting.contains(where: { $0.pool == other }))
            }
        }
        for other in others.values { other(call) }
    }

    private func capacity(_ state: State, at now: UInt64) -> Int {
        guard let refusal = state.refusal else { return connectionsMax }
        return min(connectionsMax, refusal.count + (now < refusal.until ? 0 : 1))
    }

    private static var now: UInt64 { monotonicNanoseconds() / 1_000_000 }
}
