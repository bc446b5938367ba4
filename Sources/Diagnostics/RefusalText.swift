/// Why a client was refused, in the words that it was told.
public struct RefusalText: Sendable {
    /// The code, for programs; nil where there is none.
    public let code: String?
    /// The limit or plan that it is for; nil where it is for none.
    public let policy: String?
    private let message: String
    private let details: String?

    /// A reason with its code.
    ///
    /// - Parameter details: what the message leaves open, without values of rows.
    public init(
        code: String? = nil, message: String, details: String? = nil, policy: String? = nil
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.policy = policy
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
