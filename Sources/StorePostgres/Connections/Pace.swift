import Synchronization

/// What is known of how long the runs of one plan take. Any thread.
///
/// A caller's run that takes long is ended and begun again on the slow lane, where it holds up
/// nobody; his next ones go there at once, until one of them has been quick. Those of others begin
/// where they always do: they may ask for other rows.
public final class Pace: Sendable {
    /// Until when there may be a caller below, in milliseconds of the loops' clock: a glance.
    private let slowUntil = Atomic<UInt64>(0)
    /// Until when runs are taken to be slow, by caller.
    private let callers = Mutex<[String: UInt64]>([:])

    /// Of a plan that nobody has run.
    public init() {}

    /// Whether somebody's runs are slow, at a moment of the loops' clock.
    func mayBeSlow(at now: UInt64) -> Bool { now < slowUntil.load(ordering: .relaxed) }

    /// Whether a caller's runs are taken to be slow.
    func isSlow(for caller: String, at now: UInt64) -> Bool {
        mayBeSlow(at: now) && callers.withLock { now < $0[caller] ?? 0 }
    }

    /// A caller's run has taken long.
    func noteSlow(for caller: String, at now: UInt64) {
        let until = now + ConnectionLimits.slowMilliseconds
        callers.withLock { callers in
            if callers.count >= ConnectionLimits.slowCallersMax {
                callers = callers.filter { $0.value > now }
            }
            if callers.count >= ConnectionLimits.slowCallersMax { callers = [:] }
            callers[caller] = until
        }
        slowUntil.store(until, ordering: .relaxed)
    }

    /// A caller's run has been quick where it might have been slow.
    func noteQuick(for caller: String) { callers.withLock { $0[caller] = nil } }
}
