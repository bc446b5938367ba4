internal import Bytes
internal import Diagnostics
public import Expressions
public import HTTP

extension RealtimeHub {
    /// Answers an upgrade by the holder of a key that was found good (`x-api-key` field or `apikey`
    /// parameter). Refusals are `{"error": "…"}` with 403 or 429.
    public func session(request: Request, for identity: Identity) -> Answer {
        let version = QueryString.parse(request.rawQuery).last { $0.name == "vsn" }?.value
        guard let serializer = Serializer(version: version) else {
            return Self.refusal(403, "Unknown vsn '\(version ?? "")': 1.0.0 and 2.0.0 are served")
        }
        guard sessions.count < settings.sessionsMax else {
            return Self.refusal(429, "Too many connected users")
        }
        return .webSocket(RealtimeSession(hub: self, serializer: serializer, identity: identity))
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
