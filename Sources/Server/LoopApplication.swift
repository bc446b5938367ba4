import Auth
import Bytes
import Configuration
import Diagnostics
import Expressions
import HTTP
import HTTPServer
import Network
import Quotas
import REST
import Realtime
import Store

/// One loop's services. Built on its loop and confined to it: a request is routed, authorised and
/// answered here without leaving the thread, unless it must wait.
final class LoopApplication: Application {
    private let services: SharedServices
    private let gateway: Gateway
    private let hub: RealtimeHub
    private let store: LoopStore
    private var router: Router
    /// Nil where nothing is limited.
    private var door: ThrottleDoor?
    /// Nil where the models stay as they are.
    private let overtaken: OvertakenRequests?

    init(services: SharedServices, schemas: SchemaSet, context: LoopContext) throws(Problem) {
        self.services = services
        store = try services.database.attach(to: context)
        gateway = Gateway(auth: services.auth)
        let rest = Self.makeREST(services: services, schemas: schemas, store: store)
        hub = Self.makeHub(
            services: services, schemas: schemas, reader: store.reader, gateway: gateway,
            inLaterTurn: { _ = context.schedule(after: .zero, $0) })
        router = Self.makeRouter(
            services: services, schemas: schemas, rest: rest, hub: hub, store: store)
        overtaken = services.transitions.map { OvertakenRequests($0, on: context.loop) }
        door = makeDoor(schemas)
    }

    /// Decides by its head about a request with a body: who calls, and how much the route takes.
    func admit(_ request: Request) -> Admission {
        switch enter(request) {
        case .answered(let response): .answered(response)
        case .row(let table, let row, let parameters, let caller):
            switch router.tables[table].routes[row].action {
            case .head(let respond): .answered(respond(request, parameters, caller))
            case .whole(let policy, let respond):
                .body(policy) { [self] request in
                    settled(request, caller) { respond(request, parameters, caller) }
                }
            case .streamed(let policy, let respond):
                .streamed(policy) { request in respond(request, parameters, caller) }
            }
        }
    }

    /// Answers a request without a body.
    func respond(to request: Request) -> Answer {
        switch enter(request) {
        case .answered(let response): .response(response)
        case .row(let table, let row, let parameters, let caller):
            settled(request, caller) {
                answer(request, table: table, row: row, parameters, caller)
            }
        }
    }

    /// What a row answers to a request without a body, or with one that is whole.
    private func answer(
        _ request: Request, table: Int, row: Int, _ parameters: PathParameters, _ caller: Identity
    ) -> Answer {
        switch router.tables[table].routes[row].action {
        case .head(let respond): .response(respond(request, parameters, caller))
        case .whole(_, let respond): respond(request, parameters, caller)
        case .streamed(_, let respond):
            .pending(withNoBody: respond(request, parameters, caller))
        }
    }

    /// Answers a request; if a change of the models overtakes it, by what is served then.
    private func settled(
        _ request: Request, _ caller: Identity, _ respond: () -> Answer
    ) -> Answer {
        guard let overtaken else { return respond() }
        return overtaken.answer(respond) { [self] in
            let destination = router.destination(of: request)
            return switch destination.match {
            case .row(let row, let parameters):
                answer(request, table: destination.table, row: row, parameters, caller)
            case .refusal(let refusal):
                .response(router.response(to: refusal, request, table: destination.table))
            }
        }
    }

    /// Lets the requests go on that have waited for the end of a change of the models.
    func settle() { overtaken?.settle() }

    /// Words why the body of a request is not taken, as its service words errors.
    func response(to fault: HTTPFault, in request: Request) -> Response {
        router.response(to: fault, in: request)
    }

    /// Adds the request's id to an error, what is left of quotas to what is limited, and the
    /// cross-origin fields to every answer, whoever has made it.
    func complete(_ response: inout Response, to head: RequestHead?, id: UInt64?) {
        if response.status >= 400, let id { response.append(field: "X-Request-Id", String(id)) }
        if door != nil, let id { door?.complete(&response, id: id) }
        services.crossOrigin.complete(&response, to: head)
    }

    /// Gives back what a request had of quotas.
    func ended(_ id: UInt64, contentBytes: Int) { door?.end(id, contentBytes: contentBytes) }

    /// Lets go of what the loop has of the database: no request is left.
    func end() { store.detach() }

