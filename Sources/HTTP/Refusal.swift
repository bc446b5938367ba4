/// Why an answer refuses what was asked, for the server's own log: it is not sent. An object, so
/// that answers which refuse nothing are no larger for it than a word.
public final class Refusal: Sendable {
    /// The code that the client is told; nil where there is none.
    public let code: String?
    /// What the client is told in words. It may quote what the client has sent.
    public let message: String
    /// What the message leaves open, as the client is told it, without values of rows; nil where
    /// there is nothing of it.
    public let details: String?
    /// The limit or plan that it is for; nil where it is for none.
    public let policy: String?

    /// A reason with its code.
    public init(
        code: String? = nil, message: String, details: String? = nil, policy: String? = nil
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.policy = policy
    }
}
