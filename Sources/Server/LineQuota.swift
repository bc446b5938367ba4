import Quotas
import Synchronization

/// Lets the log tell of a few of many alike, and counts the others: whoever causes such lines can
/// cause as many as he likes. Any thread.
final class LineQuota: Sendable {
    private struct State {
        var bucket: TokenBucket
        /// Those that had no line since the last one that had.
        var untold = 0
    }

    private let state: Mutex<State>

    /// - Parameter limit: how many have lines.
    init(_ limit: RateLimit = RateLimit(burst: 10, count: 1, seconds: 1)) {
        state = Mutex(State(bucket: TokenBucket(limit, at: ContinuousClock.now)))
    }

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
