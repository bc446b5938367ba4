import Configuration
import Diagnostics
import Expressions
import HTTP
import HTTPServer
import Network

/// Answers what probes and scrapers ask at an address of their own, which clients cannot reach.
final class StatusApplication: Application {
    private let router: Router

    init(_ status: StatusEndpoints) {
        router = Router(services: [], others: status.routes(showingMetrics: true))
    }

    /// No route here reads a body.
    func admit(_ request: Request) -> Admission { .answered(response(to: request)) }

    func respond(to request: Request) -> Answer { .response(response(to: request)) }

    private func response(to request: Request) -> Response {
        let destination = router.destination(of: request)
        switch destination.match {
        case .refusal(let refusal):
            return router.response(to: refusal, request, table: destination.table)
        case .row(let row, let parameters):
            switch router.tables[destination.table].routes[row].action {
            case .head(let respond): return respond(request, parameters, .anonymous)
            case .whole, .streamed: return GatewayFault.unknownPath.response
            }
        }
    }
}

extension BackendParts {
    /// The server of ``StatusApplication``; nil where clients' server answers these, too.
    func makeStatusServer() -> WebServer? {
        guard let address = settings.metrics.listen else { return nil }
        var configuration = httpConfiguration
        configuration.host = address.host
        configuration.port = address.port
        configuration.loops = 1
        configuration.observer = nil
        let status = services.status
        return WebServer(configuration: configuration) { _ throws(Problem) in
            StatusApplication(status)
        }
    }
}
