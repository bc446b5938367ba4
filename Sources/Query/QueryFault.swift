public import Diagnostics

/// Why a part of a request cannot be read.
public enum QueryFault: Error, Hashable, Sendable {
    /// It does not follow its grammar.
    case syntax(SyntaxFault)
    /// An operator that PostgREST knows and this server does not build yet; a phrase that names it.
    case notBuilt(String)
    /// An arrow after `->>`, which has made text of the json value.
    case arrowOnText(arrow: String)
    /// What follows `(any).` or `(all).` is no array literal.
    case arrayLiteral(String)
    /// `limit` below zero.
    case negativeLimit
    /// A `Range` header that ends before it begins.
    case reversedRange
}

/// Where a text leaves its grammar.
public struct SyntaxFault: Hashable, Sendable {
    /// What the text is, in words: "select parameter", "filter".
    public let subject: String
    /// The whole text.
    public let text: String
    /// The place of the fault: bytes from 1.
    public let column: Int
    /// What stands there.
    public let unexpected: String
    /// What should.
    public let expected: String
    /// What may have been meant.
    public let hint: String?
}

extension Problem {
    /// The fault in PostgREST's words (rest.md §18.2).
    public init(_ fault: QueryFault) {
        switch fault {
        case .syntax(let fault):
            self.init(
                code: "PGRST100", status: 400,
                message: "\"failed to parse \(fault.subject) (\(fault.text))\" "
                    + "(line 1, column \(fault.column))",
                details: "unexpected \(fault.unexpected) expecting \(fault.expected)",
                hint: fault.hint)
        case .notBuilt(let what): self = .notImplemented("\(what) is not built yet.")
        case .arrowOnText(let arrow): self = .noOperator(arrow, on: "text", hint: nil)
        case .arrayLiteral(let text):
            self.init(
                code: "22P02", status: 400, message: "malformed array literal: \"\(text)\"")
        case .negativeLimit:
            self = .unsatisfiableRange("Limit should be greater than or equal to zero.")
        case .reversedRange:
            self = .unsatisfiableRange(
                "The lower boundary must be lower than or equal to the upper boundary in the "
                    + "Range header.")
        }
    }

    /// 42883: the operator, as PostgreSQL spells it, does not exist for a type.
    public static func noOperator(_ spelling: String, on type: String, hint: String?) -> Problem {
        Problem(
            code: "42883", status: 404,
            message: "operator does not exist: \(type) \(spelling) unknown", hint: hint)
    }

    /// PGRST127: a part of the dialect that is recognised and not there; `what` is a sentence that
    /// names it (rest.md §18.2).
    public static func notImplemented(_ what: String) -> Problem {
        Problem(code: "PGRST127", status: 400, message: "Feature not implemented", details: what)
    }

    /// PGRST103: a window of rows that cannot be.
    public static func unsatisfiableRange(_ details: String) -> Problem {
        Problem(
            code: "PGRST103", status: 416, message: "Requested range not satisfiable",
            details: details)
    }
}
