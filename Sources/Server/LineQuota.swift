import Quotas
import Synchronization

/// Lets the log tell of a few of many alike, and counts the others: whoever causes such lines can
/// cause as many as he likes. Any thread.
final class LineQuota: Sendable {
    private struct State {
        var bucket = TokenBucket(limit, at: ContinuousClock.now)
        /// Those that had no line since the last one that had.
        var untold = 0

        static let limit = RateLimit(burst: 10, count: 1, seconds: 1)
    }

    private let state = Mutex(State())

    /// Whether one more has a line of its own.
    ///
    /// - Returns: how many before it had none, which are to be told of; nil for no line.
    func take() -> Int? {
        state.withLock { state in
            guard state.bucket.take(at: ContinuousClock.now) else {
                state.untold += 1
                return nil
            }
            defer { state.untold = 0 }
            return state.untold
        }
    }
}
