import Diagnostics

/// Knows when the hub has to look at its channels' tokens again, and at which, so that a turn in
/// which none can have ended costs a comparison.
final class TokenWatch {
    /// Which tokens have to be looked at.
    enum Doubt {
        case none
        /// Those of sessions that were signed out.
        case ofSessions([String])
        case all
    }

    /// A socket, and how many of its channels speak for a session.
    private struct Holder {
        let socket: RealtimeSession
        var channels = 0
    }

    /// The first second at which a channel's token ends.
    private var nextEnd = Int64.max
    /// The sockets with channels that speak for a session, by its id.
    private var holders: [String: [ObjectIdentifier: Holder]] = [:]
    private let signOuts: (_ known: Int) -> SignOuts
    /// How many sign-outs have been heard of.
    private var known: Int
    private var lastCheck: ContinuousClock.Instant

    /// - Parameter signOuts: The sessions that have been signed out behind so many.
    init(signOuts: @escaping (_ known: Int) -> SignOuts, at uptime: ContinuousClock.Instant) {
        self.signOuts = signOuts
        known = signOuts(.max).count
        lastCheck = uptime
    }

    /// Watches a token's end, in seconds since 1970; nil for one that does not end.
    func expect(_ end: Int64?) {
        if let end { nextEnd = min(nextEnd, end) }
    }

    /// Whether an expected end has come. All are forgotten then: the caller looks at every token
    /// and expects the ends that are still to come.
    func endsAreDue(at now: Instant) -> Bool {
        guard now.seconds >= nextEnd else { return false }
        nextEnd = .max
        return true
    }

    /// A channel speaks by its token from now on.
    func enter(_ channel: Channel, of socket: RealtimeSession) {
        guard let session = channel.sessionID else { return }
        holders[session, default: [:]][
            ObjectIdentifier(socket), default: Holder(socket: socket)
        ].channels += 1
    }

    /// A channel speaks no more by its token.
    func leave(_ channel: Channel, of socket: RealtimeSession) {
        guard let session = channel.sessionID,
            var holder = holders[session]?[ObjectIdentifier(socket)]
        else { return }
        holder.channels -= 1
        holders[session]?[ObjectIdentifier(socket)] = holder.channels > 0 ? holder : nil
        if holders[session]?.isEmpty == true { holders[session] = nil }
    }

    /// The sockets with channels that speak for a session.
    func sockets(of session: String) -> [RealtimeSession] {
        holders[session]?.values.map(\.socket) ?? []
    }

    /// The tokens that may have been revoked since the last look: those of sessions that were
    /// signed out, or all, where it was long ago.
    func doubt(at uptime: ContinuousClock.Instant) -> Doubt {
        let news = signOuts(known)
        let sessions = news.count == known ? [] : news.sessions
        known = news.count
        guard let sessions, uptime - lastCheck < .seconds(RealtimeLimits.tokenCheckSeconds) else {
            lastCheck = uptime
            return .all
        }
        return sessions.isEmpty ? .none : .ofSessions(sessions)
    }
}
