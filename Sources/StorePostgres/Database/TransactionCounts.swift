public import Quotas

/// The transactions that have threads of their own, as those of sign-in, for `/metrics`.
public struct TransactionCounts: Hashable, Sendable {
    /// Those that wait for a thread now.
    public let waiting: Int
    /// Those that have one now.
    public let running: Int
    /// Those refused so far because too many waited.
    public let refused: RefusalCounts
}
