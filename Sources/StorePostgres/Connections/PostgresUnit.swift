public import PostgresWire
public import Quotas

/// A unit of work: one or several statements between Begin and Sync, which the server runs as one
/// transaction, or a whole transaction of its own.
///
/// It may be run more than once: when others were in its way, or the connection was lost before it
/// could have happened. Its steps are then written anew, which tells the owner that whatever came
/// before is void.
///
/// All closures are called on the loop. `onRow`, `onCopyData` and the steps submit nothing. A COPY
/// FROM STDIN is a unit of its own.
///
/// Its maker sets what it wants of it before it is submitted, and nothing after that.
public final class PostgresUnit {
    /// What running it does.
    public enum Effect: Hashable, Sendable {
        /// Nothing that lasts: it may be run again at any time.
        case reads
        /// What must not happen twice.
        case writes
    }

    /// Writes the steps by `execute(_:in:)` and its like. It neither begins nor ends the unit.
    ///
    /// What it throws, the unit fails with; nothing of it is sent.
    public typealias Steps = (inout PostgresSession, UnitID) throws(FormatFault) -> Void

    /// The same on a slow lane.
    ///
    /// It is told what the unit is tried for, where it is not to run longer there for now: one that
    /// ``isEndedByServer`` has the server end it then.
    public typealias SlowSteps = (
        inout PostgresSession, UnitID, _ trial: Duration?
    ) throws(FormatFault) -> Void

    enum Content {
        case steps(Steps)
        /// One or several statements as text; values come as text.
        case script(String)
        /// A COPY FROM STDIN, and what gives its data piece by piece, until it gives nil.
        case copy(StatementShape, () -> [UInt8]?)
    }

    /// What running it does.
    public let effect: Effect
    let content: Content
    let completion: (Result<TransactionStatus, UnitFailure>) -> Void
    /// What it does on a slow lane, where that is something else.
    public var slowSteps: SlowSteps?
    /// What is known of its plan; nil for a unit that stays on its lane however long it takes.
    public var pace: Pace?
    /// Whether it is known to take long, so that it is not tried on the connection of a slow lane
    /// that is kept for what is short.
    public var isLong = false
    /// The table that it writes, where it may have to wait for a lock of it.
    public var table: String?
    /// Whose share of the slow lanes it takes.
    public var caller = Caller.server
    /// Whether it may commit what it does, and its statements end in time by the server's own
    /// clock. It is never cancelled: a request could meet its commit, which would then not wait for
    /// its standbys. Where it has not ended when its time is over, nobody knows whether it will.
    public var isEndedByServer = false
    /// Bytes of rows above which it is cancelled.
    public var answerBytesMax = ConnectionLimits.answerBytes
    /// The same on a slow lane, where that is another number.
    public var slowAnswerBytesMax: Int?
    /// Is told a step's columns, where they are asked for.
    public var onColumns: ((_ step: Int, [ResultColumn]) -> Void)?
    /// Takes a row where it lies in the buffer that it was received in.
    public var onRow: ((_ step: Int, DataRow) -> Void)?
    /// Takes a piece of what a COPY TO STDOUT sends, one row as a rule, where it lies in the buffer
    /// that it was received in.
    public var onCopyData: ((Span<UInt8>) -> Void)?
    /// Is told that a step has run to its end, which is no commit; nil when it is suspended and
    /// may have more rows.
    public var onStep: ((_ step: Int, CommandTag?) -> Void)?

    init(
        _ effect: Effect, _ content: Content,
        completion: @escaping (Result<TransactionStatus, UnitFailure>) -> Void
    ) {
        self.effect = effect
        self.content = content
        self.completion = completion
    }

    /// A unit of prepared statements.
    ///
    /// - Parameter completion: called once, when all of it is committed, rolled back, or lost,
    ///   unless the unit is withdrawn.
    public convenience init(
        _ effect: Effect, steps: @escaping Steps,
        completion: @escaping (Result<TransactionStatus, UnitFailure>) -> Void
    ) {
        self.init(effect, .steps(steps), completion: completion)
    }

    /// A unit that loads rows, on a connection that is lent. Whoever is lent it may be in a
    /// transaction.
    ///
    /// - Parameters:
    ///   - shape: a COPY FROM STDIN.
    ///   - source: gives its data in pieces of any size, as fast as they leave; nil ends it.
    public convenience init(
        loading shape: StatementShape, from source: @escaping () -> [UInt8]?,
        completion: @escaping (Result<TransactionStatus, UnitFailure>) -> Void
    ) {
        self.init(.writes, .copy(shape, source), completion: completion)
    }

    /// A unit of statements as text, without NUL and COPY.
    public convenience init(
        _ effect: Effect, script: String,
        completion: @escaping (Result<TransactionStatus, UnitFailure>) -> Void
    ) {
        self.init(effect, .script(script), completion: completion)
    }
}

@available(*, unavailable)
extension PostgresUnit: Sendable {}
