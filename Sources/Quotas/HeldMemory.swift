import Synchronization

/// What an answer, or the work for it, has taken of a ``MemoryPool`` and that goes from thread to
/// thread on its way. Given back when nobody has it any more.
public final class HeldMemory: Sendable {
    private let lease: Mutex<MemoryLease>
    private let others: Int

    /// Nothing yet.
    ///
    /// - Parameter others: Bytes that the caller has already of the same thing: with them it may
    ///   be more than he may ever have.
    public init(_ pool: MemoryPool, for caller: Caller, beside others: Int = 0) {
        lease = Mutex(MemoryLease(pool, for: caller))
        self.others = others
    }

    /// Takes what is missing for so many bytes, or gives back what is too much.
    ///
    /// - Returns: Why there is no room for them; nil where there is.
    public func cover(_ bytes: Int) -> MemoryShortage? {
        lease.withLock { lease in
            guard let shortage = lease.take(bytes) else { return nil }
            if lease.isBeyondShare(others + bytes) { return .beyondShare }
            switch shortage {
            case .inAll: return .byOthers
            case .ofShare, .ofSite: return .byCaller
            }
        }
    }
}

/// Why there is no room in a ``MemoryPool``.
public enum MemoryShortage: Error, Hashable, Sendable {
    /// It is more than the caller may ever have.
    case beyondShare
    /// The caller, or others of its site, have as much as they may.
    case byCaller
    /// Others have it.
    case byOthers
}
