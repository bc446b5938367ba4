import Diagnostics
import HTTP
import HTTPServer

/// Counts every answered request and logs those the log's level asks for.
struct RequestObserver: Sendable {
    let counters: RequestCounters
    let log: Log

    func record(_ request: AnsweredRequest) {
        counters.record(status: request.status, microseconds: request.microseconds)
        let refusal = request.refusal
        let level = Event.level(ofStatus: request.status, isRefused: refusal != nil)
        guard level >= log.level else { return }
        log.record(
            .request(
                id: request.id, method: request.method.name, path: request.path,
                status: request.status, microseconds: request.microseconds,
                refusal: refusal.map { RefusalText(code: $0.code, message: $0.message) }))
    }
}
