import Diagnostics
import Network
import Quotas

/// How a loop shares out its time between those whose input is much work for few bytes: frames of
/// WebSockets, chunks of bodies.
///
/// A caller has half of a turn, however many connections send for it. What is left of its input
/// waits for later turns, where those who wait have a part of their own and the next step is of
/// whoever has had the least. Confined to its loop.
final class InputShares {
    private let loop: EventLoop
    /// The turn that the counts are of.
    private var turn = -1
    private var spent: UInt64 = 0
    private var spentOf: [Caller: UInt64] = [:]
    /// Each does a step of its work within so many nanoseconds, and waits again if more is left.
    private var waiting = FairQueue<(UInt64) -> Void>()
    private var isScheduled = false

    init(_ loop: EventLoop) { self.loop = loop }

    /// Nanoseconds that a caller may use in this turn for what has just come.
    func time(for caller: Caller) -> UInt64 {
        startTurn()
        // What came before goes first.
        guard waiting.count(of: caller) == 0 else { return 0 }
        let max = HTTPServerLimits.inputNanosecondsPerTurn
        let had = spentOf[caller] ?? 0
        if spent < max { return had < max / 2 ? max / 2 - had : 0 }
        return had == 0 && spent < 2 * max ? max / HTTPServerLimits.inputStepShare : 0
    }

    /// Counts what a caller has used.
    func note(_ nanoseconds: UInt64, of caller: Caller) {
        startTurn()
        spent += nanoseconds
        spentOf[caller, default: 0] += nanoseconds
    }

    /// Does a step of work in a later turn.
    ///
    /// - Parameter step: Called with the nanoseconds it has; waits again if more is left.
    func wait(_ caller: Caller, _ step: @escaping (UInt64) -> Void) {
        waiting.append(step, of: caller)
        schedule()
    }

    /// Not in the next turn: a loop that is never idle takes the time of other loops, and of
    /// threads that hash passwords, where there are few cores.
    private func schedule() {
        guard !isScheduled else { return }
        isScheduled = true
        _ = loop.schedule(after: HTTPServerLimits.inputPause) { [weak self] in self?.runWaiting() }
    }

    private func runWaiting() {
        let start = monotonicNanoseconds()
        var now = start
        let max = HTTPServerLimits.inputNanosecondsPerTurn
        // What a step leaves is scheduled at the end, for the next turn.
        while now - start < max / 2, let (step, caller) = waiting.popFirst() {
            step(max / HTTPServerLimits.inputStepShare)
            let end = monotonicNanoseconds()
            waiting.charge(end - now, to: caller)
            note(end - now, of: caller)
            now = end
        }
        isScheduled = false
        if !waiting.isEmpty { schedule() }
    }

    private func startTurn() {
        guard turn != loop.turnCount else { return }
        turn = loop.turnCount
        spent = 0
        spentOf.removeAll(keepingCapacity: spentOf.count < 64)
    }
}

@available(*, unavailable)
extension InputShares: Sendable {}
