import Auth
import Configuration
import Database
import Diagnostics
import Expressions
import REST
import Realtime
import Schema

extension LoopApplication {
    static func makeREST(
        services: SharedServices, schemas: SchemaSet, reader: Reader
    ) -> RESTService {
        let rest = schemas.settings.rest
        let log = services.log
        return RESTService(
            catalogue: schemas.catalogue, rulebook: schemas.rulebook, database: services.database,
            reader: reader,
            settings: RESTSettings(
                rowsMax: rest.maxRows, refusesUnfilteredWrites: rest.safeUpdate)
        ) { problem, request in
            if problem.status >= 500 { log.record(.failed(request: request, problem: problem)) }
        }
    }

    static func makeHub(
        services: SharedServices, schemas: SchemaSet, reader: Reader
    ) -> RealtimeHub {
        let realtime = schemas.settings.realtime
        let auth = services.auth
        return RealtimeHub(
            catalogue: schemas.catalogue, rulebook: schemas.rulebook, reader: reader,
            settings: FeedSettings(
                channelsPerSessionMax: realtime.channelsPerSocketMax,
                messagesPerSecondMax: realtime.messagesPerSecondMax),
            authenticate: { token in
                auth.verify(token: token, as: .socket).map(Identity.init)
                    .mapError(\.realtimeProblem)
            }, revocationCount: { auth.revocationCount })
    }
}

extension Identity {
    /// Who a verified token speaks for.
    init(_ claims: TokenClaims) {
        self.init(
            role: claims.role, userID: claims.subject, email: claims.email,
            aal: claims.assuranceLevel, claims: claims.json, expiresAt: claims.expiresAt,
            sessionID: claims.sessionID)
    }
}
