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

    /// Decides by its head about a request with a body: who calls, and how much the service takes.
    func admit(_ request: Request) -> Admission {
        let services = services
        let entry = enter(request)
        let policy: BodyPolicy
        switch entry {
        case .answered(let response): return .answered(services.finish(response, to: request))
        case .rest:
            policy = RESTService.bodyPolicy(request.method, bytesMax: services.bodyBytesMax)
        case .auth: policy = AuthService.bodyPolicy(bytesMax: services.bodyBytesMax)
        case .socket: policy = BodyPolicy(bytesMax: 0)
        }
        return .body(policy) { [self] request in
            services.finish(answer(request, entry), to: request)
        }
    }

    /// Answers a request without a body.
    func respond(to request: Request) -> Answer {
        services.finish(answer(request, enter(request)), to: request)
    }

    /// Words why the body of a request is not taken, as its service words errors.
    func response(to fault: HTTPFault, in request: Request) -> Response {
        let response =
            switch ServicePath(request.rawPath) {
            case .rest: RESTService.response(to: fault)
            case .auth: services.auth.response(to: fault, in: request)
            case .realtime, .other: fault.response
            }
        return services.finish(response, to: request)
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

    /// Where a request goes that may enter, and on whose behalf.
    private enum Entry {
        case rest(ArraySlice<UInt8>, Identity)
        case auth(String)
        case socket(Identity)
        /// Nowhere: this is the answer.
        case answered(Response)
    }

    private func enter(_ request: Request) -> Entry {
        if CrossOrigin.isPreflight(request.head) { return .answered(Response(status: 200)) }
        switch ServicePath(request.rawPath) {
        case .rest(let path):
            switch gateway.caller(of: request) {
            case .success(let identity): return .rest(path, identity)
            case .failure(let refusal): return .answered(refusal.response)
            }
        case .auth(let path): return enterAuth(request, path: String(utf8: path))
        case .realtime(let path): return enterRealtime(request, path: path)
        case .other:
            return .answered(
                services.status.respond(to: request) ?? GatewayFault.unknownPath.response)
        }
    }

    private func enterAuth(_ request: Request, path: String) -> Entry {
        if AuthService.needsKey(request, path: path),
            case .failure(let fault) = gateway.keyHolder(of: request)
        {
            return .answered(fault.response)
        }
        return .auth(path)
    }

    private func enterRealtime(_ request: Request, path: ArraySlice<UInt8>) -> Entry {
        switch gateway.keyHolder(of: request) {
        case .failure(let fault): .answered(fault.socketResponse)
        case .success(let identity) where ASCII.equal(path.span, "websocket"): .socket(identity)
        case .success:
            .answered(
                RealtimeHub.respond(to: request, path: path) ?? GatewayFault.unknownPath.response)
        }
    }

    private func answer(_ request: Request, _ entry: Entry) -> Answer {
        switch entry {
        case .rest(let path, let identity):
            rest.respond(to: request, path: path, identity: identity)
        case .auth(let path): services.auth.respond(to: request, path: path)
        case .socket(let identity): hub.session(request: request, for: identity)
        case .answered(let response): .response(response)
        }
    }
}
