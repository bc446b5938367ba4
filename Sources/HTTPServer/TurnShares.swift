import Diagnostics
import Network
import Quotas

/// How a loop shares out one kind of its time between callers: that for requests and TLS
/// handshakes, or that for frames of WebSockets and chunks of bodies, which are much work for few
/// bytes.
///
/// A caller, with all others of its site, has half of a turn, however many connections send for it.
/// What is left of its input waits for later turns, where those who wait have a part of their own
/// and the next step is of whoever has had the least. Confined to its loop.
final class TurnShares {
    private let loop: EventLoop
    /// Nanoseconds of a turn that there are for all.
    private let perTurn: UInt64
    /// From a turn with steps of those who wait to the next such one.
    private let pause: Duration
    /// The pause behind the last such turn: longer where it took longer than it should, since a
    /// step is never shorter than one piece of work.
    private var lastPause: Duration
    /// The turn that the counts are of.
    private var turn = -1
    private var spent: UInt64 = 0
    /// What has been used in this turn, as it was noted. It is added up by sites when somebody
    /// may have had his half: in most turns nobody has.
    private var notes: [(caller: Caller, nanoseconds: UInt64)] = []
    private var spentOf: [Caller: UInt64] = [:]
    /// Each does a step of its work, and waits again if more is left.
    private var waiting = FairQueue<() -> Void>()
    /// What has been spent within the work that is being done.
    private var spentWithin: UInt64 = 0
    private var isScheduled = false
    /// Whose step it is, and the nanoseconds that are left of it.
    private var step: (caller: Caller, left: UInt64)?

    /// Counts what is put off.
    private let deferred: CounterCells.Cell

    init(
        _ loop: EventLoop, perTurn: UInt64, pause: Duration, deferred: CounterCells.Cell
    ) {
        self.loop = loop
        self.deferred = deferred
        self.perTurn = perTurn
        self.pause = pause
        lastPause = pause
    }

    /// Nanoseconds that a caller may use in this turn for what has just come, or in the step that
    /// is his.
    func time(for caller: Caller) -> UInt64 {
        if let step, step.caller == caller { return step.left }
        startTurn()
        let half = perTurn / 2
        if waiting.isEmpty, spent < half { return half - spent }
        // What came before goes first.
        guard waiting.count(of: caller) == 0 else { return 0 }
        let had = spent(by: caller)
        if spent < perTurn { return had < half ? half - had : 0 }
        return had == 0 && spent < 2 * perTurn ? stepTime : 0
    }

    /// Does some work of a caller, and counts what it takes. What is counted within it is counted
    /// once: a request may come with the handshake's end.
    func spend(of caller: Caller, _ work: () -> Void) {
        let start = monotonicNanoseconds()
        let before = spentWithin
        spentWithin = 0
        work()
        let whole = monotonicNanoseconds() - start
        note(whole - min(whole, spentWithin), of: caller)
        spentWithin = before + whole
    }

    /// Counts what a caller has used.
    func note(_ nanoseconds: UInt64, of caller: Caller) {
        // A step is counted as a whole at its end.
        if let left = step?.left, step?.caller == caller {
            step?.left = left - min(left, nanoseconds)
            return
        }
        startTurn()
        spent += nanoseconds
        notes.append((caller, nanoseconds))
    }

    /// What all from a caller's site have used in this turn.
    private func spent(by caller: Caller) -> UInt64 {
        for note in notes { spentOf[note.caller.forSite, default: 0] += note.nanoseconds }
        notes.removeAll(keepingCapacity: true)
        return spentOf[caller.forSite] ?? 0
    }

    /// Nanoseconds of a step.
    private var stepTime: UInt64 { perTurn / HTTPServerLimits.stepShare }

    /// Does a step of work in a later turn.
    ///
    /// - Parameter step: Uses `time(for:)` of the caller, and waits again if more is left.
    func wait(_ caller: Caller, _ step: @escaping () -> Void) {
        deferred.add(1)
        waiting.append(step, of: caller)
        schedule()
    }

    private func schedule() {
        guard !isScheduled else { return }
        isScheduled = true
        _ = loop.schedule(after: lastPause) { [weak self] in self?.runWaiting() }
    }

    private func runWaiting() {
        let start = monotonicNanoseconds()
        var now = start
        // What a step leaves is scheduled at the end, for the next turn.
        while now - start < perTurn / 2, let (work, caller) = waiting.popFirst() {
            step = (caller, stepTime)
            work()
            step = nil
            let end = monotonicNanoseconds()
            waiting.charge(end - now, to: caller)
            note(end - now, of: caller)
            now = end
        }
        isScheduled = false
        lastPause = max(pause, pause * (now - start) / (perTurn / 2))
        if !waiting.isEmpty { schedule() }
    }

    private func startTurn() {
        guard turn != loop.turnCount else { return }
        turn = loop.turnCount
        spent = 0
        notes.removeAll(keepingCapacity: notes.count < 1_024)
        if !spentOf.isEmpty { spentOf.removeAll(keepingCapacity: spentOf.count < 64) }
    }
}

@available(*, unavailable)
extension TurnShares: Sendable {}
