import Diagnostics
import HTTP
import Store

// POST /logout (auth.md §8).

extension AuthService {
    func logOut(_ request: Request) async throws(Problem) -> Response {
        let claims = try bearer(request)
        let asked = (QueryString.values(of: "scope", in: request.rawQuery).last ?? nil) ?? ""
        let name = asked.isEmpty ? LogoutScope.global.rawValue : asked
        guard let scope = LogoutScope(rawValue: name) else {
            throw .validation("Unsupported logout scope \"\(name)\"")
        }
        let grace = settings.leewaySeconds
        var areAll = false
        while !areAll {
            let now = clock()
            // In turn: whoever is in may sign out as often as they like.
            let ended = try await database.write(.shared, for: Self.caller(claims, request)) {
                transaction throws(Problem) in
                let account = try transaction.caller(claims, now: now)
                return try transaction.endSessions(
                    of: account.user.id, scope, current: claims.sessionID, grace: grace, now: now)
            }
            verifier.revoke(ended.sessions, now: now)
            areAll = ended.areAll
        }
        var response = Response(status: 204)
        response.append(field: "Cache-Control", "no-store")
        return response
    }
}
