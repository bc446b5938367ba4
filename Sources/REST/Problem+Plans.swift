import Bytes
import Diagnostics

// What a client is told when the request asks for what the schema does not have or the rules do not
// give: PGRST2xx of rest.md §18.2 and the SQLSTATEs PostgreSQL would answer with (§18.4).

extension Problem {
    /// PGRST108: a parameter addresses an embed that is not in `select`.
    static func notEmbedded(_ name: String) -> Problem {
        Problem(
            code: "PGRST108", status: 400,
            message: "'\(name)' is not an embedded resource in this request",
            hint: "Verify that '\(name)' is included in the 'select' query parameter.")
    }

    /// PGRST118: ordering parents by the many.
    static func relatedOrder(by embed: String, of table: String) -> Problem {
        Problem(
            code: "PGRST118", status: 400, message: "A related order on '\(embed)' is not possible",
            details:
                "'\(table)' and '\(embed)' do not form a many-to-one or one-to-one relationship")
    }

    /// PGRST123: aggregates are not served.
    static let aggregates = Problem(
        code: "PGRST123", status: 400, message: "Use of aggregate functions is not allowed")

    /// PGRST200: no relationship leads there.
    static func noRelationship(
        from origin: String, to target: String, hint: String?, schema: String, nearest: String?
    ) -> Problem {
        let using = hint.map { "using the hint '\($0)' " } ?? ""
        return Problem(
            code: "PGRST200", status: 400,
            message:
                "Could not find a relationship between '\(origin)' and '\(target)' "
                + "in the schema cache",
            details:
                "Searched for a foreign key relationship between '\(origin)' and '\(target)' "
                + "\(using)in the schema '\(schema)', but no matches were found.",
            hint: nearest.map { "Perhaps you meant '\($0)' instead of '\(target)'." })
    }

    /// PGRST201: several relationships lead there.
    static func ambiguous(
        from origin: String, to target: String, choices: JSON, hints: [String]
    ) -> Problem {
        Problem(
            code: "PGRST201", status: 300,
            message: "Could not embed because more than one relationship was found for "
                + "'\(origin)' and '\(target)'",
            details: .json(choices),
            hint: "Try changing '\(target)' to one of the following: "
                + hints.map { "'\(target)!\($0)'" }.joined(separator: ", ")
                + ". Find the desired relationship in the 'details' key.")
    }

    /// 55000: a write to a view, whose rows are those of its SELECT. PostgreSQL knows this before
    /// it looks at rights.
    static func notWritable(view: String, _ action: WriteAction) -> Problem {
        let what =
            switch action {
            case .insert: "insert into"
            case .update: "update"
            case .delete: "delete from"
            }
        return Problem(
            code: "55000", status: 500, message: "cannot \(what) view \"\(view)\"",
            details: "A view is only read.",
            hint: "Write to the models that it reads.")
    }

    /// PGRST202: no such function.
    static func noFunction(_ name: String, schema: String) -> Problem {
        Problem(
            code: "PGRST202", status: 404,
            message: "Could not find the function \(schema).\(name) in the schema cache",
            details: "Functions are not served by this version.")
    }

    /// PGRST204: a body column the table does not have.
    static func noBodyColumn(_ column: String, table: String, nearest: String?) -> Problem {
        Problem(
            code: "PGRST204", status: 400,
            message: "Could not find the '\(column)' column of '\(table)' in the schema cache",
            hint: nearest.map { "Perhaps you meant the column '\($0)'." })
    }

    /// PGRST205: no such table.
    static func noTable(_ name: String, schema: String, nearest: String?) -> Problem {
        Problem(
            code: "PGRST205", status: 404,
            message: "Could not find the table '\(schema).\(name)' in the schema cache",
            hint: nearest.map { "Perhaps you meant the table '\(schema).\($0)'" })
    }

    /// 42712: two members of an answer with one name.
    static func repeatedKey(_ key: String) -> Problem {
        Problem(
            code: "42712", status: 400, message: "table name \"\(key)\" specified more than once",
            hint: "Give each of them an alias.")
    }

    /// 42704: a cast to a type that is not there.
    static func noType(_ name: String) -> Problem {
        Problem(code: "42704", status: 400, message: "type \"\(name)\" does not exist")
    }

    /// 42P10: `on_conflict` is no key.
    static let noConflictKey = Problem(
        code: "42P10", status: 400,
        message: "there is no unique or exclusion constraint matching the ON CONFLICT specification"
    )

    /// 21000: PATCH or DELETE without a filter.
    static func unfiltered(_ action: WriteAction) -> Problem {
        Problem(code: "21000", status: 400, message: "\(action.keyword) requires a WHERE clause")
    }

    /// 428C9: a column that only the server writes.
    static func readOnlyColumn(_ column: String, _ action: WriteAction) -> Problem {
        unwritable(column, action, because: "is read-only.")
    }

    /// 428C9: a column that the store computes, whoever writes.
    static func computedColumn(_ column: String, _ action: WriteAction) -> Problem {
        unwritable(column, action, because: "is a generated column.")
    }

    private static func unwritable(
        _ column: String, _ action: WriteAction, because reason: String
    ) -> Problem {
        let details = Problem.Details.text("Column \"\(column)\" \(reason)")
        return switch action {
        case .insert:
            Problem(
                code: "428C9", status: 400,
                message: "cannot insert a non-DEFAULT value into column \"\(column)\"",
                details: details)
        case .update, .delete:
            Problem(
                code: "428C9", status: 400,
                message: "column \"\(column)\" can only be updated to DEFAULT",
                details: details)
        }
    }

    /// 42501: a column the caller may not read or write.
    static func forbiddenColumn(_ column: String, of table: String, isAnonymous: Bool) -> Problem {
        Problem(
            code: "42501", status: isAnonymous ? 401 : 403,
            message: "permission denied for table \(table)",
            details: "Column \"\(column)\" is protected by an access rule.")
    }

    /// 42501: a row its table's rules do not let be written.
    static func rowSecurity(table: String, isAnonymous: Bool) -> Problem {
        Problem(
            code: "42501", status: isAnonymous ? 401 : 403,
            message: "new row violates row-level security policy for table \"\(table)\"")
    }
}
