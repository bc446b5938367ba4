import Synchronization

/// The bytes that bodies, answers and queues may stand in memory with at the same time, over all
/// loops. Who wants to take more than is left, or more than one address block may have, is told so
/// before anything is kept. Any thread.
public final class MemoryPool: Sendable {
    private struct State {
        var taken = 0
        var peak = 0
        var refusals = 0
        var byBlock: [AddressBlock: Int] = [:]
    }

    /// All there is, in bytes.
    public let bytesMax: Int
    private let perBlockMax: Int
    private let state = Mutex(State())

    /// A pool of which nothing is taken.
    ///
    /// - Parameter perBlockMax: The most for one address block; where there is no address, no such
    ///   bound holds.
    public init(bytesMax: Int, perBlockMax: Int) {
        self.bytesMax = bytesMax
        self.perBlockMax = perBlockMax
    }

    /// Bytes that are taken now.
    public var taken: Int { state.withLock { $0.taken } }
    /// The most that were ever taken.
    public var peak: Int { state.withLock { $0.peak } }
    /// How often somebody was refused.
    public var refusals: Int { state.withLock { $0.refusals } }

    func take(_ count: Int, for block: AddressBlock) -> Bool {
        state.withLock { state in
            let share = state.byBlock[block, default: 0] + count
            let isWithin = block == .none || share <= perBlockMax
            guard isWithin, count <= bytesMax - state.taken else {
                state.refusals += 1
                return false
            }
            state.byBlock[block] = share
            state.taken += count
            state.peak = max(state.peak, state.taken)
            return true
        }
    }

    func giveBack(_ count: Int, of block: AddressBlock) {
        state.withLock { state in
            state.taken -= count
            let share = state.byBlock[block, default: 0] - count
            state.byBlock[block] = share > 0 ? share : nil
        }
    }
}

/// What one connection has taken of a ``MemoryPool``. Given back when it is gone.
public struct MemoryLease: ~Copyable {
    /// What every connection may have without asking, and the step in which more is taken: the pool
    /// is not asked for each small answer.
    public static let step = 16 * 1_024

    private let pool: MemoryPool
    private let block: AddressBlock
    private var held = 0

    /// A lease of nothing yet.
    public init(_ pool: MemoryPool, for block: AddressBlock) {
        self.pool = pool
        self.block = block
    }

    /// Takes or gives back what is missing or too much for so many bytes.
    ///
    /// - Returns: False when the pool has not as much left; nothing has changed then.
    public mutating func cover(_ bytes: Int) -> Bool {
        if bytes <= Self.step, held == 0 { return true }
        let wanted = bytes <= Self.step ? 0 : (bytes - 1) / Self.step * Self.step
        if wanted > held {
            guard pool.take(wanted - held, for: block) else { return false }
        } else if wanted < held {
            pool.giveBack(held - wanted, of: block)
        }
        held = wanted
        return true
    }

    deinit { if held > 0 { pool.giveBack(held, of: block) } }
}
