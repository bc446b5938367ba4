import Diagnostics
import Quotas
import Store

/// How a loop shares out its time between those who read on it.
///
/// What ends before the clock is looked at, as finding rows by their keys does, counts as nothing.
/// All else has so much of a turn, and a caller, with all others of his site, the half of it. Who
/// has had that waits for the next turn; who comes to a turn that others have used up has a short
/// try, which is all that most reads need.
///
/// Confined to its loop.
struct LoopTime {
    /// What becomes of a read at this moment.
    enum Admission {
        case now
        /// It may try, for so many nanoseconds.
        case briefly(UInt64)
        case inNextTurn
    }

    /// What one read has.
    let readMax: UInt64
    /// What all have of a turn beside their short tries.
    let turnMax: UInt64
    /// What all have had of this turn.
    private(set) var spent: UInt64 = 0
    /// What reads had of it that had waited for it.
    private var spentOnWaiting: UInt64 = 0
    private var sites: [Caller: UInt64] = [:]

    /// - Parameter readMax: In nanoseconds. A turn is shorter: reads that take so long are the
    ///   exception, while those that wait for the loop's next turn are all the others.
    init(readMax: UInt64) {
        self.readMax = readMax
        turnMax = readMax / DatabaseLimits.turnShare
    }

    /// Whether nothing is left of the turn but short tries.
    var isUsedUp: Bool { spent >= turnMax }

    /// Whether a caller's read may begin.
    func admission(of caller: Caller) -> Admission {
        if spent < turnMax / 2 { return .now }
        let had = sites[caller.forSite] ?? 0
        if !isUsedUp { return had < turnMax / 2 ? .now : .inNextTurn }
        return had == 0 && spent < readMax + turnMax
            ? .briefly(turnMax / DatabaseLimits.briefReadShare) : .inNextTurn
    }

    /// Whether a read that has waited may begin: those have half a turn whatever has come in this
    /// one, and no more of it however often they are looked for.
    var takesWaiting: Bool { spentOnWaiting < turnMax / 2 }

    /// Counts what a read has taken that had waited, and has been noted already.
    mutating func noteWaiting(_ nanoseconds: UInt64) { spentOnWaiting += nanoseconds }

    /// Counts what a read has taken.
    mutating func note(_ nanoseconds: UInt64, of caller: Caller) {
        spent += nanoseconds
        sites[caller.forSite, default: 0] += nanoseconds
    }

    /// Everybody has the whole turn again.
    mutating func endTurn() {
        spent = 0
        spentOnWaiting = 0
        sites.removeAll(keepingCapacity: sites.count < 64)
    }
}
