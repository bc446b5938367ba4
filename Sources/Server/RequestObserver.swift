import Addresses
import Diagnostics
import HTTP
import HTTPServer
import Quotas

/// Counts every answered request and logs those the log's level asks for. Any thread.
final class RequestObserver: Sendable {
    private let counters: RequestCounters
    private let log: Log
    /// Of requests that are throttled: whoever is, comes again at once.
    private let throttledLines = LineQuota()

    init(counters: RequestCounters, log: Log) {
        self.counters = counters
        self.log = log
    }

    func record(_ request: AnsweredRequest, from peer: () -> Peer) {
        counters.record(status: request.status, microseconds: request.microseconds)
        if let refusal = request.refusal { counters.count(refusal) }
        let level = Event.level(ofStatus: request.status, isRefused: request.refusal != nil)
        guard level >= log.level, request.status != 429 || isThrottledTold() else { return }
        log.record(
            .request(
                id: request.id, address: peer().address, method: request.method.name,
                path: request.path, status: request.status, microseconds: request.microseconds,
                refusal: request.refusal))
    }

    /// Tells of those that were throttled without a line and that none follows. Called now and
    /// then.
    func tellRest() {
        let untold = throttledLines.takeRest()
        if untold > 0 { log.record(.requestsThrottled(count: untold)) }
    }

    /// Whether a request that is throttled has a line of its own. Those before it that had none are
    /// told of.
    private func isThrottledTold() -> Bool {
        guard let untold = throttledLines.take() else { return false }
        if untold > 0 { log.record(.requestsThrottled(count: untold)) }
        return true
    }
}
