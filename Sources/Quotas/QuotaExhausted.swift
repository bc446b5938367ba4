/// Why a request is not taken now: a quota is used up.
public struct QuotaExhausted: Hashable, Sendable {
    /// What the quota is called.
    public let policy: String
    /// Its member of the field `RateLimit-Policy`.
    public let member: String
    /// What it allows: `10/s`, `20 at the same time`.
    public let allowance: String
    /// Whose requests are counted together, as in `for each address`.
    public let per: String
    /// When it is worth coming back.
    public let retryAfterSeconds: Int64

    /// A quota that is used up.
    public init(
        policy: String, member: String, allowance: String, per: String, retryAfterSeconds: Int64
    ) {
        self.policy = policy
        self.member = member
        self.allowance = allowance
        self.per = per
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The facts, as a sentence.
    public var details: String { "The limit \"\(policy)\" allows \(allowance) \(per)." }
}
