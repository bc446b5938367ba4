import PostgresWire
import Store
import Values

/// Writes a statement of a program: common table expressions one after the other, then a query.
struct ProgramWriter: ProgramText {
    /// The names of expressions and columns, which need no quotes. No model or column has one
    /// (``Store/Alias``).
    enum Name {
        /// The proposed rows.
        static let rows = "_apus_rows"
        /// Those of them that are there already.
        static let there = "_apus_there"
        /// The keys of the rows that are meant, where these are found before they are locked.
        static let keys = "_apus_keys"
        /// The rows to be written, locked, as they were.
        static let found = "_apus_found"
        /// One row, once all that may be refused has been.
        static let judged = "_apus_judged"
        /// The rows to be inserted, numbered.
        static let fresh = "_apus_fresh"
        static let inserted = "_apus_inserted"
        static let changed = "_apus_changed"
        /// All rows that come back.
        static let written = "_apus_written"
        /// How many rows there are.
        static let counts = "_apus_counts"
        /// The rows as they would be, of which one breaks a constraint.
        static let images = "_apus_images"

        /// The place of a row in its order, from 1.
        static let place = "_apus_place"
        static let marks = "_apus_marks"
        static let failure = "_apus_failure"
        static let passed = "_apus_passed"
        static let affected = "_apus_affected"
        static let new = "_apus_count"
        /// The place of a row among those with the same key, from 1.
        static let turn = "_apus_turn"
        /// A subquery that nobody names otherwise.
        static let subquery = "_apus_some"
        /// What a column of a proposed row is called beside columns of a row that is there.
        static func proposed(_ column: Int) -> String { "_apus_c\(column)" }
        /// What a column of the primary key is called beside what it would become.
        static func key(_ index: Int) -> String { "_apus_k\(index)" }
    }

    /// Appends a part of the statement.
    typealias Part = (inout ProgramWriter) -> Void

    var sql: StatementWriter
    let dialect: PostgresDialect
    private(set) var bindings: [Int: ProgramStatement.Binding] = [:]
    private var hasExpression = false

    init(_ dialect: PostgresDialect) {
        self.dialect = dialect
        sql = StatementWriter(dialect, beginsWithExpressions: true)
    }

    /// A parameter that takes more than a value of the plan.
    mutating func append(_ binding: ProgramStatement.Binding, _ type: ColumnType) {
        bindings[sql.argumentCount] = binding
        sql.append(.init(.null, type))
    }

    /// `name AS (…)`. What is only read is materialized: it is looked at from several places, and
    /// must be computed once, with its numbers drawn and its rows locked.
    mutating func expression(_ name: String, isWrite: Bool = false, _ body: Part) {
        append(hasExpression ? ", " : "")
        hasExpression = true
        append("\(name) AS \(isWrite ? "" : "MATERIALIZED ")(")
        body(&self)
        append(")")
    }

    /// The names of columns, each behind `prefix`.
    mutating func append(_ places: some Collection<Int>, of table: Table, _ prefix: String = "") {
        append(
            places.map { prefix + quoted(identifier: table.columns[$0].name) }
                .joined(separator: ", "))
    }
}
