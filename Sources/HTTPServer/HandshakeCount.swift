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
        var shares = Shares<AddressBlock>()
        var refused = 0
    }

    private let state = Mutex(State())

    /// Those that are not done.
    var count: Int { state.withLock(\.shares.total) }

    /// How many were refused so far.
    var refusedCount: Int { state.withLock(\.refused) }

    /// Counts one more, if there is room for it.
    func take(for block: AddressBlock, _ limits: ConnectionLimits) -> Bool {
        state.withLock { state in
            guard Self.isRoom(in: &state, for: block, limits) else { return false }
            state.shares.add(for: block.site.ifKnown)
            return true
        }
    }

    /// Whether there is room for one more; it is refused where there is none.
    func isRoom(for block: AddressBlock, _ limits: ConnectionLimits) -> Bool {
        state.withLock { Self.isRoom(in: &$0, for: block, limits) }
    }

    func giveBack(_ block: AddressBlock) {
        state.withLock { $0.shares.giveBack(from: block.site.ifKnown) }
    }

    private static func isRoom(
        in state: inout State, for block: AddressBlock, _ limits: ConnectionLimits
    ) -> Bool {
        let left = limits.handshakesMax - state.shares.total
        let taken = block.site.ifKnown.map(state.shares.count(of:)) ?? 0
        if taken >= left { state.refused += 1 }
        return taken < left
    }
}
