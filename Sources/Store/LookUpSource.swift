public import Diagnostics
public import Quotas

/// What small queries are asked of.
public protocol LookUpSource {
    /// Asks small queries of one state of the database.
    ///
    /// - Parameters:
    ///   - caller: whose share of what is scarce it takes.
    ///   - body: runs on the calling thread before this returns where the engine has rows at hand
    ///     and time for them, and otherwise later, there or on another one.
    /// - Throws: what `body` throws, and what the database says, where it answers at once.
    func reading<R: Sendable>(
        for caller: Caller, _ body: @escaping @Sendable (any RowSource) throws(Problem) -> R
    ) throws(Problem) -> Reading<R>
}

extension LookUpSource {
    /// As ``reading(for:_:)``, for the server itself.
    public func reading<R: Sendable>(
        _ body: @escaping @Sendable (any RowSource) throws(Problem) -> R
    ) throws(Problem) -> Reading<R> { try reading(for: .server, body) }
}
