import Quotas
import Synchronization

/// What is known of how long the runs of one plan take. Any thread.
///
/// A run that takes long is ended and begun again on the slow lane, where it holds up nobody. Once
/// several of a caller have, with no quick one between them, his next ones go there at once, until
/// one is quick. One alone says little: a busy server is late now and then. Nor do a caller's runs
/// say anything of another one's, who may ask for other rows.
public final class Pace: Sendable {
    private struct Mark {
        /// Slow runs in a row.
        var runs = 0
        /// Until when they count, in milliseconds of the loops' clock.
        var until: UInt64 = 0
    }

    /// Until when there may be a caller below: a glance.
    private let markedUntil = Atomic<UInt64>(0)
    private let callers = Mutex<[Caller: Mark]>([:])

    /// Of a plan that nobody has run.
    public init() {}

    /// Whether anybody's run has taken long of late, at a moment of the loops' clock.
    func isMarked(at now: UInt64) -> Bool { now < markedUntil.load(ordering: .relaxed) }

    /// Whether a caller's runs are taken to be slow.
    func isSlow(for caller: Caller, at now: UInt64) -> Bool {
        guard isMarked(at: now) else { return false }
        let mark = callers.withLock { $0[caller] } ?? Mark()
        return mark.runs >= ConnectionLimits.slowRunsMin && now < mark.until
    }

    /// A caller's run has taken long.
    func noteSlow(for caller: Caller, at now: UInt64) {
        let until = now + ConnectionLimits.slowMilliseconds
        callers.withLock { callers in
            if callers.count >= ConnectionLimits.slowCallersMax {
                callers = callers.filter { $0.value.until > now }
            }
            if callers.count >= ConnectionLimits.slowCallersMax { callers = [:] }
            callers[caller] = Mark(runs: (callers[caller]?.runs ?? 0) + 1, until: until)
        }
        markedUntil.store(until, ordering: .relaxed)
    }

    /// A caller's run has been quick.
    func noteQuick(for caller: Caller) { callers.withLock { $0[caller] = nil } }
}
