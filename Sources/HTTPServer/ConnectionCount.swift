import Quotas
import Synchronization

/// Open connections of all loops together, and of each address block.
final class ConnectionCount: Sendable {
    /// Why one more is not taken.
    enum Refusal { case tooMany, tooManyOfBlock }

    private struct State {
        var count = 0
        var byBlock: [AddressBlock: Int] = [:]
    }

    private let state = Mutex(State())

    /// Counts one more.
    ///
    /// - Returns: Nil, or why it is not to be served: it is not counted then.
    func take(for block: AddressBlock, _ limits: ConnectionLimits) -> Refusal? {
        state.withLock { state in
            if let refusal = Self.refusal(of: block, limits, state) { return refusal }
            if block != .none { state.byBlock[block, default: 0] += 1 }
            state.count += 1
            return nil
        }
    }

    /// Why one more would not be served now; nil if it would.
    func refusal(of block: AddressBlock, _ limits: ConnectionLimits) -> Refusal? {
        state.withLock { Self.refusal(of: block, limits, $0) }
    }

    private static func refusal(
        of block: AddressBlock, _ limits: ConnectionLimits, _ state: State
    ) -> Refusal? {
        guard state.count < limits.connectionsMax else { return .tooMany }
        if block == .none { return nil }
        let isWithin = state.byBlock[block, default: 0] < limits.connectionsPerBlockMax
        return isWithin ? nil : .tooManyOfBlock
    }

    func giveBack(_ block: AddressBlock) {
        state.withLock { state in
            state.count -= 1
            guard let count = state.byBlock[block] else { return }
            state.byBlock[block] = count > 1 ? count - 1 : nil
        }
    }
}

extension ConnectionCount.Refusal {
    /// What the peer is told.
    var message: String {
        switch self {
        case .tooMany: "Too many connections are open."
        case .tooManyOfBlock: "Too many connections are open from this address."
        }
    }
}
