import Expressions

/// What judging one change may cost for listeners that no index decides: steps, which are shared
/// out fairly, and time, for what is not counted in steps.
///
/// Callers take turns by deficit round robin (Shreedhar, Varghese, SIGCOMM 1995): in each pass each
/// may spend a quantum, and each site what some callers may; who has spent more sits out the next
/// passes. So a caller with one listener is heard in the first pass, and with thousands he waits
/// for nobody but himself.
final class ChangeBudget {
    /// Counts all steps of a hub.
    private let steps = StepCounter()
    /// Steps that un-indexed filters may take for one change, and that rules may beside them.
    let stepsMax: Int
    private let time: Duration
    private let uptime: () -> ContinuousClock.Instant
    private var stepsEnd = 0
    private var timeEnd: ContinuousClock.Instant
    private var nextLook = 0
    private var pass: UInt64 = 0
    private var waiting: ContiguousArray<Listener> = []
    private var later: ContiguousArray<Listener> = []

    /// - Parameter uptime: the monotonic clock; read once for each change with such listeners, and
    ///   now and then.
    init(milliseconds: Int, uptime: @escaping () -> ContinuousClock.Instant) {
        stepsMax = milliseconds * RealtimeLimits.stepsPerMillisecond
        time = .milliseconds(milliseconds)
        self.uptime = uptime
        timeEnd = uptime()
    }

    /// Steps that have been spent so far.
    var spent: Int { steps.count }

    /// Judges listeners as far as the budget goes. Those it does not reach are stopped.
    func judge(
        _ listeners: ContiguousArray<Listener>, in round: Round,
        _ note: (Listener, Judge.Verdict) -> Void
    ) {
        stepsEnd = steps.count + stepsMax
        timeEnd = uptime() + time
        nextLook = steps.count + RealtimeLimits.stepsPerLook
        waiting.append(contentsOf: listeners)
        let firstPass = pass + 1
        while !waiting.isEmpty {
            pass += 1
            for listener in waiting {
                if isOver {
                    note(listener, listener.verdict(unfiltered: .stopped, in: round))
                } else if listener.audience.payer?.mayGo(
                    in: pass, since: firstPass, granted: RealtimeLimits.stepsPerTurn) == false
                {
                    later.append(listener)
                } else {
                    note(listener, verdict(of: listener, in: round))
                }
            }
            swap(&waiting, &later)
            later.removeAll(keepingCapacity: true)
        }
    }

    private func verdict(of listener: Listener, in round: Round) -> Judge.Verdict {
        let before = steps.count
        steps.allow(RealtimeLimits.stepsPerJudgement)
        steps.charge(RealtimeLimits.stepsPerListener)
        let verdict = listener.verdict(in: round, counting: steps)
        listener.audience.payer?.pay(steps.count - before)
        return verdict
    }

    /// Whether this change has had all that it may.
    private var isOver: Bool {
        if steps.count >= stepsEnd { return true }
        guard steps.count >= nextLook else { return false }
        nextLook = steps.count + RealtimeLimits.stepsPerLook
        if uptime() >= timeEnd { stepsEnd = steps.count }
        return steps.count >= stepsEnd
    }
}
