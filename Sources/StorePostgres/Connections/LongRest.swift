import Network
import Quotas

/// Keeps the writes of a loop that are known to take long to a share of the time, while others are
/// served in between: after each of them the next one rests. Who reads, writes and listens shares
/// the server's processors with them, and what follows the changes is told of all their rows first.
///
/// As long as nobody else is served, nobody rests.
struct LongRest {
    /// Percent of the time.
    private let share: UInt64
    /// Who ran last.
    private var caller: Caller?
    /// When the rest is over, in milliseconds of the loop's clock, and what ends it.
    private var end: UInt64 = 0
    private var timer: TimerToken?
    /// Whether others have been served in this rest, and in the one before.
    private var othersCame = false
    private var othersCameBefore = false

    /// - Parameter share: 1...100.
    init(share: Int) {
        self.share = UInt64(clamping: min(max(share, 1), 100))
    }

    /// Whether no long one may begin.
    var holds: Bool { timer != nil && (othersCame || othersCameBefore) }

    /// A unit has ended that is not known to take long.
    mutating func noteShort(of caller: Caller) {
        guard timer != nil, !othersCame else { return }
        othersCame = caller != self.caller
    }

    /// A long one has ended.
    ///
    /// - Parameters:
    ///   - milliseconds: How long it has run.
    ///   - schedule: Calls ``over()`` after so long.
    mutating func begin(
        after milliseconds: UInt64, of caller: Caller, at now: UInt64,
        _ schedule: (Duration) -> TimerToken
    ) {
        let rest = milliseconds &* (100 - share) / share
        guard rest > 0 else { return }
        self.caller = caller
        end = max(end, now) + min(rest, ConnectionLimits.longRestMax)
        let delay = Duration.milliseconds(end - now)
        if let timer { timer.rearm(after: delay) } else { timer = schedule(delay) }
    }

    /// The rest is over.
    mutating func over() {
        timer = nil
        othersCameBefore = othersCame
        othersCame = false
    }

    /// The loop's pool is closed.
    func cancel() { timer?.cancel() }
}
