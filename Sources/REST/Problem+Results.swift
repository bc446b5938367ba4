import Bytes
import Diagnostics
import HTTP
import Store

// What a client is told after its statement ran: too many or too few rows. All of these undo it.

extension Problem {
    /// PGRST116: not exactly one row.
    static func notSingular(_ count: Int) -> Problem {
        Problem(
            code: "PGRST116", status: 406,
            message: "Cannot coerce the result to a single JSON object",
            details: "The result contains \(count) rows")
    }

    /// PGRST124: more rows than `max-affected`.
    static func tooManyAffected(_ count: Int) -> Problem {
        Problem(
            code: "PGRST124", status: 400,
            message: "Query result exceeds max-affected preference constraint",
            details: "The query affects \(count) rows")
    }

    /// 54000: a filter finds more rows than one request may write.
    static func tooMuchFound(max: Int) -> Problem {
        Problem(
            code: "54000", status: 413, message: "The write selects more than \(max) rows.",
            hint: "\(narrowerFilter) \(rowsBound)"
        ).beyond(.writeRows)
    }

    /// What is told of a write whose rows a filter finds, and not a body: the body is no shorter
    /// for fewer rows.
    var ofFoundRows: Problem {
        guard policy == RequestBound.writeTime.rawValue else { return self }
        var problem = self
        problem.hint = "\(Self.narrowerFilter) The bound is the setting rest.write_timeout_ms."
        return problem
    }

    /// 54000: a body has more rows than one request may write.
    static func tooManyRows(max: Int) -> Problem {
        Problem(
            code: "54000", status: 413, message: "The body has more than \(max) rows.",
            hint: "\(fewerRows) \(rowsBound)"
        ).beyond(.writeRows)
    }

    /// 54000: the values of a body take more memory than one caller may have.
    static let tooManyValues = Problem.beyondShare(
        "The values of the body take more memory than one caller may have.")

    /// 54000: a body is longer than the project lets one be.
    static func bodyTooLong(_ fault: HTTPFault) -> Problem {
        Problem(
            code: "54000", status: 413, message: fault.message,
            hint: "\(fewerRows) The bound is the setting limits.body_bytes."
        ).beyond(.bodyBytes)
    }

    private static let narrowerFilter =
        "Narrow the filter, so that each request writes fewer rows."

    private static let rowsBound = "The bound is the setting rest.write_rows."

    /// 21000: an upsert names one key twice.
    static let repeatedConflict = Problem(
        code: "21000", status: 500,
        message: "ON CONFLICT DO UPDATE command cannot affect row a second time",
        hint: "Ensure that no rows proposed for insertion within the same command have duplicate "
            + "constrained values.")

    /// The error object of rest.md §18.1: four members, always.
    var restBody: [UInt8] {
        var body: [UInt8] = []
        body.append(ascii: "{\"code\":")
        body.append(jsonString: code)
        body.append(ascii: ",\"details\":")
        switch details {
        case .text(let text), .row(let text): body.append(jsonString: text)
        case .json(let value): value.append(to: &body)
        case nil: body.append(ascii: "null")
        }
        body.append(ascii: ",\"hint\":")
        if let hint { body.append(jsonString: hint) } else { body.append(ascii: "null") }
        body.append(ascii: ",\"message\":")
        body.append(jsonString: message)
        body.append(UInt8(ascii: "}"))
        return body
    }
}
