import Store
import Values

/// A statement of a program, written once when the program is prepared.
struct ProgramStatement: Sendable {
    let sql: BoundSQL
    /// The arguments that take rows: a rowid, or a JSON array of them, as the statement says.
    private let rows: [Int]

    /// Lets `write` write a statement, or the rest of one.
    ///
    /// - Parameter start: what stands already, without rows.
    init(
        _ use: StatementUse = .kept, after start: ProgramWriter = ProgramWriter(),
        _ write: (inout ProgramWriter) -> Void
    ) {
        var writer = start
        write(&writer)
        var sql = writer.sql.statement
        sql.use = use
        self.sql = sql
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
        if let rows { for index in self.rows { arguments[index] = rows } }
        return arguments
    }
}

/// Writes a statement of a program. Rows are told apart by their rowid, which every table has.
struct ProgramWriter: ProgramText {
    var sql = StatementWriter(SQLiteDialect())
    private(set) var rows: [Int] = []

    /// An argument that takes rows; all of a statement take the same.
    mutating func appendRows() {
        rows.append(sql.argumentCount)
        sql.append(.init(.null, .text))
    }

    /// `"alias".rowid`. No column may be called so.
    mutating func append(rowIDOf alias: String) {
        append(identifier: alias)
        append(".rowid")
    }

    /// ` WHERE …`, so that further conditions may follow with `AND`.
    mutating func appendWhere(_ conditions: [ValueExpression]) {
        append(" WHERE ")
        append(all: conditions)
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
