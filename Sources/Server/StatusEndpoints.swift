import Auth
import Bytes
import Crypto
import Diagnostics
import Expressions
import HTTP

/// `/health`, `/ready` and `/metrics`: what probes and scrapers ask, without an API key.
struct StatusEndpoints: Sendable {
    /// Every metric in Prometheus' text format.
    let metrics: ScrapeText
    /// Whether the server takes new work.
    let readiness: @Sendable () -> ServingState
    /// What a scraper shows as its bearer token; nil for nothing.
    let metricsKey: [UInt8]?

    /// The paths of the rows.
    static let paths = [health, ready, metrics] + UnbuiltService.allCases.map(\.paths)

    private static let health: PathPattern = "health"
    private static let ready: PathPattern = "ready"
    private static let metrics: PathPattern = "metrics"

    /// What belongs to no service: these, and the services of Supabase that are not here yet.
    ///
    /// - Parameters:
    ///   - showingMetrics: false where another address has them.
    ///   - more: what this command answers besides.
    func routes(
        showingMetrics: Bool, and more: [Route<Identity>] = []
    ) -> RouteTable<Identity> {
        var rows: [Route<Identity>] = [
            Route(.any, Self.health, .open) { _, _, _ in Self.json(#"{"status":"ok"}"#) },
            Route(.any, Self.ready, .open) { _, _, _ in readiness().response },
        ]
        rows.append(
            Route(.any, Self.metrics, .open) { request, _, _ in
                showingMetrics ? metrics(for: request) : GatewayFault.unknownPath.response
            })
        rows += UnbuiltService.allCases.map { service in
            Route(.any, service.paths, .open) { _, _, _ in service.response }
        }
        return RouteTable(prefix: "", entry: .open, rows + more)
    }

    private func metrics(for request: Request) -> Response {
        if let key = metricsKey {
            let shown = Credentials(request).bearer.map { Array($0) } ?? []
            guard ConstantTime.equal(shown, key) else { return GatewayFault.noMetricsKey.response }
        }
        return Response(
            status: 200, contentType: "text/plain; version=0.0.4", body: metrics.bytes)
    }

    private static func json(_ text: String, status: Int = 200) -> Response {
        Response(status: status, contentType: "application/json", body: Array(text.utf8))
    }
}

/// Whether the server takes new work, and why it does not.
enum ServingState {
    case ready
    /// It was asked to stop.
    case draining
    /// A file of the database was removed or replaced.
    case databaseLost(Problem)
    /// No server of the database takes writes for now.
    case databaseUnreachable(Problem)

    /// The answer of `/ready`.
    fileprivate var response: Response {
        let (status, members): (Int, [JSON.Member]) =
            switch self {
            case .ready: (200, [.init("status", .string("ready"))])
            case .draining: (503, [.init("status", .string("draining"))])
            case .databaseLost(let problem): (503, Self.members("database_lost", problem))
            case .databaseUnreachable(let problem):
                (503, Self.members("database_unreachable", problem))
            }
        var body: [UInt8] = []
        JSON.object(members).append(to: &body)
        return Response(status: status, contentType: "application/json", body: body)
    }

    private static func members(_ status: String, _ problem: Problem) -> [JSON.Member] {
        [
            .init("status", .string(status)), .init("code", .string(problem.code)),
            .init("message", .string(problem.message)),
        ]
    }
}
