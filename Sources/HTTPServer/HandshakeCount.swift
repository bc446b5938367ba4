import Addresses
import Quotas
import Synchronization

/// TLS handshakes that are not done, of all loops together and of each site: what they take of the
/// memory is taken by whoever opens connections, and says nothing.
///
/// One site may have as many as are left for all others. So there is room for another one however
/// many a few of them open. Some ten that come one after another have nearly all: once one has been
/// refused, loops end those that take long.
final class HandshakeCount: Sendable {
    private struct State {
        /// Of the sites.
        var tally = Tally<AddressBlock>()
        var refused = 0
    }

    private let state = Mutex(State())

    /// Those that are not done.
    var count: Int { state.withLock(\.tally.total) }

    /// How many were refused so far while few places were left.
    var refusedCount: Int { state.withLock(\.refused) }

    /// Counts one more, if there is room for it.
    func take(for block: AddressBlock, _ limits: ConnectionLimits) -> Bool {
        state.withLock { state in
            guard Self.admits(block, to: &state, limits) else { return false }
            state.tally.add(for: block.knownSite)
            return true
        }
    }

    /// Whether one more may begin; counts it among the refused if it may not since few are left.
    func admits(_ block: AddressBlock, _ limits: ConnectionLimits) -> Bool {
        state.withLock { Self.admits(block, to: &$0, limits) }
    }

    func giveBack(_ block: AddressBlock) {
        state.withLock { $0.tally.giveBack(from: block.knownSite) }
    }

    private static func admits(
        _ block: AddressBlock, to state: inout State, _ limits: ConnectionLimits
    ) -> Bool {
        let left = limits.handshakesMax - state.tally.total
        let taken = block.knownSite.map(state.tally.count(of:)) ?? 0
        // One that has its own share is told nothing of the others' places.
        if taken >= left, left <= max(1, limits.handshakesMax / 4) { state.refused += 1 }
        return taken < left
    }
}
