/// Why an answer refuses what was asked, for the server's own log: it is not sent. An object, so
/// that answers which refuse nothing are no larger for it than a word.
public final class Refusal: Sendable {
    /// The code, for programs; nil where there is none.
    public let code: String?
    /// The limit or plan that it is for; nil where it is for none.
    public let policy: String?
    /// The user who asked, where a limit was met and he is known.
    public let user: String?
    private let message: String
    private let details: String?

    /// A reason in the words that the client is told.
    ///
    /// - Parameters:
    ///   - message: may quote what the client has sent.
    ///   - details: what the message leaves open, without values of rows.
    ///   - user: the one who asked, for the log alone.
    public init(
        code: String? = nil, message: String, details: String? = nil, policy: String? = nil,
        user: String? = nil
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.policy = policy
        self.user = user
    }

    /// The same of what a user asked, who is nil where nobody has signed in.
    public func asked(by user: String?) -> Refusal {
        Refusal(code: code, message: message, details: details, policy: policy, user: user)
    }

    /// What a service answers a request with that it refuses.
    public convenience init(_ problem: Problem) {
        var details: String?
        if case .text(let text) = problem.details { details = text }
        self.init(
            code: problem.code, message: problem.message, details: details, policy: problem.policy)
    }

    /// All of it for a person at a terminal, cut where a line would become too long to read.
    var line: String {
        let reason = details.map { message + (message.last == "." ? " " : ": ") + $0 } ?? message
        let text =
            (code.map { "\($0) " } ?? "") + reason + (policy.map { " (\($0))" } ?? "")
        return text.count > Self.charactersMax ? text.prefix(Self.charactersMax) + "…" : text
    }

    private static let charactersMax = 300
}
