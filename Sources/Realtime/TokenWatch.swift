import Diagnostics

/// Knows when the hub has to look at its channels' tokens again, so that a turn in which none can
/// have ended costs a comparison.
final class TokenWatch {
    /// The first second at which a channel's token ends.
    private var nextEnd = Int64.max
    private let revocationCount: () -> Int
    /// The revocations known when tokens were last checked.
    private var seenRevocations: Int
    private var lastCheck: ContinuousClock.Instant

    /// - Parameter revocationCount: grows whenever tokens have been revoked.
    init(revocationCount: @escaping () -> Int, at uptime: ContinuousClock.Instant) {
        self.revocationCount = revocationCount
        seenRevocations = revocationCount()
        lastCheck = uptime
    }

    /// Watches a token's end, in seconds since 1970; nil for one that does not end.
    func expect(_ end: Int64?) {
        if let end { nextEnd = min(nextEnd, end) }
    }

    /// Whether an expected end has come. All are forgotten then: the caller looks at every token
    /// and expects the ends that are still to come.
    func endsAreDue(at now: Instant) -> Bool {
        guard now.seconds >= nextEnd else { return false }
        nextEnd = .max
        return true
    }

    /// Whether tokens may have been revoked since the last check: some have, or it is long ago.
    func checkIsDue(at uptime: ContinuousClock.Instant) -> Bool {
        let revocations = revocationCount()
        guard
            revocations != seenRevocations
                || uptime - lastCheck >= .seconds(RealtimeLimits.tokenCheckSeconds)
        else { return false }
        seenRevocations = revocations
        lastCheck = uptime
        return true
    }
}
