import Diagnostics
import Expressions
import HTTP
import Schema
import Store
import StoreSQLite
import Values

/// One write inside the writer's transaction: what the jobs of INSERT, UPDATE and DELETE share.
/// Anything thrown undoes the whole write.
struct WriteRun {
    let transaction: WriteTransaction
    let operands: Operands
    /// What `.rows` stands for: the rowids that the write's search has found (``FoundRows/list``),
    /// or the one row that an upsert is about.
    private(set) var found: Value?
    let context: QueryContext
    let catalogue: Catalogue
    let isAnonymous: Bool
    let rowsMax: Int

    /// The same run, where statements are about one row.
    func about(_ rowid: Int64) -> WriteRun {
        var run = self
        run.found = .integer(rowid)
        return run
    }

    func deferForeignKeys() throws(Problem) {
        try worded { () throws(DatabaseError) in try transaction.deferForeignKeys() }
    }

    func makeBuilder() -> StatementBuilder { StatementBuilder(rowsMax: rowsMax) }

    /// The first column of all rows that a statement with these arguments finds.
    func integers(_ text: String, _ arguments: [Value]) throws(DatabaseError) -> [Int64] {
        try transaction.query(text: text, arguments: arguments, context) {
            (rows) throws(DatabaseError) in
            try rows.integers()
        }
    }

    /// As ``integers(_:_:)``, for statements that cannot break a constraint.
    func look(_ text: String, _ arguments: [Value]) throws(Problem) -> [Int64] {
        try worded { () throws(DatabaseError) in try integers(text, arguments) }
    }

    /// The first column of all rows that a statement made for this run finds.
    func look(_ builder: StatementBuilder) throws(Problem) -> [Int64] {
        let sql = builder.statement
        return try look(sql.text, arguments(of: sql))
    }

    /// The first `count` columns of the first row, nil when there is none.
    func lookAtFirst(_ builder: StatementBuilder, count: Int) throws(Problem) -> [Value]? {
        let sql = builder.statement
        return try worded { () throws(DatabaseError) in
            try transaction.query(text: sql.text, arguments: arguments(of: sql), context) {
                (rows) throws(DatabaseError) in
                guard try rows.next() else { return nil }
                return (0..<count).map { rows.value($0) }
            }
        }
    }

    /// Whether a new row fulfils a rule; other rows it asks for are looked up in this transaction.
    func passes(_ rule: RowRule, new values: [Value], model: Model) throws(Problem) -> Bool {
        switch rule {
        case .everybody: return true
        case .nobody: return false
        case .matching(let predicate):
            let transaction = transaction
            let evaluation = Evaluation(
                context: context, dialect: SQLiteDialect()
            ) { (sql, context) throws(Problem) in
                try worded { () throws(DatabaseError) in try transaction.scalar(sql, context) }
            }
            return try predicate.evaluate(RowInput(new: values, model: model), in: evaluation)
                == true
        }
    }

    /// What a row that fails a check is told.
    func refusal(by check: RowCheck, of model: Model) -> Problem {
        guard let column = check.column else {
            return .rowSecurity(table: model.name, isAnonymous: isAnonymous)
        }
        return .forbiddenColumn(
            model.columns[column].name, of: model.name, isAnonymous: isAnonymous)
    }

    /// The body of `return=representation`: the rows with these rowids.
    ///
    /// As in PostgreSQL, a write whose own row its caller may not read fails.
    func representation(
        _ representation: Representation, of keys: [Int64], _ returning: ReturnPlan
    ) throws(Problem) -> [UInt8] {
        if let visible = representation.visible, !keys.isEmpty {
            let list = Value(rowIDs: keys)
            let found = try look(visible.text, visible.arguments(operands, rows: list))
            try requireVisible(Int(found.first ?? 0), of: keys, returning)
        }
        let isOne = keys.count == 1
        let sql = isOne ? representation.one : representation.many
        let arguments = sql.arguments(
            operands, rows: isOne ? .integer(keys[0]) : Value(rowIDs: keys))
        let (body, count) = try read(
            sql.text, arguments, representation.layout, returning.media.form)
        if representation.visible == nil, !representation.isOpen {
            try requireVisible(count, of: keys, returning)
        }
        return body
    }

    /// The arguments of a statement about the rows found.
    func arguments(of sql: BoundSQL, assigning assignments: [Assignment] = []) -> [Value] {
        sql.arguments(operands, assigning: assignments, rows: found)
    }

    private func requireVisible(
        _ count: Int, of keys: [Int64], _ returning: ReturnPlan
    ) throws(Problem) {
        if count != keys.count {
            throw .rowSecurity(table: returning.table.model.name, isAnonymous: isAnonymous)
        }
    }

    /// The rows a statement finds as the body of an answer, and how many they are.
    private func read(
        _ text: String, _ arguments: [Value], _ layout: RowLayout, _ form: RowForm
    ) throws(Problem) -> (body: [UInt8], count: Int) {
        try worded { () throws(DatabaseError) in
            try transaction.query(text: text, arguments: arguments, context) {
                (rows) throws(DatabaseError) in
                var encoder = RowEncoder(layout, form)
                var body: [UInt8] = []
                let bytesMax = DatabaseLimits.answerBytesMax
                guard try encoder.append(&rows, to: &body, upTo: bytesMax) else {
                    throw .oversize
                }
                return (body, encoder.rowCount)
            }
        }
    }
}

/// What a write did.
struct WriteResult: Sendable {
    var status: Int
    var affected = 0
    /// The representation, when there is one.
    var body: [UInt8]?
    /// `Location`
    var location: String?
}
