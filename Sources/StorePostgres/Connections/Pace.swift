import Quotas
import Synchronization

/// What is known of how long the runs of one plan take, and their answers are: whether a caller's
/// next ones go to the slow lane at once, for a while. Any thread.
///
/// A run that takes long is ended and begun again on the slow lane, where it holds up nobody. Once
/// several of a caller have, with no quick one between them, his next ones go there at once, until
/// one is quick. One alone says little: a busy server is late now and then. Nor do a caller's runs
/// say anything of another one's, who may ask for other rows. An answer that is too long for the
/// short lane says enough by itself, until there one is shorter.
public final class Pace: Sendable {
    /// Why a run is begun again on the slow lane.
    enum Reason: Hashable {
        case slow
        case long
    }

    private struct Mark {
        /// Slow runs in a row.
        var slowRuns = 0
        /// Whether the last answer was long.
        var isLong = false
        /// Until when they count, in milliseconds of the loops' clock.
        var until: UInt64 = 0
    }

    /// Until when there may be a caller below: a glance.
    private let markedUntil = Atomic<UInt64>(0)
    private let callers = Mutex<[Caller: Mark]>([:])

    /// Of a plan that nobody has run.
    public init() {}

    /// Whether anything has been noted of anybody's runs of late, at a moment of the loops' clock.
    func isMarked(at now: UInt64) -> Bool { now < markedUntil.load(ordering: .relaxed) }

    /// Whether a caller's runs go to the slow lane.
    func isSlow(for caller: Caller, at now: UInt64) -> Bool {
        guard isMarked(at: now) else { return false }
        let mark = callers.withLock { $0[caller] } ?? Mark()
        return (mark.isLong || mark.slowRuns >= ConnectionLimits.slowRunsMin) && now < mark.until
    }

    /// A caller's run is begun again on the slow lane.
    func note(_ reason: Reason, for caller: Caller, at now: UInt64) {
        let until = now + ConnectionLimits.slowMilliseconds
        callers.withLock { callers in
            if callers.count >= ConnectionLimits.slowCallersMax {
                callers = callers.filter { $0.value.until > now }
            }
            if callers.count >= ConnectionLimits.slowCallersMax { callers = [:] }
            var mark = callers[caller] ?? Mark()
            switch reason {
            case .slow: mark.slowRuns += 1
            case .long: mark.isLong = true
            }
            mark.until = until
            callers[caller] = mark
        }
        markedUntil.store(until, ordering: .relaxed)
    }

    /// A caller's run has been quick.
    func noteQuick(for caller: Caller) { callers.withLock { $0[caller]?.slowRuns = 0 } }

    /// A caller's answer has been short.
    func noteShort(for caller: Caller) { callers.withLock { $0[caller]?.isLong = false } }
}
