import Bytes
import Diagnostics
import HTTP

/// `/health`, `/ready` and `/metrics`: what probes and scrapers ask, without a key.
struct StatusEndpoints: Sendable {
    /// Appends every metric in Prometheus' text format.
    let appendMetrics: @Sendable (inout [UInt8]) -> Void
    /// Whether the server takes new work.
    let readiness: @Sendable () -> Readiness

    /// The answer to a probe, nil when the path is none.
    func respond(to request: Request) -> Response? {
        let path = request.rawPath.span
        if ASCII.equal(path, "/health") {
            return Response(
                status: 200, contentType: "application/json", body: Array(#"{"status":"ok"}"#.utf8))
        }
        if ASCII.equal(path, "/ready") { return readiness().response }
        guard ASCII.equal(path, "/metrics") else { return nil }
        var body: [UInt8] = []
        appendMetrics(&body)
        return Response(status: 200, contentType: "text/plain; version=0.0.4", body: body)
    }
}

/// Whether the server takes new work, and why it does not.
enum Readiness {
    case ready
    /// It was asked to stop.
    case draining
    /// The database file was removed or replaced.
    case databaseLost(Problem)

    /// The answer of `/ready`.
    fileprivate var response: Response {
        let (status, members): (Int, [JSON.Member]) =
            switch self {
            case .ready: (200, [.init("status", .string("ready"))])
            case .draining: (503, [.init("status", .string("draining"))])
            case .databaseLost(let problem):
                (
                    503,
                    [
                        .init("status", .string("database_lost")),
                        .init("code", .string(problem.code)),
                        .init("message", .string(problem.message)),
                    ]
                )
            }
        var body: [UInt8] = []
        JSON.object(members).append(to: &body)
        return Response(status: status, contentType: "application/json", body: body)
    }
}
