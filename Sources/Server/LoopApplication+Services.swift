import Auth
import Configuration
import Diagnostics
import Expressions
import REST
import Realtime
import Schema
import Store

extension LoopApplication {
    static func makeREST(
        services: SharedServices, schemas: SchemaSet, store: LoopStore
    ) -> RESTService {
        let rest = schemas.settings.rest
        let (log, uses) = (services.log, services.outdatedNames)
        return RESTService(
            catalogue: schemas.catalogue, rulebook: schemas.rulebook, database: store.writes,
            reader: store.reader,
            settings: RESTSettings(
                rowsMax: rest.maxRows, refusesUnfilteredWrites: rest.safeUpdate,
                writeRowsMax: rest.writeRows),
            workers: services.requestWorkers, outdated: { uses.count($0, in: $1) }
        ) { problem, request in
            if problem.status >= 500 { log.record(.failed(request: request, problem: problem)) }
        }
    }

    static func makeHub(
        services: SharedServices, schemas: SchemaSet, reader: any Reader, gateway: Gateway,
        inLaterTurn: @escaping (@escaping () -> Void) -> Void
    ) -> RealtimeHub {
        let realtime = schemas.settings.realtime
        let (auth, database) = (services.auth, services.database)
        let refusals = services.channelRefusals
        let throttle = services.throttle
        return RealtimeHub(
            catalogue: schemas.catalogue, rulebook: schemas.rulebook, reader: reader,
            settings: FeedSettings(realtime),
            authenticate: { gateway.user(ofSocketToken: $0).mapError(TokenRefusal.init) },
            quotas: { throttle.quotas(ofSocket: $0) },
            signOuts: {
                let (count, sessions) = auth.signOuts(behind: $0)
                return SignOuts(count: count, sessions: sessions)
            },
            report: { refusals.record($0, $1, from: $2) },
            newestChange: { database.newestChange },
            inLaterTurn: inLaterTurn)
    }

    static func makeRouter(
        services: SharedServices, schemas: SchemaSet, rest: RESTService, hub: RealtimeHub,
        store: LoopStore
    ) -> Router {
        let bytesMax = services.bodyBytesMax
        return Router(
            services: [
                rest.routes(bodyBytesMax: bytesMax),
                services.auth.routes(bodyBytesMax: bytesMax, lookUps: store.lookUps),
                hub.routes(),
            ],
            others: services.status.routes(
                showingMetrics: services.showsMetrics,
                and: services.development?.routes(schemas) ?? []))
    }
}

extension FeedSettings {
    /// What a project has decided.
    init(_ project: Settings.Realtime) {
        self.init(
            sessionsMax: project.socketsPerLoopMax,
            channelsPerSessionMax: project.channelsPerSocketMax,
            bindingsPerSessionMax: project.bindingsPerSocketMax,
            joinsPerSecondMax: project.joinsPerSecondMax,
            messagesPerSecondMax: project.messagesPerSecondMax,
            queuedBytesMax: project.queueBytesMax,
            unindexed: Unindexed(
                perSessionMax: project.unindexedPerSocketMax,
                perCallerMax: project.unindexedPerCallerMax, max: project.unindexedPerLoopMax),
            changeMillisecondsMax: project.changeMillisecondsMax,
            stepMilliseconds: project.stepMilliseconds)
    }
}
