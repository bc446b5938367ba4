import Auth
import Bytes
import Database
import Diagnostics
import Expressions
import HTTP
import HTTPServer
import Network
import REST
import Realtime

/// One loop's services. Built on its loop and confined to it: a request is routed, authorised and
/// answered here without leaving the thread, unless it must wait.
final class LoopApplication: Application {
    private let services: SharedServices
    private let gateway: Gateway
    private let hub: RealtimeHub
    private let reader: Reader
    private var rest: RESTService

    init(services: SharedServices, schemas: SchemaSet, context: LoopContext) throws(Problem) {
        self.services = services
        do {
            reader = try services.database.makeReader()
        } catch {
            throw Problem(error)
        }
        reader.shareSnapshots { context.atEndOfTurn($0) }
        gateway = Gateway(auth: services.auth)
        rest = Self.makeREST(services: services, schemas: schemas, reader: reader)
        hub = Self.makeHub(services: services, schemas: schemas, reader: reader)
    }

    /// Answers one request.
    func respond(to request: Request) -> Answer {
        let services = services
        switch route(request) {
        case .response(let response): return .response(services.finish(response, to: request))
        case .pending(let work): return .pending { services.finish(await work(), to: request) }
        case .webSocket(let session): return .webSocket(session)
        }
    }

    /// Adds the cross-origin fields to an answer, whoever has made it.
    func complete(_ response: inout Response, to head: RequestHead?) {
        services.crossOrigin.complete(&response, to: head)
    }

    /// Hands committed changes to this loop's subscribers.
    func deliver(_ changes: [Change]) { hub.deliver(changes) }

    /// Lets time pass for this loop's subscribers; to be called each second.
    ///
    /// - Returns: what its feeds have done so far, for `/metrics`.
    func tick(now: Instant) -> RealtimeCounters {
        hub.tick(now: now)
        return hub.counters
    }

    /// Takes schema files that have changed.
    func reload(_ schemas: SchemaSet) {
        rest = Self.makeREST(services: services, schemas: schemas, reader: reader)
        hub.reload(catalogue: schemas.catalogue, rulebook: schemas.rulebook)
    }

    private func route(_ request: Request) -> Answer {
        if CrossOrigin.isPreflight(request.head) { return .response(Response(status: 200)) }
        switch ServicePath(request.rawPath) {
        case .rest(let path): return rest(request, path: path)
        case .auth(let path): return auth(request, path: path)
        case .realtime(let path): return realtime(request, path: path)
        case .other:
            return .response(services.status.respond(to: request) ?? GatewayFault.unknownPath.response)
        }
    }

    private func rest(_ request: Request, path: ArraySlice<UInt8>) -> Answer {
        switch gateway.caller(of: request) {
        case .success(let identity): rest.respond(to: request, path: path, identity: identity)
        case .failure(let refusal): .response(refusal.response)
        }
    }

    private func auth(_ request: Request, path: ArraySlice<UInt8>) -> Answer {
        let path = String(utf8: path)
        if AuthService.needsKey(request, path: path),
            case .failure(let fault) = gateway.keyHolder(of: request)
        {
            return .response(fault.response)
        }
        return services.auth.respond(to: request, path: path)
    }

    private func realtime(_ request: Request, path: ArraySlice<UInt8>) -> Answer {
        switch gateway.keyHolder(of: request) {
        case .failure(let fault): .response(fault.socketResponse)
        case .success(let identity) where ASCII.equal(path.span, "websocket"):
            hub.session(request: request, for: identity)
        case .success:
            .response(
                RealtimeHub.respond(to: request, path: path) ?? GatewayFault.unknownPath.response)
        }
    }
}
