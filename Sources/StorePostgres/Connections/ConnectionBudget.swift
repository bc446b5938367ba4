import Diagnostics
import Synchronization

/// How many connections the pools of a process have together, and who waits for one.
///
/// A pool that has none left to take asks to be woken. As long as somebody waits, the others give
/// up what they do not use, and what they have beyond their share.
final class ConnectionBudget: Sendable {
    private struct State {
        var used = 0
        var pools: Set<ObjectIdentifier> = []
        /// What the server gives, where that is less than the setting, and until when it counts.
        var shrunk: (count: Int, until: UInt64)?
        var waiting: [(pool: ObjectIdentifier, wake: @Sendable () -> Void)] = []
        /// Pools that have been woken: what they have waited for is not given to others.
        var woken: Set<ObjectIdentifier> = []
    }

    private let connectionsMax: Int
    private let state = Mutex(State())
    private let waitingCount = Atomic(0)

    init(connectionsMax: Int) { self.connectionsMax = max(1, connectionsMax) }

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

    func register(_ pool: ObjectIdentifier) { state.withLock { _ = $0.pools.insert(pool) } }

    func deregister(_ pool: ObjectIdentifier) {
        state.withLock { _ = $0.pools.remove(pool) }
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

    /// Takes one for a pool; false when all are taken or promised.
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

    /// Gives one back, to whoever has waited longest.
    func release() {
        state.withLock { $0.used -= 1 }
        wakeNext()
    }

    /// Has `wake` called, once, when one has been given back.
    func wait(_ pool: ObjectIdentifier, _ wake: @escaping @Sendable () -> Void) {
        state.withLock { state in
            guard !state.waiting.contains(where: { $0.pool == pool }) else { return }
            state.waiting.append((pool, wake))
            waitingCount.store(state.waiting.count, ordering: .relaxed)
        }
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

    /// The server has no more than what is in use: for a while that is the most.
    ///
    /// - Returns: how many are in use.
    func shrink() -> Int {
        state.withLock { state in
            let count = max(1, state.used)
            state.shrunk = (count, Self.now + ConnectionLimits.shrunkMilliseconds)
            return state.used
        }
    }

    private func capacity(_ state: State, at now: UInt64) -> Int {
        guard let shrunk = state.shrunk, now < shrunk.until else { return connectionsMax }
        return min(connectionsMax, shrunk.count)
    }

    private static var now: UInt64 { monotonicNanoseconds() / 1_000_000 }
}
