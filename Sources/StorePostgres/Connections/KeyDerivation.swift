import Network
import PostgresWire
import Synchronization
import Work

/// Derives SCRAM keys away from the loops, and keeps them for the next connection.
final class KeyDerivation: Sendable {
    private let pool = WorkerPool<Void>(
        name: "postgres keys", threadsMax: ConnectionLimits.derivingThreads
    ) {}
    private let kept = Mutex<[SCRAMDerivation: SCRAMKeys]>([:])

    deinit { pool.close() }

    /// Gives keys on the loop: at once if they are known, else later.
    func derive(
        _ derivation: SCRAMDerivation, on context: LoopContext,
        _ completion: @escaping @Sendable (SCRAMKeys) -> Void
    ) {
        if let keys = kept.withLock({ $0[derivation] }) { return completion(keys) }
        let work = { @Sendable [self] in
            let keys = derivation.keys()
            keep(keys, for: derivation)
            context.post { completion(keys) }
        }
        // Without a thread it is this one's turn: a millisecond or two.
        pool.post({ _ in work() }, refused: { _ in work() })
    }

    private func keep(_ keys: SCRAMKeys, for derivation: SCRAMDerivation) {
        kept.withLock { kept in
            if kept.count >= ConnectionLimits.keptKeys { kept.removeAll() }
            kept[derivation] = keys
        }
    }
}
