import Bytes
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
    let context: QueryContext
    let catalogue: Catalogue
    let isAnonymous: Bool
    let rowsMax: Int

    func deferForeignKeys() throws(Problem) {
        do { try transaction.deferForeignKeys() } catch { throw Problem(error) }
    }

    func makeBuilder() -> StatementBuilder { StatementBuilder(rowsMax: rowsMax) }

    func execute(_ builder: StatementBuilder) throws(DatabaseError) -> Int {
        try transaction.run(builder.statement, context)
    }

    /// The first column of all rows.
    func integers(_ builder: StatementBuilder) throws(DatabaseError) -> [Int64] {
        try transaction.query(builder.statement, context) { (rows) throws(DatabaseError) in
            var found: [Int64] = []
            while try rows.next() { found.append(rows.int64(0)) }
            return found
        }
    }

    /// The first `count` columns of the first row, nil when there is none.
    func firstRow(_ builder: StatementBuilder, count: Int) throws(DatabaseError) -> [Value]? {
        try transaction.query(builder.statement, context) { (rows) throws(DatabaseError) in
            guard try rows.next() else { return nil }
            return (0..<count).map { rows.value($0) }
        }
    }

    /// As ``integers(_:)``, for statements that cannot break a constraint.
    func look(_ builder: StatementBuilder) throws(Problem) -> [Int64] {
        do { return try integers(builder) } catch { throw Problem(error) }
    }

    /// As ``firstRow(_:count:)``, for statements that cannot break a constraint.
    func lookAtFirst(_ builder: StatementBuilder, count: Int) throws(Problem) -> [Value]? {
        do { return try firstRow(builder, count: count) } catch { throw Problem(error) }
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
                    return try transaction.query(
                        text: sql.text, arguments: sql.arguments, context
                    ) { (rows) throws(DatabaseError) in
                        try rows.next() ? rows.value(0) : .null
                    }
                } catch {
                    throw Problem(error)
                }
            }
            return try predicate.evaluate(RowInput(new: values, model: model), in: evaluation)
                == true
        }
    }

    /// Whether one more row would be too many, and whether the one object asked for is there.
    func judge(_ affected: Int, _ returning: ReturnPlan) throws(Problem) {
        if let limit = returning.maxAffected, affected > limit { throw .tooManyAffected(affected) }
        if returning.media.isObject, affected != 1 { throw .notSingular(affected) }
    }

    /// The body of `return=representation`: the rows with these rowids.
    ///
    /// As in PostgreSQL, a write whose own row its caller may not read fails.
    func representation(of keys: [Int64], _ returning: ReturnPlan) throws(Problem) -> [UInt8] {
        let table = returning.table
        let list = "[" + keys.map(String.init).joined(separator: ",") + "]"
        if case .everybody = table.rule {
        } else if !keys.isEmpty {
            var builder = makeBuilder()
            builder.appendVisibleCount(of: table, keys: list)
            guard try look(builder).first == Int64(keys.count) else {
                throw .rowSecurity(table: table.model.name, isAnonymous: isAnonymous)
            }
        }
        var builder = makeBuilder()
        builder.appendRows(of: table, keys: list)
        let layout = RowLayout(table.members.map { ($0.key, $0.type) })
        let isObject = returning.media.isObject
        do throws(DatabaseError) {
            let body = try transaction.query(builder.statement, context) {
                (rows) throws(DatabaseError) in
                var body: [UInt8] = isObject ? [] : [ASCII.leftBracket]
                var count = 0
                while try rows.next() {
                    if count > 0 { body.append(ASCII.comma) }
                    count += 1
                    layout.appendObject(rows, to: &body)
                    try ReadPlan.judge(byteCount: body.count)
                }
                if !isObject { body.append(ASCII.rightBracket) }
                return body
            }
            return returning.media.stripsNulls ? NullStripping.strip(body) : body
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
