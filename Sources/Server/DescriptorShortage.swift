import Diagnostics
import Network
import Synchronization

/// Tells the operator that descriptors have run out: once a minute at most, since whoever is turned
/// away comes again at once.
final class DescriptorShortage: Sendable {
    private static let pause = Duration.seconds(60)

    private let log: Log
    private let quietUntil = Mutex<ContinuousClock.Instant?>(nil)

    init(log: Log) { self.log = log }

    /// A connection was turned away. From any thread.
    func note() {
        let isNews = quietUntil.withLock { quietUntil in
            let now = ContinuousClock.now
            if let quietUntil, now < quietUntil { return false }
            quietUntil = now + Self.pause
            return true
        }
        if isNews { log.record(.descriptorsExhausted(limit: DescriptorLimit.current)) }
    }
}
