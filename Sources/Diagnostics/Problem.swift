public import Bytes

/// What a caller is told when something fails: one value, worded once, that each protocol surface
/// renders in its own shape.
public struct Problem: Error, Hashable, Sendable {
    /// The facts found.
    public enum Details: Hashable, Sendable {
        case text(String)
        /// They quote values of a row: they are for whoever has sent it or may read it, and stand
        /// in no log.
        case row(String)
        /// As rest.md §18.2 has them for PGRST201.
        case json(JSON)
    }

    /// Stable, for programs: a SQLSTATE, a PGRST code or an auth error code.
    public var code: String
    /// The HTTP status that goes with it.
    public var status: Int
    /// One sentence that names the thing at fault.
    public var message: String
    /// The facts found.
    public var details: Details?
    /// What to do next.
    public var hint: String?
    /// Seconds after which trying again makes sense, where they are known.
    public var retryAfterSeconds: Int64?
    /// Why, in the server's own terms: for the log only, never shown to a client.
    public var cause: String?
    /// What whoever runs the server can do about the cause; never shown to a client either.
    public var remedy: String?
    /// The limit that refuses, by its name: for the log and metrics only.
    public var policy: String?

    /// A problem with its facts as text.
    public init(
        code: String, status: Int, message: String, details: String? = nil, hint: String? = nil,
        cause: String? = nil, retryAfterSeconds: Int64? = nil
    ) {
        self.init(
            code: code, status: status, message: message, details: details.map(Details.text),
            hint: hint, cause: cause, retryAfterSeconds: retryAfterSeconds)
    }

    /// A problem with facts of any form.
    public init(
        code: String, status: Int, message: String, details: Details?, hint: String? = nil,
        cause: String? = nil, retryAfterSeconds: Int64? = nil
    ) {
        self.code = code
        self.status = status
        self.message = message
        self.details = details
        self.hint = hint
        self.cause = cause
        self.retryAfterSeconds = retryAfterSeconds
    }
}

extension Problem {
    /// Too much at once, or too often.
    ///
    /// - Parameters:
    ///   - details: which limit it is.
    ///   - policy: its name, for the log.
    public static func tooManyRequests(
        retryAfterSeconds: Int64, details: String? = nil, policy: String? = nil
    ) -> Problem {
        var problem = Problem(
            code: "over_request_rate_limit", status: 429, message: "Request rate limit reached",
            details: details, hint: "Try again in \(counted(Int(retryAfterSeconds), "second")).",
            retryAfterSeconds: retryAfterSeconds)
        problem.policy = policy
        return problem
    }
}

extension Problem: CustomStringConvertible {
    /// One line for logs and terminals, without what quotes a row.
    public var description: String {
        var text = "\(message) (\(code))"
        if case .text(let details) = details { text += " \(details)" }
        if let hint { text += " \(hint)" }
        return text
    }
}
