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
    }

    private let connectionsMax: Int
    private let state = Mutex(State())
    private let waitingCount = Atomic(0)

    init(connectionsMax: Int) { self.connectionsMax = max(1, connectionsMax) }

    /// Whether somebody waits. Any thread; a glance.
    var isContended: Bool { waitingCount.load(ordering: .relaxed) > 0 }

    /// What each pool may keep while others wait.
    var share: Int {
        state.withLock { max(1, capacity($0, at: Self.now) / max(1, $0.pools.count)) }
    }

    func register(_ pool: ObjectIdentifier) { state.withLock { _ = $0.pools.insert(pool) } }

    func deregister(_ pool: ObjectIdentifier) {
        state.withLock { state in
            state.pools.remove(pool)
            state.waiting.removeAll { $0.pool == pool }
            waitingCount.store(state.waiting.count, ordering: .relaxed)
        }
    }

    /// Takes one; false when all are taken.
    func take() -> Bool {
        state.withLock { state in
            guard state.used < capacity(state, at: Self.now) else { return false }
            state.used += 1
            return true
        }
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

    /// Lets the next one have its turn.
    func wakeNext() {
        let wake = state.withLock { state -> (@Sendable () -> Void)? in
            guard !state.waiting.isEmpty, state.used < capacity(state, at: Self.now) else {
                return nil
            }
            defer { waitingCount.store(state.waiting.count, ordering: .relaxed) }
            return state.waiting.removeFirst().wake
        }
        wake?()
    }

    /// The server has no more than what is in use: for a while that is the most.
    func shrink() {
        state.withLock { state in
            state.shrunk = (
                max(1, state.used), Self.now + ConnectionLimits.shrunkMilliseconds
            )
        }
    }

    private func capacity(_ state: State, at now: UInt64) -> Int {
        guard let shrunk = state.shrunk, now < shrunk.until else { return connectionsMax }
        return min(connectionsMax, shrunk.count)
    }

    private static var now: UInt64 { monotonicNanoseconds() / 1_000_000 }
}
