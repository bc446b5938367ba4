import Bytes
import Crypto
public import Diagnostics
import Store

/// The project's signing secret and the two API keys signed with it.
///
/// Never printed: its description shows nothing.
public struct Secrets: Sendable {
    /// Key of the browser and the apps: role `anon`. Public by nature.
    public let anonKey: String
    /// Key of trusted back ends: role `service_role`, above all access rules.
    public let serviceRoleKey: String
    /// The secret that access tokens and API keys are signed with, as text; its UTF-8 bytes are the
    /// key.
    public let jwtSecret: String

    let signingKey: JWTKey

    /// Published secrets that people paste and that anybody can sign with.
    private static let published = [
        "super-secret-jwt-token-with-at-least-32-characters-long",
        "your-super-secret-jwt-token-with-at-least-32-characters-long",
    ]
    private static let apiKeySeconds: Int64 = 10 * 365 * 86_400

    /// A new random secret with keys for it, good for ten years.
    public static func generate(now: Instant = .now) -> Secrets {
        let text = Base64URL.encode(RandomBytes.make(48))
        // 64 characters are always a key.
        guard let key = JWTKey(.hmacSHA256(secret: Array(text.utf8))) else {
            preconditionFailure("a generated secret is long enough")
        }
        let end = now.seconds + apiKeySeconds
        return Secrets(
            anonKey: apiKey(.anonymous, signedWith: key, from: now.seconds, until: end),
            serviceRoleKey: apiKey(.service, signedWith: key, from: now.seconds, until: end),
            jwtSecret: text, signingKey: key)
    }

    private init(anonKey: String, serviceRoleKey: String, jwtSecret: String, signingKey: JWTKey) {
        self.anonKey = anonKey
        self.serviceRoleKey = serviceRoleKey
        self.jwtSecret = jwtSecret
        self.signingKey = signingKey
    }

    /// Takes a secret and keys made elsewhere.
    ///
    /// - Throws: `invalid_secrets` when the secret is short or published, or a key is not signed
    ///   with it or has another role.
    public init(jwtSecret: String, anonKey: String, serviceRoleKey: String) throws(Problem) {
        try self.init(
            jwtSecret: jwtSecret, anonKey: anonKey, serviceRoleKey: serviceRoleKey,
            called: Names(
                jwtSecret: "jwt_secret", anonKey: "anon_key", serviceRoleKey: "service_role_key"))
    }

    /// What a source calls the three texts, for what is said of them.
    struct Names {
        let jwtSecret: String
        let anonKey: String
        let serviceRoleKey: String
    }

    init(
        jwtSecret: String, anonKey: String, serviceRoleKey: String, called names: Names
    ) throws(Problem) {
        let signingKey = try Self.signingKey(jwtSecret, names)
        for (name, key, role) in [
            (names.anonKey, anonKey, Role.anonymous),
            (names.serviceRoleKey, serviceRoleKey, .service),
        ] where Self.role(of: key, signedWith: signingKey) != role {
            throw .secrets(
                "\(name) is not a key with role \(role.rawValue) and exp, signed with "
                    + names.jwtSecret)
        }
        self.init(
            anonKey: anonKey, serviceRoleKey: serviceRoleKey, jwtSecret: jwtSecret,
            signingKey: signingKey)
    }

    static func signingKey(_ secret: String, _ names: Names) throws(Problem) -> JWTKey {
        guard !published.contains(secret) else {
            throw .secrets("\(names.jwtSecret) is a published example; anybody can sign with it")
        }
        guard let key = JWTKey(.hmacSHA256(secret: Array(secret.utf8))) else {
            throw .secrets(
                "\(names.jwtSecret) must have at least \(CryptoLimits.signingKeyBytesMin) bytes")
        }
        return key
    }

    /// Tells these secrets from others, and none of them: what is signed with other ones is void
    /// here.
    public var fingerprint: String { Hex.encode(Digest.sha256(Array("apus:\(jwtSecret)".utf8))) }

    var jwtSecretBytes: [UInt8] { Array(jwtSecret.utf8) }

    /// - Parameters:
    ///   - start: `iat`, in seconds since 1970.
    ///   - end: `exp`, likewise.
    static func apiKey(
        _ role: Role, signedWith key: JWTKey, from start: Int64, until end: Int64
    ) -> String {
        var claims = ObjectWriter()
        claims.member("iss", string: "supabase")
        claims.member("ref", string: "apus")
        claims.member("role", string: role.rawValue)
        claims.member("iat", integer: start)
        claims.member("exp", integer: end)
        return JWT.sign(claims.finish(), with: key)
    }

    /// The role of an API key, whatever the time is; nil for what is none.
    private static func role(of token: String, signedWith key: JWTKey) -> Role? {
        guard let root = try? JWT.verify(Array(token.utf8)[...], keys: JWTKeySet([key])).root,
            let claims = try? TokenClaims(root), (try? TokenUse.apiKey.check(claims)) != nil
        else { return nil }
        return claims.role
    }
}

extension Secrets: CustomStringConvertible, CustomReflectable {
    /// Shows nothing.
    public var description: String { "Secrets(…)" }

    /// Shows nothing to `dump` and to debuggers either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Problem {
    /// Secrets that cannot be served with.
    ///
    /// - Parameter reason: a clause that names the source and shows nothing of a secret.
    public static func secrets(_ reason: String, hint: String? = nil) -> Problem {
        Problem(
            code: "invalid_secrets", status: 500, message: "The secrets are not usable: \(reason).",
            hint: hint)
    }
}
