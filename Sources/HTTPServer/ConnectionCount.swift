import Addresses
import Quotas
import Synchronization

/// Open connections of all loops together, and of each address block.
final class ConnectionCount: Sendable {
    private let shares = Mutex(Shares<AddressBlock>())

    /// Counts one more.
    ///
    /// - Returns: Nil, or why it is not to be served: it is not counted then.
    func take(for block: AddressBlock, _ limits: ConnectionLimits) -> ShareShortage? {
        shares.withLock { shares in
            shares.take(
                for: block.ifKnown, totalMax: limits.connectionsMax,
                eachMax: limits.connectionsPerBlockMax)
        }
    }

    /// Why one more would not be served now; nil if it would.
    func shortage(for block: AddressBlock, _ limits: ConnectionLimits) -> ShareShortage? {
        shares.withLock { shares in
            shares.shortage(
                for: block.ifKnown, totalMax: limits.connectionsMax,
                eachMax: limits.connectionsPerBlockMax)
        }
    }

    func giveBack(_ block: AddressBlock) {
        shares.withLock { $0.giveBack(from: block.ifKnown) }
    }
}

extension AddressBlock {
    /// Nil where nobody knows whose it is: no share bounds it.
    var ifKnown: AddressBlock? { self == .none ? nil : self }
}

extension ShareShortage {
    /// What the peer is told whose connection is one too many.
    var message: String {
        switch self {
        case .inAll: "Too many connections are open."
        case .ofShare: "Too many connections are open from this address."
        }
    }
}
