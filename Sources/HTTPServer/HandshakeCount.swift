import Addresses
import Quotas
import Synchronization

/// TLS handshakes that are not done, of all loops together and of each address block: what they
/// take of the memory is taken by whoever opens connections, and says nothing.
///
/// One block may have as many as are left for all others. So however few those are who open many,
/// and however many they open, there is room for another one.
final class HandshakeCount: Sendable {
    private let shares = Mutex(Shares<AddressBlock>())

    /// Those that are not done.
    var count: Int { shares.withLock(\.total) }

    /// Counts one more.
    ///
    /// - Returns: Nil, or why it is not to be begun: it is not counted then.
    func take(for block: AddressBlock, _ limits: ConnectionLimits) -> ShareShortage? {
        shares.withLock { shares in
            if let shortage = Self.shortage(of: shares, for: block, limits) { return shortage }
            shares.add(for: block.ifKnown)
            return nil
        }
    }

    /// Why one more would not be begun now; nil if it would.
    func shortage(for block: AddressBlock, _ limits: ConnectionLimits) -> ShareShortage? {
        shares.withLock { Self.shortage(of: $0, for: block, limits) }
    }

    func giveBack(_ block: AddressBlock) {
        shares.withLock { $0.giveBack(from: block.ifKnown) }
    }

    private static func shortage(
        of shares: Shares<AddressBlock>, for block: AddressBlock, _ limits: ConnectionLimits
    ) -> ShareShortage? {
        let left = limits.handshakesMax - shares.total
        if left <= 0 { return .inAll }
        guard let block = block.ifKnown else { return nil }
        return shares.count(of: block) < left ? nil : .ofShare
    }
}
