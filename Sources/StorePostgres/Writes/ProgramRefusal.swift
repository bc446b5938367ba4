import PostgresWire
import Store

/// What a statement of a program raises so that nothing of it is left: a function of ours does, and
/// the connection's owner finds it among the server's errors.
enum ProgramRefusal: String {
    /// A row fails a check; its number.
    case check
    /// A row that is there is hidden or fails a check; the check's number, or ``hidden``.
    case conflict
    /// Two proposed rows have one key.
    case repeated
    /// The store has given a number that a row has already; the number.
    case taken
    /// A row's values are known to be faulty; its place from 1, negative for one that is there.
    case fault
    /// More rows were found than may be; how many those are.
    case tooManyFound
    /// There are too many rows; how many.
    case tooMany
    /// There is not exactly one row; how many.
    case notSingular
    /// A row that was written may not be seen.
    case invisible

    /// The number of a conflict with a hidden row.
    static let hidden = -1
    /// The SQLSTATE, of no class of the server's.
    static let state = "APUSR"
    /// What makes the pool run the program again: a row has come up that the statement could not
    /// see.
    static let again = SQLState.serializationFailure

    /// What the server tells of a refusal, and its number; nil for an error of another kind.
    static func find(in error: ServerError) -> (refusal: ProgramRefusal, number: Int)? {
        guard error.sqlState.text == state, let refusal = ProgramRefusal(rawValue: error.message)
        else { return nil }
        return (refusal, error.detail.flatMap { Int($0) } ?? 0)
    }
}

extension ProgramRefusal {
    /// What it means where that is the same for every program; nil for what depends on its rows.
    func meaning(_ number: Int) -> WriteRefusal? {
        switch self {
        case .check: .check(number)
        case .conflict: number == Self.hidden ? .hiddenRow : .conflictCheck(number)
        case .repeated: .repeatedConflict
        case .tooManyFound: .tooManyFound(max: number)
        case .tooMany: .tooManyAffected(number)
        case .notSingular: .notSingular(number)
        case .invisible: .invisibleRow
        case .taken, .fault: nil
        }
    }

    /// Whether it looks at rows that were written. The server has not judged their references then,
    /// as it does when the statement ends; a broken one is told first.
    var isOfWrittenRows: Bool {
        switch self {
        case .tooMany, .notSingular, .invisible: true
        case .check, .conflict, .repeated, .taken, .fault, .tooManyFound: false
        }
    }
}

extension DatabaseFunction {
    /// Raises an error of a state, with a message and a number as its detail. It is volatile, since
    /// the planner runs what is not to estimate rows, before any has been looked at.
    static let refuse = DatabaseFunction(
        name: "refuse", parameters: "text, text, int8", result: "boolean",
        body: .block(
            "BEGIN RAISE EXCEPTION USING ERRCODE = $1, MESSAGE = $2, DETAIL = $3::text; END"),
        isVolatile: true)
}
