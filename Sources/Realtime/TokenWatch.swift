import Diagnostics
import Expressions

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

    /// The channels whose token ends, and their sockets, by the second of its end since 1970.
    private var ending: [Int64: [ObjectIdentifier: (channel: Channel, socket: RealtimeSession)]] =
        [:]
    /// The first of these seconds, or one before it.
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

    /// The channels whose token has ended, which the caller is to close. Costs a comparison unless
    /// one has.
    func ended(by now: Instant) -> [(channel: Channel, socket: RealtimeSession)] {
        guard now.seconds >= nextEnd else { return [] }
        let past = ending.keys.filter { $0 <= now.seconds }
        nextEnd = ending.keys.filter { $0 > now.seconds }.min() ?? .max
        return past.flatMap { ending[$0].map { Array($0.values) } ?? [] }
    }

    /// A channel speaks by its token from now on.
    func enter(_ channel: Channel, of socket: RealtimeSession) {
        if let end = channel.identity.expiresAt {
            ending[end, default: [:]][ObjectIdentifier(channel)] = (channel, socket)
            nextEnd = min(nextEnd, end)
        }
        guard let session = channel.sessionID else { return }
        holders[session, default: [:]][
            ObjectIdentifier(socket), default: Holder(socket: socket)
        ].channels += 1
    }

    /// A channel speaks no more by its token.
    func leave(_ channel: Channel, of socket: RealtimeSession) {
        if let end = channel.identity.expiresAt {
            ending[end]?[ObjectIdentifier(channel)] = nil
            if ending[end]?.isEmpty == true { ending[end] = nil }
        }
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
