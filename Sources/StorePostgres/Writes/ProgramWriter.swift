import PostgresWire
import Store
import Values

/// Writes a statement of a program: common table expressions one after the other, then a query.
struct ProgramWriter {
    /// The names of expressions and columns.
    enum Name {
        /// The proposed rows.
        static let rows = "\"_apus_rows\""
        /// Those of them that are there already.
        static let there = "\"_apus_there\""
        /// The rows to be written, locked, as they were.
        static let old = "\"_apus_found\""
        /// One row, once all that may be refused has been.
        static let judged = "\"_apus_judged\""
        /// The rows to be inserted, numbered.
        static let fresh = "\"_apus_fresh\""
        static let inserted = "\"_apus_inserted\""
        static let changed = "\"_apus_changed\""
        /// All rows that come back.
        static let written = "\"_apus_written\""
        /// How many rows there are.
        static let counts = "\"_apus_counts\""

        /// The place of a row in its order, from 1.
        static let place = "\"_apus_place\""
        static let marks = "\"_apus_marks\""
        static let failure = "\"_apus_failure\""
        static let passed = "\"_apus_passed\""
        static let affected = "\"_apus_affected\""
        static let new = "\"_apus_count\""
        /// A subquery that nobody names otherwise.
        static let some = "\"_apus_some\""
        /// What a column of a proposed row is called beside columns of a row that is there.
        static func proposed(_ column: Int) -> String { "_apus_c\(column)" }
    }

    var sql: StatementWriter
    let dialect: PostgresDialect
    private(set) var bindings: [Int: ProgramStatement.Binding] = [:]
    private var hasExpression = false

    init(_ dialect: PostgresDialect, beginsWithExpressions: Bool = true) {
        self.dialect = dialect
        sql = StatementWriter(dialect, beginsWithExpressions: beginsWithExpressions)
    }

    mutating func append(_ text: String) { sql.append(text) }

    mutating func append(identifier: String) { sql.append(identifier: identifier) }

    /// A parameter that takes more than a value of the plan.
    mutating func append(_ binding: ProgramStatement.Binding, _ type: ColumnType) {
        bindings[sql.argumentCount] = binding
        sql.append(.init(.null, type))
    }

    /// `"name" AS (…)`
    ///
    /// - Parameter name: quoted.
    mutating func expression(
        _ name: String, isWrite: Bool = false, _ body: (inout ProgramWriter) -> Void
    ) {
        append(hasExpression ? ", " : "")
        hasExpression = true
        append("\(name) AS \(isWrite ? "" : "MATERIALIZED ")(")
        body(&self)
        append(")")
    }

    /// `"table" AS "alias"`
    mutating func append(_ table: String, as alias: String) {
        sql.append(SelectStatement.Source(.table(table), as: alias))
    }

    /// The conditions joined by `AND`; true where there are none.
    mutating func append(all conditions: [ValueExpression]) {
        if conditions.isEmpty { append("true") }
        for (index, condition) in conditions.enumerated() {
            if index > 0 { append(" AND ") }
            sql.append(condition, .not)
        }
    }

    /// `a, b`: values with commas between them.
    mutating func append(list values: [ValueExpression]) { sql.commas(values) }

    /// The names of columns, each behind `prefix`.
    mutating func append(_ places: some Collection<Int>, of table: Table, _ prefix: String = "") {
        append(
            places.map { prefix + quoted(identifier: table.columns[$0].name) }
                .joined(separator: ", "))
    }

    /// `left = right AND …`, pairwise.
    mutating func append(_ left: [ValueExpression], equal right: [ValueExpression]) {
        append(all: zip(left, right).map { .comparison(.equal, $0, $1) })
    }

    /// `CASE WHEN NOT … THEN … END`: the number of the first condition that does not hold, or NULL.
    mutating func append(failureOf conditions: [(number: Int, condition: ValueExpression)]) {
        if conditions.isEmpty { return append("NULL::int4") }
        append("CASE")
        for (number, condition) in conditions {
            append(" WHEN NOT coalesce(")
            sql.append(condition)
            append(", false) THEN \(number)")
        }
        append(" END")
    }

    // MARK: Refusals

    /// A call that refuses the program.
    mutating func append(_ refusal: ProgramRefusal, _ number: String = "0") {
        append(call(ProgramRefusal.state, refusal.rawValue, number))
    }

    /// A call that has the program run again.
    mutating func appendAgain() { append(call(ProgramRefusal.again.text, "again", "0")) }

    private func call(_ state: String, _ message: String, _ number: String) -> String {
        "\(dialect.call(.refuse))'\(state)', '\(message)', \(number))"
    }

    /// The expression that refuses the program, or has one row. It goes through `refusals` in their
    /// order. Nothing is written before, since every write asks ``appendPassed()``.
    mutating func expression(judging refusals: [(inout ProgramWriter) -> Void]) {
        expression(Name.judged) { writer in
            writer.append("SELECT coalesce(")
            for refusal in refusals {
                writer.append("(")
                refusal(&writer)
                writer.append("), ")
            }
            writer.append("true) AS \(Name.passed)")
        }
    }

    /// Whether nothing was refused: judged once, before the first row is looked at.
    mutating func appendPassed() { append("(SELECT \(Name.passed) FROM \(Name.judged))") }

    /// Refuses the first row, by its place, that has a failure.
    ///
    /// - Parameter source: writes the rows with their failures, behind `FROM`.
    mutating func append(
        _ refusal: ProgramRefusal, ofFirstIn source: (inout ProgramWriter) -> Void
    ) {
        append("SELECT ")
        append(refusal, Name.failure)
        append(" FROM (SELECT \(Name.failure) FROM ")
        source(&self)
        append(" WHERE \(Name.failure) IS NOT NULL ORDER BY \(Name.place) LIMIT 1) AS \(Name.some)")
    }

    /// Refuses the first row that fails a check.
    mutating func append(
        firstFailureOf checks: [ValueExpression], in rows: String, as alias: String
    ) {
        append(.check) { writer in
            writer.append("(SELECT ")
            writer.append(failureOf: checks.enumerated().map { ($0, $1) })
            writer.append(" AS \(Name.failure), \(Name.place) FROM \(rows) AS ")
            writer.append(identifier: alias)
            writer.append(") AS \(Name.some)")
        }
    }
}

extension Table {
    /// Columns of a row that a statement calls `alias`.
    func columns(_ places: some Sequence<Int>, of alias: String) -> [ValueExpression] {
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

extension Table.Reference {
    /// The columns of a row of the other table.
    func otherColumns(of alias: String) -> [ValueExpression] {
        otherColumns.map { .column($0.name, of: alias, type: $0.type) }
    }
}
