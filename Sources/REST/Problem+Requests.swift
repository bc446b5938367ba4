import Diagnostics
import Query

// What a client is told when the request itself is at fault, before any table is looked at: the
// PGRST1xx codes of rest.md §18.2. One function per code; a retired code is never used again.

extension Problem {
    /// PGRST102: a body that cannot be read.
    static func body(_ message: String, details: String? = nil) -> Problem {
        Problem(code: "PGRST102", status: 400, message: message, details: details)
    }

    /// PGRST103: the window begins behind the last row.
    static func offset(_ offset: Int, beyond total: Int) -> Problem {
        .unsatisfiableRange(
            "An offset of \(offset) was requested, but there are only \(total) rows.")
    }

    /// PGRST106: a profile header names a schema that is not exposed.
    static func schema(_ name: String, exposed: String) -> Problem {
        Problem(
            code: "PGRST106", status: 406, message: "Invalid schema: \(name)",
            hint: "Only the following schemas are exposed: \(exposed)")
    }

    /// PGRST107: no media type of `Accept` can be given.
    static func mediaTypes(_ wanted: String) -> Problem {
        Problem(
            code: "PGRST107", status: 406,
            message: "None of these media types are available: \(wanted)",
            hint: UnbuiltMediaType(accept: wanted).map {
                "\($0.wording) not built in this version; ask for application/json."
            })
    }

    /// PGRST117: a method tables do not have.
    static func method(_ name: String) -> Problem {
        Problem(code: "PGRST117", status: 405, message: "Unsupported HTTP method: \(name)")
    }

    /// PGRST122: `handling=strict` and preferences nobody knows.
    static func preferences(_ unknown: [String]) -> Problem {
        Problem(
            code: "PGRST122", status: 400,
            message: "Invalid preferences given with handling=strict",
            details: "Invalid preferences: \(unknown.joined(separator: ", "))")
    }

    /// PGRST125: the path is neither a table nor a function.
    static let path = Problem(
        code: "PGRST125", status: 404, message: "Invalid path specified in request URL")

    /// PGRST126: the root is not served.
    static let root = Problem(
        code: "PGRST126", status: 404, message: "Root endpoint metadata is disabled")

    /// The codes of tokens that were shown and are not accepted (rest.md §18.2); `Auth` words them.
    static let tokenCodes: Set<String> = ["PGRST301", "PGRST303"]

    /// 54000: a request that would take too long to plan, though each part of it would do.
    static let tooMuchToPlan = limit(
        "The request has too many columns, embeds, tests and order terms together")

    /// 54000: more columns than one row, or all tables together, may show.
    static let tooManyMembers = limit(
        "The request selects more than \(RESTLimits.rowMembersMax) columns of a table, "
            + "or more than \(RESTLimits.membersMax) in all")

    /// 54000: a request beyond one of ``RESTLimits``.
    static func limit(_ message: String) -> Problem {
        Problem(code: "54000", status: 400, message: message).beyond(.planning)
    }
}
