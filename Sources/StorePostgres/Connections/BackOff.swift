/// The pauses between attempts to connect: each twice as long as the one before, up to a bound, and
/// shortened at random by up to a half, so that many nodes do not come back at one moment.
struct BackOff {
    private var failures = 0

    /// The pause after one more failure.
    ///
    /// - Parameter fraction: from 0 up to 1, drawn for each pause.
    mutating func next(
        _ treatment: HostFailure.Treatment, fraction: Double = .random(in: 0..<1)
    ) -> Duration {
        failures += 1
        switch treatment {
        case .goBare: return .zero
        case .wait: return Self.shortened(ConnectionLimits.longestPause, fraction)
        case .backOff, .shrink:
            return Self.shortened(
                Self.doubled(
                    ConnectionLimits.shortestPause, times: failures - 1,
                    most: ConnectionLimits.longestPause), fraction)
        }
    }

    /// Begins anew, after a success.
    mutating func reset() { failures = 0 }

    /// The pause before a unit that others got into the way of is run once more.
    static func conflictPause(runs: Int, fraction: Double = .random(in: 0..<1)) -> Duration {
        shortened(
            doubled(
                ConnectionLimits.conflictPause, times: runs, most: ConnectionLimits.longestPause),
            fraction)
    }

    private static func doubled(_ first: Duration, times: Int, most: Duration) -> Duration {
        min(most, first * (1 << min(times, 20)))
    }

    private static func shortened(_ pause: Duration, _ fraction: Double) -> Duration {
        pause * (1 - fraction / 2)
    }
}
