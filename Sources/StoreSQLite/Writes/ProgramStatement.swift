import Store
import Values

/// A statement of a program, written once when the program is prepared.
struct ProgramStatement: Sendable {
    let sql: BoundSQL
    /// The argument that takes rows: a rowid, or a JSON array of them, as the statement says.
    private let rows: Int?

    init(_ write: (inout ProgramWriter) -> Void) {
        var writer = ProgramWriter()
        write(&writer)
        sql = writer.sql.statement
        rows = writer.rows
    }

    var text: String { sql.text }

    /// The columns of the row judged or written that it takes, once each.
    var columns: [Int] {
        var columns: [Int] = []
        for case .column(let column) in sql.slots.map(\.source) where !columns.contains(column) {
            columns.append(column)
        }
        return columns
    }

    /// The arguments of one run: the rows, and values in the places of operands and columns.
    func arguments(_ rows: Value?, _ value: (ArgumentSlot.Source) -> Value?) -> [Value] {
        var arguments = sql.makeArguments(value)
        if let rows, let index = self.rows { arguments[index] = rows }
        return arguments
    }
}

/// Writes a statement of a program. Rows are told apart by their rowid, which every table has.
struct ProgramWriter {
    var sql = StatementWriter(SQLiteDialect())
    private(set) var rows: Int?

    mutating func append(_ text: String) { sql.append(text) }

    mutating func append(identifier: String) { sql.append(identifier: identifier) }

    /// The argument that takes rows; a statement has one.
    mutating func appendRows() {
        rows = sql.argumentCount
        sql.append(.init(.null, .text))
    }

    /// `"alias".rowid`. No column may be called so.
    mutating func append(rowIDOf alias: String) {
        append(identifier: alias)
        append(".rowid")
    }

    /// `"table" AS "alias"`
    mutating func append(_ table: String, as alias: String) {
        sql.append(SelectStatement.Source(.table(table), as: alias))
    }

    /// ` WHERE …`, so that further conditions may follow with `AND`.
    mutating func appendWhere(_ conditions: [ValueExpression]) {
        append(" WHERE ")
        if conditions.isEmpty { append("1") }
        append(all: conditions)
    }

    /// The conditions joined by `AND`.
    mutating func append(all conditions: [ValueExpression]) {
        for (index, condition) in conditions.enumerated() {
            if index > 0 { append(" AND ") }
            sql.append(condition, .not)
        }
    }

    /// `a, b`: values with commas between them.
    mutating func append(list values: [ValueExpression]) { sql.commas(values) }

    /// `left = right AND …`, pairwise.
    mutating func append(_ left: [ValueExpression], equal right: [ValueExpression]) {
        append(all: zip(left, right).map { .comparison(.equal, $0, $1) })
    }

    /// `CASE WHEN NOT … THEN … END`: the number of the first condition that does not hold, or NULL.
    mutating func append(failureOf conditions: [(number: Int, condition: ValueExpression)]) {
        append("CASE")
        for (number, condition) in conditions {
            append(" WHEN NOT coalesce(")
            sql.append(condition)
            append(", 0) THEN \(number)")
        }
        append(" END")
    }

    /// ` FROM json_each(…) AS "keys" CROSS JOIN "table" AS "alias" ON …`: the rows with the rowids
    /// of a list, in its order.
    mutating func appendSource(ofRowsIn table: String, as alias: String) {
        append(" FROM json_each(")
        appendRows()
        append(") AS \(Self.keys) CROSS JOIN ")
        append(table, as: alias)
        append(" ON ")
        append(rowIDOf: alias)
        append(" = \(Self.keys).value")
    }

    /// The rows of a list, and their order.
    static let keys = "_apus_keys"
}

extension Table {
    /// Columns of a row that a statement calls `alias`.
    func columns(_ places: [Int], of alias: String) -> [ValueExpression] {
        places.map { column($0, of: alias) }
    }

    /// The place of the column that a statement names.
    func place(of column: ValueExpression.ColumnReference) -> Int? {
        columns.firstIndex { $0.name == column.name }
    }

    /// A column of the row judged or written, as an argument.
    func argument(_ place: Int) -> ValueExpression {
        .argument(.null, columns[place].type, source: .column(place))
    }
}
