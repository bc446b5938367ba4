import Quotas
import Synchronization

/// Lets the log tell of a few of many alike, and counts the others: whoever causes such lines can
/// cause as many as he likes. Any thread.
final class LineQuota: Sendable {
    private struct State {
        var bucket: TokenBucket
        /// Those that had no line since the last one that had.
        var untold = 0
        /// When the last one of them came.
        var lastUntold = ContinuousClock.now
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
                state.lastUntold = ContinuousClock.now
                return nil
            }
            defer { state.untold = 0 }
            return state.untold
        }
    }

    /// Those that had no line, once no more of them come: there is none then that tells of them.
    ///
    /// - Returns: how many; 0 where none are to be told of.
    func takeRest() -> Int {
        state.withLock { state in
            guard state.untold > 0, ContinuousClock.now - state.lastUntold >= Self.silence else {
                return 0
            }
            defer { state.untold = 0 }
            return state.untold
        }
    }

    private static let silence: Duration = .seconds(2)
}
