public import Quotas

/// An engine that runs programs.
///
/// A program is prepared once for a plan, which keeps what it gets: the statements of the engine.
public protocol WriteEngine: AnyObject, Sendable {
    /// Prepares an insert.
    func prepare(_ program: InsertProgram) -> any PreparedInsert
    /// Prepares an update.
    func prepare(_ program: UpdateProgram) -> any PreparedUpdate
    /// Prepares a delete.
    func prepare(_ program: DeleteProgram) -> any PreparedDelete
}

/// Takes the outcome of a write, once, when it is durable or nothing of it is left, on any thread,
/// which it should not hold up.
public typealias WriteReply = @Sendable (WriteOutcome) -> Void

/// Drops a write that has not begun, from any thread; one that has goes on. The reply comes all the
/// same.
public typealias WriteWithdrawal = @Sendable () -> Void

/// An ``InsertProgram`` as an engine runs it.
public protocol PreparedInsert: AnyObject, Sendable {
    /// The operands that its statements take.
    var slots: [ArgumentSlot] { get }

    /// Runs it.
    ///
    /// - Parameter caller: Whose share of what is scarce it takes.
    func run(
        _ rows: NewRows, _ operands: Operands, _ context: QueryContext, for caller: Caller,
        reply: @escaping WriteReply
    ) -> WriteWithdrawal
}

/// An ``UpdateProgram`` as an engine runs it.
public protocol PreparedUpdate: AnyObject, Sendable {
    /// The operands that its statements take.
    var slots: [ArgumentSlot] { get }
    /// What finds the rows, to be given to ``Reader/find(_:_:_:for:)`` first, if they are searched
    /// for (``WriteTarget/isSearched``).
    var search: BoundSQL? { get }

    /// Runs it.
    ///
    /// - Parameters:
    ///   - found: What the search has found, if there is one.
    ///   - caller: Whose share of what is scarce it takes.
    func run(
        _ values: NewValues, on found: FoundRows?, _ operands: Operands, _ context: QueryContext,
        for caller: Caller, reply: @escaping WriteReply
    ) -> WriteWithdrawal
}

/// A ``DeleteProgram`` as an engine runs it.
public protocol PreparedDelete: AnyObject, Sendable {
    /// The operands that its statements take.
    var slots: [ArgumentSlot] { get }
    /// See ``PreparedUpdate/search``.
    var search: BoundSQL? { get }

    /// Runs it.
    ///
    /// - Parameters:
    ///   - found: What the search has found, if there is one.
    ///   - caller: Whose share of what is scarce it takes.
    func run(
        on found: FoundRows?, _ operands: Operands, _ context: QueryContext,
        for caller: Caller, reply: @escaping WriteReply
    ) -> WriteWithdrawal
}
