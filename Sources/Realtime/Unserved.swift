internal import Bytes
public import HTTP

/// What Supabase's protocol has and this server does not serve yet. Whoever asks for it is refused
/// with these words, in the place where clients show them.
enum Unserved: String {
    /// Sending, acknowledging.
    case broadcast = "BroadcastUnavailable: This server does not relay broadcasts yet"
    /// Tracking, and hearing of those who are tracked.
    case presence = "PresenceUnavailable: This server does not track presence yet"
    /// Channels whose broadcasts and presence have rules.
    case privateChannel = "Unauthorized: This server has no private channels yet"
    /// Broadcasts from before a join.
    case replay = "UnableToReplayMessages: Replay is not allowed for public channels"
}

extension JoinRequest {
    /// What a join asks for in vain; nil for one that merely mentions it, as all stock joins do.
    var unserved: Unserved? {
        if isPrivate { return .privateChannel }
        if wantsPresence { return .presence }
        if broadcast.wantsReplay { return .replay }
        return broadcast.wantsAcknowledgement ? .broadcast : nil
    }
}

extension RealtimeHub {
    /// Answers a request over HTTP (realtime.md §9) to the path behind the service's prefix, from a
    /// client whose key has been accepted: 403 to both forms of a broadcast, nil to any other.
    public static func respond(to request: Request, path: ArraySlice<UInt8>) -> Response? {
        let segments = String(utf8: path).split(separator: "/", omittingEmptySubsequences: false)
        let isForm = segments.count == 2 || segments.count == 5 && segments[3] == "events"
        guard request.method == .post, segments.starts(with: ["api", "broadcast"]), isForm else {
            return nil
        }
        let body = JSON.object([JSON.Member("message", .string(Unserved.broadcast.rawValue))])
        return Response(
            status: 403, contentType: "application/json; charset=utf-8", body: body.bytes)
    }
}
