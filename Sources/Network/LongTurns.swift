import Synchronization

/// How often turns of a loop have taken long, which is how long everybody on it waited. The loop
/// counts, any thread reads.
public final class LongTurns: Sendable {
    /// From which time on a turn is counted, in milliseconds, each with a counter of its own.
    public static let bounds: [UInt64] = [leastMilliseconds, 20, 100, 1000]
    private static let leastMilliseconds: UInt64 = 5

    private struct State {
        var counts = [UInt64](repeating: 0, count: bounds.count)
        var longest: UInt64 = 0
    }

    private let state = Mutex(State())

    init() {}

    /// How many turns took as long as each of ``bounds``, or longer.
    public var counts: [UInt64] { state.withLock { $0.counts } }

    /// The longest of them since it was last asked for, in nanoseconds.
    public func takeLongest() -> UInt64 {
        state.withLock { state in
            defer { state.longest = 0 }
            return state.longest
        }
    }

    /// The loop has taken a turn.
    @inline(__always)
    func note(_ nanoseconds: UInt64) {
        if nanoseconds >= Self.leastMilliseconds * 1_000_000 { noteLong(nanoseconds) }
    }

    @inline(never)
    private func noteLong(_ nanoseconds: UInt64) {
        state.withLock { state in
            state.longest = max(state.longest, nanoseconds)
            for (index, bound) in Self.bounds.enumerated() where nanoseconds >= bound * 1_000_000 {
                state.counts[index] += 1
            }
        }
    }
}
