import Addresses
import Bytes
import Diagnostics
public import Expressions
public import HTTP

extension RealtimeHub {
    /// The paths of the rows.
    public static let paths = [socketPath] + broadcastPaths

    private static let socketPath: PathPattern = "websocket"
    private static let broadcastPaths: [PathPattern] = [
        "api/broadcast", "api/broadcast/{topic}/events/{event}",
    ]

    /// The rows of `/realtime/v1` (realtime.md §1, §9).
    public func routes() -> RouteTable<Identity> {
        let socket = Route<Identity>(.any, Self.socketPath, .socketKey, BodyPolicy(bytesMax: 0)) {
            request, _, identity in self.session(request: request, for: identity)
        }
        return RouteTable(
            prefix: "/realtime/v1", entry: .socketKey,
            [socket]
                + Self.broadcastPaths.map { pattern in
                    Route(.post, pattern, .socketKey) { _, _, _ in Self.refuseBroadcast() }
                })
    }

    /// Answers an upgrade by the holder of a key that was found good. Refusals are `{"error": "…"}`
    /// with 403 or 429.
    func session(request: Request, for identity: Identity) -> Answer {
        let version = QueryString.values(of: "vsn", in: request.rawQuery).last ?? nil
        guard let serializer = Serializer(version: version) else {
            return Self.refusal(403, "Unknown vsn '\(version ?? "")': 1.0.0 and 2.0.0 are served")
        }
        guard sessions.count < settings.sessionsMax else {
            counters.refused[.sockets, default: 0] += 1
            return Self.refusal(429, "Too many connected users")
        }
        return .webSocket(
            RealtimeSession(
                hub: self, serializer: serializer, identity: identity, from: request.peer.block,
                quotas: quotas(request)))
    }

    /// Who a token speaks for, if it is good for a feed now.
    func identify(_ token: String) -> Result<Identity, TokenRefusal> {
        authenticate(token).flatMap { $0.current(at: clock()) }
    }

    private static func refusal(_ status: Int, _ text: String) -> Answer {
        let body = JSON.object([JSON.Member("error", .string(text))]).bytes
        var response = Response(
            status: status, contentType: "application/json; charset=utf-8", body: body)
        response.refusal = Refusal(message: text)
        response.appendRetryAfter()
        return .response(response)
    }
}

extension Identity {
    /// The identity, unless its token has ended.
    func current(at now: Instant) -> Result<Identity, TokenRefusal> {
        guard let end = expiresAt, end <= now.seconds else { return .success(self) }
        return .failure(.expired(secondsAgo: now.seconds - end))
    }
}
