import Synchronization

/// Sessions signed out whose access tokens have not expired yet.
///
/// The store has the same list (`_apus_revoked_sessions`); this copy makes a check cost a look into
/// memory. Expired is what the wall clock says, which may be ahead when a session is forgotten and
/// set back later. So it is remembered up to which expiry sessions were forgotten: a token that
/// ends by then, and yet is not over, is one to ask the store about.
final class Revocations: Sendable {
    private struct State: Sendable {
        /// When the last token of the session expires, in seconds since 1970, by session id.
        var expiries: [String: Int64] = [:]
        var forgottenThrough: Int64 = 0
        var sweepAt = 1024
        /// Sessions ever announced, and the last of them.
        var total = 0
        var newest: [String] = []
    }

    /// What is known of a session.
    enum Verdict {
        case alive, revoked
        /// Only the store knows whether it is still there.
        case forgotten
    }

    private let state = Mutex(State())

    init(_ sessions: RevokedSessions = RevokedSessions(), now: Int64 = 0) {
        state.withLock { $0.forgottenThrough = sessions.forgottenThrough }
        add(sessions.known, now: now)
        announce(sessions.known)
    }

    func contains(_ session: String) -> Bool {
        state.withLock { $0.expiries[session] != nil }
    }

    /// What is known of the session of a token.
    ///
    /// - Parameter expiry: when the token expires, in seconds since 1970; nil for never.
    func verdict(_ session: String, tokenExpiresAt expiry: Int64?) -> Verdict {
        state.withLock { state in
            if state.expiries[session] != nil { return .revoked }
            return expiry ?? .max <= state.forgottenThrough ? .forgotten : .alive
        }
    }

    /// Adds sessions, and drops those whose tokens have all expired by `now` (seconds since 1970).
    func add(_ sessions: [RevokedSession], now: Int64) {
        guard !sessions.isEmpty else { return }
        state.withLock { state in
            for session in sessions { state.expiries[session.id] = session.expiresAt }
            guard state.expiries.count >= state.sweepAt else { return }
            let forgotten = state.expiries.values.filter { $0 <= now }.max()
            state.forgottenThrough = max(state.forgottenThrough, forgotten ?? 0)
            state.expiries = state.expiries.filter { $0.value > now }
            state.sweepAt = max(1024, state.expiries.count * 2)
        }
    }

    /// Tells those who ask of sessions that are known to be signed out, and of which no token is
    /// taken for good any more.
    func announce(_ sessions: [RevokedSession]) {
        let named = AuthLimits.signOutsNamedMax
        state.withLock { state in
            state.total += sessions.count
            state.newest += sessions.suffix(named).map(\.id)
            guard state.newest.count > 2 * named else { return }
            state.newest.removeFirst(state.newest.count - named)
        }
    }

    /// How many sessions have been announced, and those behind the first `known`; nil where they
    /// are too many to be named.
    func announced(behind known: Int) -> (count: Int, sessions: [String]?) {
        state.withLock { state in
            let missing = max(0, state.total - known)
            let areNamed = missing <= state.newest.count
            return (state.total, areNamed ? Array(state.newest.suffix(missing)) : nil)
        }
    }

    var count: Int { state.withLock { $0.expiries.count } }
}

/// A session that was signed out, and when its last access token can no longer be used: seconds
/// since 1970, forgiven clock differences included.
struct RevokedSession: Hashable, Sendable {
    let id: String
    let expiresAt: Int64
}

/// The sessions signed out, as the store has them.
struct RevokedSessions: Sendable {
    var known: [RevokedSession] = []
    /// The latest expiry among those that are no longer known: seconds since 1970.
    var forgottenThrough: Int64 = 0
}
