import Addresses
import Quotas
import Synchronization

/// TLS handshakes that are not done, of all loops together and of each site: what they take of the
/// memory is taken by whoever opens connections, and says nothing.
///
/// One site may have as many as are left for all others. So there is room for another one however
/// many a few of them open; some ten that come one after another have nearly all, until the time
/// of the first ones' handshakes is over.
final class HandshakeCount: Sendable {
    private let shares = Mutex(Shares<AddressBlock>())

    /// Those that are not done.
    var count: Int { shares.withLock(\.total) }

    /// Counts one more, if there is room for it.
    func take(for block: AddressBlock, _ limits: ConnectionLimits) -> Bool {
        shares.withLock { shares in
            guard Self.isRoom(in: shares, for: block, limits) else { return false }
            shares.add(for: block.site.ifKnown)
            return true
        }
    }

    /// Whether there is room for one more.
    func isRoom(for block: AddressBlock, _ limits: ConnectionLimits) -> Bool {
        shares.withLock { Self.isRoom(in: $0, for: block, limits) }
    }

    func giveBack(_ block: AddressBlock) {
        shares.withLock { $0.giveBack(from: block.site.ifKnown) }
    }

    private static func isRoom(
        in shares: Shares<AddressBlock>, for block: AddressBlock, _ limits: ConnectionLimits
    ) -> Bool {
        let left = limits.handshakesMax - shares.total
        guard let site = block.site.ifKnown else { return left > 0 }
        return shares.count(of: site) < left
    }
}
