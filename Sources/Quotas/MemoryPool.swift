import Addresses
import Synchronization

/// The bytes that bodies, answers, queues and feeds may stand in memory with at the same time, over
/// all threads. Who wants to take more than is left, or more than one caller or all of one site may
/// have, is told so before anything is kept. Any thread.
public final class MemoryPool: Sendable {
    private struct State {
        var shares = Shares<Caller>()
        var peak = 0
        var refused = RefusalCounts()
    }

    /// Bytes that are taken for each byte of a body that is kept whole: the text itself, a copy in
    /// its values, and another one in what they become.
    public static let bytesPerBodyByte = 4

    private let bounds: ShareBounds
    private let state = Mutex(State())

    /// A pool of which nothing is taken.
    ///
    /// - Parameters:
    ///   - bytesMax: All there is.
    ///   - perCallerMax: The most for one caller; where nobody knows from where the call comes no
    ///     such bound holds.
    public init(bytesMax: Int, perCallerMax: Int) {
        bounds = ShareBounds(total: bytesMax, each: perCallerMax)
    }

    /// All there is, in bytes.
    public var bytesMax: Int { bounds.total }
    /// Bytes that are taken now.
    public var taken: Int { state.withLock { $0.shares.total } }
    /// The most that were ever taken.
    public var peak: Int { state.withLock { $0.peak } }
    /// How often somebody was refused.
    public var refused: RefusalCounts { state.withLock { $0.refused } }

    /// The most that a caller may have, whatever others have.
    public func bytesMax(for caller: Caller) -> Int {
        caller.ifKnown == nil ? bounds.total : bounds.each
    }

    func take(_ count: Int, for caller: Caller) -> ShareShortage? {
        state.withLock { state in
            let shortage = state.shares.take(count, for: caller.ifKnown, within: bounds)
            if let shortage { state.refused.count(shortage) }
            state.peak = max(state.peak, state.shares.total)
            return shortage
        }
    }

    func giveBack(_ count: Int, of caller: Caller) {
        state.withLock { $0.shares.giveBack(count, from: caller.ifKnown) }
    }
}

extension Caller {
    /// Itself, if it is one, and not all who come from nobody knows where.
    fileprivate var ifKnown: Caller? {
        switch self {
        case .user: self
        case .anonymous(let block), .service(let block): block == .none ? nil : self
        case .server: nil
        }
    }
}

/// What one connection or answer has taken of a ``MemoryPool``. Given back when it is gone.
public struct MemoryLease: ~Copyable, Sendable {
    /// What everybody may have without asking: the pool is not asked for small requests.
    public static let freeBytes = 4 * 1_024
    /// The step in which more is taken.
    public static let step = 16 * 1_024
    /// What is kept by ``cover(_:)`` though it is too much, since the next answer will want it.
    public static let slackBytes = 64 * 1_024

    private let pool: MemoryPool
    private let caller: Caller
    private let step: Int
    private var held = 0

    /// A lease of nothing yet.
    ///
    /// - Parameter step: In which more is taken, in bytes: a small one for what changes seldom.
    public init(_ pool: MemoryPool, for caller: Caller, step: Int = MemoryLease.step) {
        self.pool = pool
        self.caller = caller
        self.step = step
    }

    /// Takes what is missing for so many bytes, and gives back what is far too much.
    ///
    /// - Returns: False when the pool has not as much left; nothing has changed then.
    public mutating func cover(_ bytes: Int) -> Bool { take(bytes) == nil }

    /// The same for whoever tells what there is not enough of.
    public mutating func take(_ bytes: Int) -> ShareShortage? {
        let wanted = steps(for: bytes)
        if wanted > held {
            if let shortage = pool.take(wanted - held, for: caller) { return shortage }
            held = wanted
        } else if held - wanted > Self.slackBytes {
            trim(to: bytes)
        }
        return nil
    }

    /// Gives back what is too much for so many bytes.
    public mutating func trim(to bytes: Int) {
        let wanted = steps(for: bytes)
        guard wanted < held else { return }
        pool.giveBack(held - wanted, of: caller)
        held = wanted
    }

    /// Whether so many bytes are more than the caller may ever have.
    public func isBeyondShare(_ bytes: Int) -> Bool { bytes > pool.bytesMax(for: caller) }

    private func steps(for bytes: Int) -> Int {
        bytes <= Self.freeBytes ? 0 : (bytes + step - 1) / step * step
    }

    deinit { if held > 0 { pool.giveBack(held, of: caller) } }
}
