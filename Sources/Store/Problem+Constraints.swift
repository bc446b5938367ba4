public import Diagnostics

// Constraint violations in PostgreSQL's words (rest.md §18.4). Foreign keys, of which SQLite does
// not say which one is broken, are worded better where the catalogue is known.

extension Problem {
    /// 23502
    public static func notNull(_ column: String, table: String) -> Problem {
        Problem(
            code: "23502", status: 400,
            message: "null value in column \"\(column)\" of relation \"\(table)\" "
                + "violates not-null constraint")
    }

    /// 23514
    ///
    /// - Parameter table: Nil where it is not known: SQLite names the check alone.
    public static func check(_ name: String, table: String?, details: String? = nil) -> Problem {
        let relation = table.map { " for relation \"\($0)\"" } ?? ""
        return Problem(
            code: "23514", status: 400,
            message: "new row\(relation) violates check constraint \"\(name)\"", details: details)
    }

    /// 23505
    ///
    /// - Parameter key: The key and its values, as in `Key (a)=(1)`; nil where the caller may not
    ///   read them.
    public static func unique(_ name: String, key: String?) -> Problem {
        Problem(
            code: "23505", status: 409,
            message: "duplicate key value violates unique constraint \"\(name)\"",
            details: key.map { .row("\($0) already exists.") })
    }

    /// 23505, where nothing is known but the columns: the name is the one PostgreSQL would give.
    static func unique(on columns: [String], of table: String) -> Problem {
        .unique(
            ConstraintName.of(table, columns, "key"),
            key: "Key (\(columns.joined(separator: ", ")))")
    }

    /// 23503, from a side that is not known.
    static let foreignKey = Problem(
        code: "23503", status: 409,
        message: "insert, update or delete violates a foreign key constraint")
}
