import Diagnostics
import Store
import Synchronization

/// Remembers of a plan that its count has read a whole table until the loop's budget was used up.
/// So will the next one, most likely, whatever its operands: it goes to the slow lane at once,
/// since what the loop had done of it was done for nothing. One that turns out to be short there is
/// tried on the loop the next time.
///
/// A count that an index helps costs what its operands say, and is tried on the loop each time:
/// nobody waits in the slow lane because somebody else asked for more.
final class CountForecast: CountMemory {
    /// How long a count that was too long for the loop is not tried there again. Trying costs five
    /// milliseconds, the slow lane some twenty microseconds.
    private static let longTime = Duration.seconds(60)
    /// A count of less time than this would have been done on the loop.
    private static let shortTime = Duration.milliseconds(2)
    /// The end of that, in nanoseconds of the monotonic clock; 0 when nothing is known.
    private let end = Atomic<UInt64>(0)

    /// A forecast that knows nothing.
    init() {}

    /// Whether the next count is taken to be as long.
    var isLong: Bool {
        let end = end.load(ordering: .relaxed)
        return end != 0 && monotonicNanoseconds() < end
    }

    /// Called by the loop whose budget was used up.
    func noteLong() { end.store(moment(after: Self.longTime), ordering: .relaxed) }

    /// Called by the slow lane with what a count took.
    func note(_ nanoseconds: UInt64) {
        if nanoseconds < Self.shortTime.nanoseconds { end.store(0, ordering: .relaxed) }
    }
}
