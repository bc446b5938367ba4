import Bytes
import Crypto
import Diagnostics
import Store

/// Makes access tokens, refresh tokens and the session answer around them.
struct TokenIssuer: Sendable {
    private let key: JWTKey
    private let refreshMaster: [UInt8]
    private let settings: AuthSettings

    init(secrets: Secrets, settings: AuthSettings) {
        key = secrets.signingKey
        refreshMaster = HMACSHA256.deriveKey(
            from: secrets.jwtSecretBytes, salt: [], label: Array("apus refresh tokens".utf8),
            count: 32)
        self.settings = settings
    }

    /// The refresh token that is active for a session now.
    func refreshToken(of session: SessionRecord) -> String {
        RefreshToken(sessionID: session.id, counter: session.refreshCounter)
            .signed(master: refreshMaster, salt: session.refreshSalt)
    }

    func isAuthentic(_ token: RefreshToken, for session: SessionRecord) -> Bool {
        token.isAuthentic(master: refreshMaster, salt: session.refreshSalt)
    }

    /// The session object of auth.md §4.1.
    func answer(_ signedIn: SignedIn, now: Instant, weakness: Problem? = nil) -> [UInt8] {
        let session = signedIn.session
        var writer = ObjectWriter()
        writer.member("access_token", string: accessToken(signedIn, now: now))
        writer.member("token_type", string: "bearer")
        writer.member("expires_in", integer: settings.tokenSeconds)
        writer.member("expires_at", integer: now.seconds + settings.tokenSeconds)
        writer.member("refresh_token", string: refreshToken(of: session))
        writer.member("user", raw: signedIn.account.json(audience: settings.audience))
        if let weakness, case .json(let reasons) = weakness.details {
            var weak = ObjectWriter()
            weak.member("message", string: weakness.message)
            weak.member("reasons", raw: reasons["reasons"]?.bytes ?? Array("[]".utf8))
            writer.member("weak_password", raw: weak.finish())
        }
        return writer.finish()
    }

    /// The claims of auth.md §3.1, signed.
    private func accessToken(_ signedIn: SignedIn, now: Instant) -> String {
        let user = signedIn.account.user
        let session = signedIn.session
        var claims = ObjectWriter()
        claims.member("iss", string: settings.issuer)
        claims.member("sub", string: user.id)
        claims.member("aud", string: settings.audience)
        claims.member("exp", integer: now.seconds + settings.tokenSeconds)
        claims.member("iat", integer: now.seconds)
        claims.member("email", string: user.email ?? "")
        claims.member("phone", string: "")
        claims.member("app_metadata", raw: user.appMetadata)
        claims.member("user_metadata", raw: user.userMetadata)
        claims.member("role", string: user.role.rawValue)
        claims.member("aal", string: session.assuranceLevel)
        claims.member("amr", raw: Self.methods(session.methods))
        claims.member("session_id", string: session.id)
        claims.member("is_anonymous", bool: user.isAnonymous)
        return JWT.sign(claims.finish(), with: key)
    }

    /// Newest first, each with whole seconds.
    private static func methods(_ methods: [SessionRecord.Method]) -> [UInt8] {
        let newest = methods.sorted { $0.at > $1.at }
        return JSON.array(
            newest.map {
                ["method": .string($0.name), "timestamp": .integer($0.at.seconds)]
            }
        ).bytes
    }
}
