/// Why a client was refused, in the words that it was told.
public struct RefusalText: Sendable {
    /// The code, for programs; nil where there is none.
    public let code: String?
    /// The limit or plan that it is for; nil where it is for none.
    public let policy: String?
    private let message: String

    /// A reason with its code.
    public init(code: String? = nil, message: String, policy: String? = nil) {
        self.code = code
        self.message = message
        self.policy = policy
    }

    /// Both for a person at a terminal, cut where a line would become too long to read.
    var line: String {
        let text =
            (code.map { "\($0) " } ?? "") + message + (policy.map { " (\($0))" } ?? "")
        return text.count > Self.charactersMax ? text.prefix(Self.charactersMax) + "…" : text
    }

    private static let charactersMax = 300
}
