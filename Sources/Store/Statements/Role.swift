/// The database role that a caller has: what a token names, and what rules ask `auth.role()` for.
public struct Role: RawRepresentable, Hashable, Sendable {
    /// The name, as it stands in tokens.
    public let rawValue: String

    /// A role of this name, be it one of the project's own.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Callers who have not signed in.
    public static let anonymous = Role(rawValue: "anon")
    /// Users.
    public static let authenticated = Role(rawValue: "authenticated")
    /// Trusted back ends, whom no rule binds (design §5).
    public static let service = Role(rawValue: "service_role")

    /// The roles that a token may name.
    public static let all = [anonymous, authenticated, service]
}
