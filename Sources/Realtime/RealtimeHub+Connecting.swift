internal import Bytes
internal import Diagnostics
public import Expressions
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
        switch authenticate(key) {
        case .success(let identity) where identity.userID != nil:
            // As on every surface: the token of a user is no key. Nobody would look at it again.
            return Self.refusal(401, "Invalid API key: send a user's token as access_token")
        case .success(let identity): return session(request: request, apikey: identity)
        case .failure(let problem): return Self.refusal(401, problem.message)
        }
    }

    /// Answers an upgrade of a client whose key has been accepted.
    public func session(request: Request, apikey identity: Identity) -> Answer {
        let parameters = QueryString.parse(request.rawQuery)
        let version = parameters.last { $0.name == "vsn" }?.value
        guard let serializer = Serializer(version: version) else {
            return Self.refusal(403, "Unknown vsn '\(version ?? "")': 1.0.0 and 2.0.0 are served")
        }
        if let end = identity.expiresAt, end <= clock().seconds {
            return Self.refusal(401, SystemNotice.expired(since: end, now: clock()))
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
