internal import Bytes
internal import Diagnostics
internal import Expressions
public import HTTP

extension RealtimeHub {
    /// Answers an upgrade whose key has not been looked at: the `x-api-key` field, or else the
    /// `apikey` parameter. Refusals are `{"error": "…"}` with 401, 403 or 429.
    public func session(request: Request) -> Answer {
        let parameters = QueryString.parse(request.rawQuery)
        let parameter = parameters.last { $0.name == "apikey" }?.value
        guard let key = request.field("x-api-key") ?? parameter, !key.isEmpty else {
            return Self.refusal(401, "No API key found: send it as the apikey parameter")
        }
        switch identify(key) {
        case .success(let identity) where identity.userID != nil:
            // As on every surface: the token of a user is no key. Nobody would look at it again.
            return Self.refusal(401, "Invalid API key: send a user's token as access_token")
        case .success(let identity):
            return session(version: parameters.last { $0.name == "vsn" }?.value, for: identity)
        case .failure(let problem): return Self.refusal(401, problem.message)
        }
    }

    /// Who a token speaks for, if it is good for a feed now (realtime.md §7): it must name its role
    /// and its end.
    func identify(_ token: String) -> Result<Identity, Problem> {
        authenticate(token).flatMap { identity in
            guard let end = identity.expiresAt, identity.namesRole else {
                return .failure(.requiredClaims)
            }
            let now = clock()
            return end <= now.seconds ? .failure(.expired(since: end, now: now)) : .success(identity)
        }
    }

    private func session(version: String?, for identity: Identity) -> Answer {
        guard let serializer = Serializer(version: version) else {
            return Self.refusal(403, "Unknown vsn '\(version ?? "")': 1.0.0 and 2.0.0 are served")
        }
        guard sessions.count < settings.sessionsMax else {
            return Self.refusal(429, "Too many connected users")
        }
        return .webSocket(RealtimeSession(hub: self, serializer: serializer, identity: identity))
    }

    private static func refusal(_ status: Int, _ text: String) -> Answer {
        let body = JSON.object([JSON.Member("error", .string(text))]).bytes
        return .response(
            Response(status: status, contentType: "application/json; charset=utf-8", body: body))
    }
}

extension Identity {
    /// Whether the token itself names a role: one without is taken for `anon` elsewhere.
    fileprivate var namesRole: Bool {
        (try? JSONDocument(parsing: Array(claims.utf8)).root["role"])?.string != nil
    }
}

extension Problem {
    fileprivate static let requiredClaims = Problem(
        code: "InvalidJWTToken", status: 401,
        message: "Fields `role` and `exp` are required in JWT")

    /// A token that has ended.
    static func expired(since end: Int64, now: Instant) -> Problem {
        Problem(
            code: "InvalidJWTToken", status: 401,
            message: SystemNotice.expired(since: end, now: now))
    }
}
