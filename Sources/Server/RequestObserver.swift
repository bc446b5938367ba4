import Addresses
import Diagnostics
import HTTP
import HTTPServer
import Quotas
import Synchronization

/// Counts every answered request and logs those the log's level asks for. Any thread.
final class RequestObserver: Sendable {
    /// The lines of requests that are throttled: whoever is, comes again at once.
    private struct ThrottledLines {
        var bucket = TokenBucket(limit, at: ContinuousClock.now)
        /// Requests that had none since the last one that had.
        var untold = 0

        static let limit = RateLimit(burst: 10, count: 1, seconds: 1)
    }

    private let counters: RequestCounters
    private let log: Log
    private let throttled = Mutex(ThrottledLines())

    init(counters: RequestCounters, log: Log) {
        self.counters = counters
        self.log = log
    }

    func record(_ request: AnsweredRequest, from peer: () -> Peer) {
        counters.record(status: request.status, microseconds: request.microseconds)
        let refusal = request.refusal
        let level = Event.level(ofStatus: request.status, isRefused: refusal != nil)
        guard level >= log.level, request.status != 429 || isThrottledTold() else { return }
        log.record(
            .request(
                id: request.id, address: peer().address, method: request.method.name,
                path: request.path, status: request.status, microseconds: request.microseconds,
                refusal: refusal.map {
                    RefusalText(code: $0.code, message: $0.message, policy: $0.policy)
                }))
    }

    /// Whether a request that is throttled has a line of its own. Those before it that had none are
    /// told of.
    private func isThrottledTold() -> Bool {
        let untold = throttled.withLock { lines -> Int? in
            guard lines.bucket.take(at: ContinuousClock.now) else {
                lines.untold += 1
                return nil
            }
            defer { lines.untold = 0 }
            return lines.untold
        }
        if let untold, untold > 0 { log.record(.requestsThrottled(count: untold)) }
        return untold != nil
    }
}
