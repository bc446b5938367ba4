import Diagnostics
import Synchronization

/// Remembers of a plan that its count has read a whole table until the loop's budget was used up.
/// So will the next one, most likely, whatever its operands: it goes to the slow lane at once,
/// since what the loop had done of it was done for nothing. One that turns out to be short there is
/// tried on the loop the next time.
///
/// A count that an index helps costs what its operands say, and is tried on the loop each time:
/// nobody waits in the slow lane because somebody else asked for more.
final class CountForecast: Sendable {
    /// The end of that, in nanoseconds of the monotonic clock; 0 when nothing is known.
    private let end = Atomic<UInt64>(0)

    /// Whether the next count is taken to be as long.
    var isLong: Bool {
        let end = end.load(ordering: .relaxed)
        return end != 0 && monotonicNanoseconds() < end
    }

    /// Called by the loop whose budget was used up.
    func noteLong() { end.store(moment(after: RESTLimits.longCountTime), ordering: .relaxed) }

    /// Called by the slow lane with what a count took.
    func note(_ nanoseconds: UInt64) {
        if nanoseconds < RESTLimits.shortCountTime.nanoseconds { end.store(0, ordering: .relaxed) }
    }
}