    /// Whether this loop has subscribers; readable from any thread.
    var feedDemand: FeedDemand { hub.demand }

    /// Sends committed changes to the subscribers of this loop. The registry calls it on the loop's
    /// thread, once for each group of commits and in the order of the log: a change left out or out
    /// of order would be lost to them without a word.
    ///
    /// - Parameter told: Called when all of them have been told.
    func deliver(_ changes: [Change], then told: @escaping () -> Void) {
        hub.deliver(changes, then: told)
    }

    /// Closes this loop's channels whose tokens have ended or were revoked, and sockets that fell
    /// silent or behind. The service "feeds" has it called every second: without it they would stay
    /// open until a change comes.
    ///
    /// - Returns: what the feeds have done so far, for `/metrics`.
    func tick(now: Instant) -> RealtimeCounters {
        hub.tick(now: now)
        return hub.counters
    }

    /// Serves other schema files from the next request on. `apus dev` calls it after each save that
    /// could be applied; requests that have begun end under the old rules.
    func reload(_ schemas: SchemaSet) {
        let rest = Self.makeREST(services: services, schemas: schemas, store: store)
        hub.reload(catalogue: schemas.catalogue, rulebook: schemas.rulebook)
        router = Self.makeRouter(
            services: services, schemas: schemas, rest: rest, hub: hub, store: store)
        door = makeDoor(schemas)
    }

    private func makeDoor(_ schemas: SchemaSet) -> ThrottleDoor? {
        services.throttle.throttle.map { throttle in
            ThrottleDoor(
                throttle, router, gateway, rowsMax: schemas.settings.rest.maxRows, after: door)
        }
    }

    /// What a request comes to by its head. Names the row by its place: a copy of it would be made
    /// for every request.
    private enum Entrance {
        case answered(Response)
        case row(table: Int, row: Int, PathParameters, Identity)
    }

    private func enter(_ request: Request) -> Entrance {
        let destination = router.destination(of: request)
        let table = destination.table
        let entry = router.entry(to: destination)
        if entry == .local { return enterLocally(request, destination) }
        if let method = CrossOrigin.preflightMethod(request.head) {
            let quota = door?.admit(preflight: request, for: method, table: table)
            return .answered(
                quota.map { throttled($0, request, table) } ?? Response(status: 200))
        }
        if let refusal = services.crossOrigin.refusal(ofUpgrade: request.head) {
            return .answered(throttle(request, table, .anonymous) ?? refusal.socketResponse)
        }
        let caller: Identity
        switch gateway.enter(request, entry) {
        case .success(let identity):
            caller = identity
            if let response = throttle(request, table, identity) { return .answered(response) }
        case .failure(let refusal):
            // Who is kept out may knock no more often than who is let in.
            return .answered(throttle(request, table, .anonymous) ?? refusal.response)
        }
        switch destination.match {
        case .row(let row, let parameters):
            return .row(table: table, row: row, parameters, caller)
        case .refusal(let refusal):
            return .answered(router.response(to: refusal, request, table: table))
        }
    }

    /// What a request comes to that those at this machine alone may make. No page of another origin
    /// is told anything, and a preflight is a request as any other.
    private func enterLocally(_ request: Request, _ destination: Router.Destination) -> Entrance {
        var refused: Response
        if let throttled = throttle(request, destination.table, .anonymous) {
            refused = throttled
        } else {
            switch (gateway.enter(request, .local), destination.match) {
            case (.success(let caller), .row(let row, let parameters)):
                return .row(table: destination.table, row: row, parameters, caller)
            case (.failure(let denial), _): refused = denial.response
            case (_, .refusal(let refusal)):
                refused = router.response(to: refusal, request, table: destination.table)
            }
        }
        refused.isForOwnOrigin = true
        return .answered(refused)
    }

    /// The answer to a request for which a quota is used up.
    private func throttle(_ request: Request, _ table: Int, _ identity: Identity) -> Response? {
        guard let quota = door?.admit(request, table: table, identity) else { return nil }
        var response = throttled(quota, request, table)
        if let user = identity.userID { response.refusal = response.refusal?.asked(by: user) }
        return response
    }

    private func throttled(_ quota: QuotaExhausted, _ request: Request, _ table: Int) -> Response {
        var response = router.response(to: .throttled(quota), request, table: table)
        response.append(quota)
        return response
    }
}
