import Store
import Values

/// What proposed rows must fulfil, asked of the tables as they stand before the write.
struct CheckStatement: Sendable {
    private let statement: ProgramStatement

    /// Nil where nothing is asked.
    init?(_ checks: [ValueExpression], of table: Table) {
        if checks.isEmpty { return nil }
        statement = ProgramStatement { writer in
            writer.sql.define(row: Alias.new) { column in
                table.place(of: column).map(table.argument) ?? .constant(.null, column.type)
            }
            writer.append("SELECT ")
            writer.append(failureOf: checks.enumerated().map { ($0, $1) })
        }
    }

    /// Asks once for each distinct set of values that the checks look at.
    ///
    /// - Throws: `check`, of the first row that fails.
    func judge(_ rows: [NewRow], _ run: ProgramRun) throws(WriteRefusal) {
        var passed: Set<[Value]> = []
        for row in rows {
            let arguments = statement.arguments(nil) { source in
                if case .column(let column) = source { row.values[column] } else { nil }
            }
            if rows.count > 1, !passed.insert(arguments).inserted { continue }
            let failure = try run.first(statement, arguments, count: 1)?.first
            if case .integer(let number)? = failure { throw .check(Int(number)) }
        }
    }
}
