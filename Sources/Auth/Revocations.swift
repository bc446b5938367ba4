import Synchronization

/// Sessions signed out whose access tokens have not expired yet.
///
/// The store has the same list (`_apus_revoked_sessions`); this copy makes a check cost a look into
/// memory.
final class Revocations: Sendable {
    private struct State: Sendable {
        /// When the last token of the session expires, in seconds since 1970, by session id.
        var expiries: [String: Int64] = [:]
        var sweepAt = 1024
        var total = 0
    }

    private let state = Mutex(State())

    func contains(_ session: String) -> Bool {
        state.withLock { $0.expiries[session] != nil }
    }

    /// Adds sessions, and drops those whose tokens have all expired by `now` (seconds since 1970).
    func add(_ sessions: [RevokedSession], now: Int64) {
        guard !sessions.isEmpty else { return }
        state.withLock { state in
            state.total += sessions.count
            for session in sessions { state.expiries[session.id] = session.expiresAt }
            guard state.expiries.count >= state.sweepAt else { return }
            state.expiries = state.expiries.filter { $0.value > now }
            state.sweepAt = max(1024, state.expiries.count * 2)
        }
    }

    /// Sessions ever added; never falls.
    var total: Int { state.withLock { $0.total } }

    var count: Int { state.withLock { $0.expiries.count } }
}

/// A session that was signed out, and when its last access token can no longer be used: seconds
/// since 1970, forgiven clock differences included.
struct RevokedSession: Hashable, Sendable {
    let id: String
    let expiresAt: Int64
}
