import PostgresWire
import Synchronization

/// Which lanes of which pools of a process cannot be used, and what of that is news. Any thread.
final class Standing: Sendable {
    private struct Place: Hashable {
        let pool: ObjectIdentifier
        let lane: Lane
    }

    private struct State {
        var unavailable: [Place: Unavailability] = [:]
        /// The reasons that have been told since all could be used.
        var told: Set<[String]> = []
    }

    private let state = Mutex(State())

    /// What is in the way of the most important lane that cannot be used.
    var unavailability: Unavailability? {
        state.withLock { state in
            let order: [Lane] = [.write, .read, .exclusive, .slowWrite, .slow]
            for lane in order {
                if let first = state.unavailable.first(where: { $0.key.lane == lane }) {
                    return first.value
                }
            }
            return nil
        }
    }

    /// A lane cannot be used.
    ///
    /// - Returns: whether nobody has been told of these reasons.
    func lost(_ lane: Lane, of pool: ObjectIdentifier, _ why: Unavailability) -> Bool {
        state.withLock { state in
            state.unavailable[Place(pool: pool, lane: lane)] = why
            return state.told.insert(why.failures.map(\.reason)).inserted
        }
    }

    /// A lane can be used.
    ///
    /// - Returns: whether it was the last one that could not.
    func found(_ lane: Lane, of pool: ObjectIdentifier) -> Bool {
        state.withLock { state in
            let place = Place(pool: pool, lane: lane)
            let wasLost = state.unavailable.removeValue(forKey: place) != nil
            guard state.unavailable.isEmpty else { return false }
            state.told = []
            return wasLost
        }
    }

    /// A pool is closed.
    func forget(_ pool: ObjectIdentifier) {
        state.withLock { state in
            state.unavailable = state.unavailable.filter { $0.key.pool != pool }
            if state.unavailable.isEmpty { state.told = [] }
        }
    }
}

extension HostFailure {
    /// What makes it another failure than others: of a server's refusals the code.
    fileprivate var reason: String { "\(host) \(serverError?.sqlState.text ?? description)" }
}
