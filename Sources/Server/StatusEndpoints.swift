import Bytes
import HTTP

/// `/health`, `/ready` and `/metrics`: what probes and scrapers ask, without a key.
struct StatusEndpoints: Sendable {
    /// Appends every metric in Prometheus' text format.
    let appendMetrics: @Sendable (inout [UInt8]) -> Void
    /// Whether the server takes new work: false while it drains.
    let isReady: @Sendable () -> Bool

    /// The answer to a probe, nil when the path is none.
    func respond(to request: Request) -> Response? {
        let path = request.rawPath.span
        if ASCII.equal(path, "/health") {
            return Response(
                status: 200, contentType: "application/json", body: Array(#"{"status":"ok"}"#.utf8))
        }
        if ASCII.equal(path, "/ready") {
            let status = isReady() ? "ready" : "draining"
            return Response(
                status: isReady() ? 200 : 503, contentType: "application/json",
                body: Array("{\"status\":\"\(status)\"}".utf8))
        }
        guard ASCII.equal(path, "/metrics") else { return nil }
        var body: [UInt8] = []
        appendMetrics(&body)
        return Response(status: 200, contentType: "text/plain; version=0.0.4", body: body)
    }
}
