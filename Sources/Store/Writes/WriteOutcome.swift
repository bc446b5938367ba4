public import Diagnostics
public import Quotas
public import Values

/// What became of a write.
public typealias WriteOutcome = Result<WriteResult, WriteRefusal>

/// What a write did.
public struct WriteResult: Sendable {
    /// The rows that it wrote.
    public var affected: Int
    /// Those of them that are new.
    public var inserted: Int
    /// The representation, if the program has one.
    public var body: [UInt8]?
    /// What a long one has taken of the server's memory.
    public var memory: HeldMemory?
    /// The values of the primary key of the one new row, if the program asks for them and its rule
    /// lets them be told.
    public var key: [Value]?

    /// A result.
    public init(affected: Int, inserted: Int = 0, body: [UInt8]? = nil, key: [Value]? = nil) {
        self.affected = affected
        self.inserted = inserted
        self.body = body
        self.key = key
    }
}

/// Why nothing was written. Whoever runs the program words it, and decides how much of it is shown.
public enum WriteRefusal: Error, Sendable {
    /// A row fails one of ``InsertProgram/checks`` or ``UpdateProgram/checks``, by its place.
    case check(Int)
    /// A row that an upsert would change is not one that it may.
    case hiddenRow
    /// A row that an upsert would change fails one of ``InsertProgram/Conflict/checks``.
    case conflictCheck(Int)
    /// Two proposed rows would change one row.
    case repeatedConflict
    /// A row would be written whose values are known to be faulty (``NewRow/fault``).
    case faulty(Problem)
    /// The store found a constraint broken.
    case violation(ConstraintViolation)
    /// There are more rows than ``WriteTarget/rowsMax``.
    case tooManyFound(max: Int)
    /// There are more rows than ``Returning/rowsMax``.
    case tooManyAffected(Int)
    /// There is not exactly one row.
    case notSingular(Int)
    /// A row that was written may not be seen by its writer, who asked for it.
    case invisibleRow
    /// The store could not: a sequence that has given its last number, a full disk, a timeout.
    case failed(Problem)
}
