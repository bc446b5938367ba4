import Addresses
import Diagnostics
import Quotas

/// What the log tells of refusals on channels, those of all loops. Any thread.
final class ChannelRefusals: Sendable {
    private let log: Log
    private let lines = LineQuota()

    init(log: Log) { self.log = log }

    /// Tells of those that had no line and that none follows. Called now and then.
    func tellRest() {
        let untold = lines.takeRest()
        if untold > 0 { log.record(.channelsRefused(count: untold)) }
    }

    /// Tells of one, unless too many come.
    ///
    /// - Parameter topic: As the client wrote it; it may be as long as a message.
    func record(_ topic: String, _ refusal: Refusal, from block: AddressBlock) {
        guard let untold = lines.take() else { return }
        if untold > 0 { log.record(.channelsRefused(count: untold)) }
        log.record(
            .channelRefused(
                topic: String(topic.prefix(256)), address: "\(block)",
                refusal: refusal))
    }
}
