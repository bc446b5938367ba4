import Diagnostics
import Store
import Values

/// One run of a program inside the writer's transaction. Anything thrown undoes the whole write.
struct ProgramRun {
    let transaction: SQLiteTransaction
    let operands: Operands
    let context: QueryContext

    /// The first column of all rows that a statement finds or changes.
    func integers(
        _ statement: ProgramStatement, _ arguments: [Value]
    ) throws(DatabaseError) -> [Int64] {
        try transaction.query(
            text: statement.text, arguments: arguments, context, use: statement.sql.use
        ) {
            (rows) throws(DatabaseError) in
            try rows.integers()
        }
    }

    /// Runs a statement to its end.
    ///
    /// - Returns: the rows that it changed itself.
    func run(
        _ statement: ProgramStatement, _ arguments: [Value]
    ) throws(DatabaseError) -> Int {
        try transaction.run(
            text: statement.text, arguments: arguments, context, use: statement.sql.use)
    }

    /// The first `count` columns of the first row that a statement finds, nil when there is none.
    func first(
        _ statement: ProgramStatement, _ arguments: [Value], count: Int
    ) throws(WriteRefusal) -> [Value]? {
        try refused { () throws(DatabaseError) in
            try transaction.query(
                text: statement.text, arguments: arguments, context, use: statement.sql.use
            ) { (rows) throws(DatabaseError) in
                guard try rows.next() else { return nil }
                return (0..<count).map { rows.value($0) }
            }
        }
    }

    /// The arguments of a statement about these rows.
    func arguments(
        _ statement: ProgramStatement, _ rows: Value?, assigning assignments: [Assignment] = []
    ) -> [Value] {
        statement.arguments(rows) { operands.value($0, assigning: assignments) }
    }
}

/// Runs what asks the database, and refuses the write where it fails.
func refused<R>(_ work: () throws(DatabaseError) -> R) throws(WriteRefusal) -> R {
    do throws(DatabaseError) {
        return try work()
    } catch {
        throw .failed(Problem(error))
    }
}

extension DatabaseError {
    /// Whether a constraint of the schema stood in the way.
    var isConstraint: Bool {
        switch self {
        case .unique, .uniqueIndex, .notNull, .check, .foreignKey: true
        case .timeout, .busy, .readOnly, .full, .unavailable, .unreachable,
            .invalidValue, .tooLarge, .noMemory, .sequenceExhausted, .stillReferenced,
            .tooDeep, .unexpected:
            false
        case .other: isMissingRowID
        }
    }
}

extension Value {
    /// Rowids as `json_each` takes them.
    init(rowIDs: [Int64]) {
        self = .text("[" + rowIDs.map(String.init).joined(separator: ",") + "]")
    }
}
