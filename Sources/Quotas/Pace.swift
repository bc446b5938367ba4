import Synchronization

/// What is known of how long the runs of one plan take, by the clock of whoever keeps it. Any
/// thread.
///
/// A run that takes too long where it was begun is ended, and begun again where it holds up nobody.
/// The caller's next ones go there at once, as long as one was slow of late and none has been quick
/// since. So they do once an answer was too long for where it was begun, until one is short. They
/// say nothing of another caller's runs, who may ask for other rows, unless the plan costs the same
/// whoever asks.
public final class Pace: Sendable {
    /// Why a run is begun again elsewhere.
    public enum Reason: Hashable, Sendable {
        /// It took too long.
        case slow
        /// Its answer was too long.
        case long
    }

    private struct Mark {
        /// Slow runs in a row.
        var slowRuns = 0
        /// Whether the last answer was long.
        var isLong = false
        /// Until when they count.
        var until: UInt64 = 0

        mutating func note(_ reason: Reason, until end: UInt64) {
            switch reason {
            case .slow: slowRuns += 1
            case .long: isLong = true
            }
            until = end
        }
    }

    private struct Marks {
        var callers: [Caller: Mark] = [:]
        var everybody = Mark()
    }

    /// Callers that marks are kept of.
    private static let callersMax = 1_024

    /// Until when there may be a mark below: a glance.
    private let markedUntil = Atomic<UInt64>(0)
    private let marks = Mutex(Marks())
    private let time: UInt64
    private let runsMin: Int

    /// Of a plan that nobody has run.
    ///
    /// - Parameters:
    ///   - time: How long a slow run counts.
    ///   - runsMin: How many slow ones in a row make the next be taken for slow.
    public init(time: UInt64, runsMin: Int = 1) {
        self.time = time
        self.runsMin = runsMin
    }

    /// Whether anybody's run has taken long of late.
    public func isMarked(at now: UInt64) -> Bool {
        now < markedUntil.load(ordering: .relaxed)
    }

    /// Whether a caller's runs are taken to be slow.
    public func isSlow(for caller: Caller, at now: UInt64) -> Bool {
        guard isMarked(at: now) else { return false }
        return marks.withLock { marks in
            isSlow(marks.everybody, at: now)
                || marks.callers[caller].map { isSlow($0, at: now) } ?? false
        }
    }

    private func isSlow(_ mark: Mark, at now: UInt64) -> Bool {
        (mark.isLong || mark.slowRuns >= runsMin) && now < mark.until
    }

    /// A run is begun again elsewhere.
    ///
    /// - Parameter caller: Whose; nil when anybody's would have been.
    public func note(_ reason: Reason, for caller: Caller?, at now: UInt64) {
        let until = now &+ time
        marks.withLock { marks in
            guard let caller else {
                return marks.everybody.note(reason, until: until)
            }
            if marks.callers.count >= Self.callersMax {
                marks.callers = marks.callers.filter { $0.value.until > now }
            }
            if marks.callers.count >= Self.callersMax { marks.callers = [:] }
            marks.callers[caller, default: Mark()].note(reason, until: until)
        }
        markedUntil.store(until, ordering: .relaxed)
    }

    /// A caller's run has been quick.
    public func noteQuick(for caller: Caller) {
        marks.withLock { marks in
            marks.callers[caller]?.slowRuns = 0
            marks.everybody.slowRuns = 0
        }
    }

    /// A caller's answer has been short.
    public func noteShort(for caller: Caller) {
        marks.withLock { $0.callers[caller]?.isLong = false }
    }
}
