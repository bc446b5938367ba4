import Addresses
import Quotas
import Synchronization

/// Open connections of all loops together, of each address block and of each site.
final class ConnectionCount: Sendable {
    private let shares = Mutex(Shares<AddressBlock>())

    /// Counts one more.
    ///
    /// - Returns: Nil, or why it is not to be served: it is not counted then.
    func take(for block: AddressBlock, _ limits: ConnectionLimits) -> ShareShortage? {
        shares.withLock { shares in
            shares.take(for: block.ifKnown, within: limits.connectionBounds)
        }
    }

    /// Why one more would not be served now; nil if it would.
    func shortage(for block: AddressBlock, _ limits: ConnectionLimits) -> ShareShortage? {
        shares.withLock { shares in
            shares.shortage(for: block.ifKnown, within: limits.connectionBounds)
        }
    }

    func giveBack(_ block: AddressBlock) {
        shares.withLock { $0.giveBack(from: block.ifKnown) }
    }
}

extension ShareShortage {
    /// What the peer is told whose connection is one too many.
    var message: String {
        switch self {
        case .inAll: "Too many connections are open."
        case .ofShare, .ofSite: "Too many connections are open from this address."
        }
    }
}
