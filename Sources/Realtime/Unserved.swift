import Bytes
import Diagnostics
import HTTP

/// What Supabase's protocol has and this server does not serve yet. Whoever asks for it is refused
/// with these words, in the place where clients show them.
enum Unserved {
    /// Sending, acknowledging.
    case broadcast
    /// Tracking, and hearing of those who are tracked.
    case presence
    /// Channels whose broadcasts and presence have rules.
    case privateChannel
    /// Broadcasts from before a join.
    case replay

    /// The words.
    var refusal: ChannelRefusal {
        switch self {
        case .broadcast:
            ChannelRefusal("BroadcastUnavailable", "This server does not relay broadcasts yet")
        case .presence:
            ChannelRefusal("PresenceUnavailable", "This server does not track presence yet")
        case .privateChannel:
            ChannelRefusal("Unauthorized", "This server has no private channels yet")
        case .replay:
            ChannelRefusal(
                "UnableToReplayMessages", "Replay is not allowed for public channels")
        }
    }
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
    /// Answers a broadcast over HTTP (realtime.md §9).
    static func refuseBroadcast() -> Response {
        let refusal = Unserved.broadcast.refusal
        let body = JSON.object([JSON.Member("message", .string(refusal.reason))])
        var response = Response(
            status: 403, contentType: "application/json; charset=utf-8", body: body.bytes)
        response.refusal = refusal.refusal
        return response
    }
}
