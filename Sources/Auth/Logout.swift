import Diagnostics
import HTTP
import Store

// POST /logout (auth.md §8).

extension AuthService {
    func logOut(_ request: Request) async throws(Problem) -> Response {
        let claims = try bearer(request)
        let asked = QueryString.parse(request.rawQuery).last { $0.name == "scope" }?.value ?? ""
        let name = asked.isEmpty ? LogoutScope.global.rawValue : asked
        guard let scope = LogoutScope(rawValue: name) else {
            throw .validation("Unsupported logout scope \"\(name)\"")
        }
        let grace = settings.leewaySeconds
        var areAll = false
        while !areAll {
            let now = clock()
            let ended = try await database.write(.first, for: Self.caller(claims)) {
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
