import Database
import Diagnostics
import Expressions
import HTTP
import Schema
import Values

/// One write inside the writer's transaction: what the jobs of INSERT, UPDATE and DELETE share.
/// Anything thrown undoes the whole write.
struct WriteRun {
    let transaction: WriteTransaction
    let operands: Operands
    /// The rowids that the write's search has found, if it had one.
    let found: [Int64]?
    let context: QueryContext
    let catalogue: Catalogue
    let isAnonymous: Bool
    let rowsMax: Int

    func deferForeignKeys() throws(Problem) {
        do { try transaction.deferForeignKeys() } catch { throw Problem(error) }
    }

    func makeBuilder() -> StatementBuilder { StatementBuilder(rowsMax: rowsMax) }

    /// The first column of all rows that a statement with these arguments finds.
    func integers(_ text: String, _ arguments: [Value]) throws(DatabaseError) -> [Int64] {
        try transaction.query(text: text, arguments: arguments, context) {
            (rows) throws(DatabaseError) in
            var found: [Int64] = []
            while try rows.next() { found.append(rows.int64(0)) }
            return found
        }
    }

    /// As ``integers(_:_:)``, for statements that cannot break a constraint.
    func look(_ text: String, _ arguments: [Value]) throws(Problem) -> [Int64] {
        do { return try integers(text, arguments) } catch { throw Problem(error) }
    }

    /// The first column of all rows that a statement made for this run finds.
    func look(_ builder: StatementBuilder) throws(Problem) -> [Int64] {
        let sql = builder.statement.bound
        return try look(sql.text, arguments(of: sql))
    }

    /// The first `count` columns of the first row, nil when there is none.
    func lookAtFirst(_ builder: StatementBuilder, count: Int) throws(Problem) -> [Value]? {
        let sql = builder.statement.bound
        do throws(DatabaseError) {
            return try transaction.query(
                text: sql.text, arguments: arguments(of: sql), context
            ) { (rows) throws(DatabaseError) in
                guard try rows.next() else { return nil }
                return (0..<count).map { rows.value($0) }
            }
        } catch {
            throw Problem(error)
        }
    }

    /// Whether a new row fulfils a rule; other rows it asks for are looked up in this transaction.
    func passes(_ rule: RowRule, new values: [Value], model: Model) throws(Problem) -> Bool {
        switch rule {
        case .everybody: return true
        case .nobody: return false
        case .matching(let predicate):
            let transaction = transaction
            let evaluation = Evaluation(context: context) { (sql, context) throws(Problem) in
                do throws(DatabaseError) {
                    return try transaction.scalar(sql, context)
                } catch {
                    throw Problem(error)
                }
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
            let found = try look(visible.text, visible.arguments(operands, rows: Self.list(keys)))
            try requireVisible(Int(found.first ?? 0), of: keys, returning)
        }
        let isOne = keys.count == 1
        let sql = isOne ? representation.one : representation.many
        let arguments = sql.arguments(
            operands, rows: isOne ? .integer(keys[0]) : Self.list(keys))
        let (body, count) = try read(sql.text, arguments, representation.layout, returning.media)
        if representation.visible == nil, !representation.isOpen {
            try requireVisible(count, of: keys, returning)
        }
        return body
    }

    /// The arguments of a statement about the rows found.
    func arguments(of sql: BoundSQL, assigning assignments: [Assignment] = []) -> [Value] {
        sql.arguments(operands, assigning: assignments, rows: found.map(Self.list))
    }

    /// Rowids as `json_each` takes them.
    private static func list(_ keys: [Int64]) -> Value {
        .text("[" + keys.map(String.init).joined(separator: ",") + "]")
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
        _ text: String, _ arguments: [Value], _ layout: RowLayout, _ media: MediaType
    ) throws(Problem) -> (body: [UInt8], count: Int) {
        do throws(DatabaseError) {
            return try transaction.query(text: text, arguments: arguments, context) {
                (rows) throws(DatabaseError) in
                var encoder = RowEncoder(layout, media)
                var body: [UInt8] = []
                while try encoder.appendNext(&rows, to: &body) {
                    try RowEncoder.refuseOversize(body.count)
                }
                return (body, encoder.rowCount)
            }
        } catch {
            throw Problem(error)
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
