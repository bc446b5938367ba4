/// Which methods a client lets the server choose from (`require_auth` of libpq).
public struct AuthenticationPolicy: Hashable, Sendable {
    /// What is allowed.
    let allowed: Set<AuthenticationMethod>
    /// Whether the password itself may be sent where anybody on the way could read it.
    let allowsExposedPassword: Bool

    /// All methods; the password itself only over TLS and Unix sockets.
    public static let standard = AuthenticationPolicy(
        allowed: Set(AuthenticationMethod.allCases), allowsExposedPassword: false)

    private init(allowed: Set<AuthenticationMethod>, allowsExposedPassword: Bool) {
        self.allowed = allowed
        self.allowsExposedPassword = allowsExposedPassword
    }

    /// Reads a list such as `scram-sha-256,md5` or, of what is not allowed, `!password,!none`. Nil
    /// when a name is unknown or doubled, or both kinds are mixed.
    public init?(requireAuth list: String) {
        if list.isEmpty {
            self = .standard
            return
        }
        let isNegative = list.hasPrefix("!")
        var named: Set<AuthenticationMethod> = []
        for word in list.split(separator: ",", omittingEmptySubsequences: false) {
            guard word.hasPrefix("!") == isNegative,
                let method = AuthenticationMethod(
                    rawValue: String(isNegative ? word.dropFirst() : word)),
                method != .kerberos, named.insert(method).inserted
            else { return nil }
        }
        let all = Set(AuthenticationMethod.allCases)
        self.init(
            allowed: isNegative ? all.subtracting(named) : named,
            allowsExposedPassword: !isNegative && named.contains(.password))
    }
}
