import Synchronization

/// The text of `/metrics`, made at most once a second however many ask for it, on however many
/// loops: making it costs half a millisecond of a loop, and none of those who ask needs it newer.
/// Any thread.
final class ScrapeText: Sendable {
    private let make: @Sendable () -> [UInt8]
    private let uptime: @Sendable () -> ContinuousClock.Instant
    private let kept = Mutex<(text: [UInt8], end: ContinuousClock.Instant)?>(nil)

    /// - Parameters:
    ///   - uptime: the monotonic clock; another one in tests.
    ///   - make: makes the text. Called under a lock: who asks meanwhile gets the same one.
    init(
        uptime: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
        make: @escaping @Sendable () -> [UInt8]
    ) {
        self.uptime = uptime
        self.make = make
    }

    /// The text, at most a second old.
    var bytes: [UInt8] {
        kept.withLock { kept in
            let now = uptime()
            if let kept, now < kept.end { return kept.text }
            let text = make()
            kept = (text, now + .seconds(1))
            return text
        }
    }
}
