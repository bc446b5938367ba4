import Addresses
import Bytes
import Diagnostics
import Glibc
import HTTP
import Quotas

// Who calls: the bearer of a token, a service, an address.

extension AuthService {
    /// Whose share of the store it is that the holder of a token takes with a request.
    static func caller(_ claims: TokenClaims, _ request: Request) -> Caller {
        Caller(user: claims.subject, from: request.peer.block)
    }

    /// The claims of the request's user token. Only what the token itself shows is checked here;
    /// whether its user and session exist, the store knows (``RowSource/caller(_:now:)``).
    func bearer(_ request: Request) throws(Problem) -> TokenClaims {
        guard let token = Credentials(request).bearer else { throw .noBearer }
        let claims: TokenClaims
        do throws(TokenProblem) {
            // This room is the clock that issued the token: nothing to forgive.
            claims = try verifier.verify(token, as: .bearer, now: clock(), leewaySeconds: 0)
        } catch {
            throw error.authProblem
        }
        guard claims.subject != nil else {
            throw .badToken("invalid claim: missing sub claim")
        }
        let audience = request.field("x-jwt-aud") ?? settings.audience
        guard claims.audiences.isEmpty || claims.audiences.contains(audience) else {
            throw .validation("Token audience doesn't match request audience")
        }
        return claims
    }

    /// Counts a call against the address it comes from, unless it comes from a service.
    func limit(
        _ kind: CountedCall.Kind, _ limit: RateLimit?, _ request: Request
    ) throws(Problem) {
        guard let limit, !isService(request) else { return }
        let call = CountedCall(kind: kind, subject: .address(request.peer.block))
        try count(call, limit)
    }

    /// Who asks when the request has a password hashed.
    ///
    /// - Parameter isKnown: Whether the caller has signed in, or the account knows the device.
    func hashAsker(_ request: Request, isKnown: Bool = false) -> HashAsker {
        let isService = isService(request)
        return HashAsker(
            caller: Caller(isService: isService, from: request.peer.block),
            isKnown: isKnown || isService)
    }

    /// Whether the caller shows the service key, as `apikey` or as bearer.
    func isService(_ request: Request) -> Bool {
        let credentials = Credentials(request)
        return [credentials.apiKey, credentials.bearer].contains { token in
            guard let token, case .success(let claims) = verify(token: token, as: .apiKey)
            else { return false }
            return claims.isService
        }
    }
}

extension SessionRecord {
    /// A session that begins now.
    static func begin(
        for user: String, method: String, _ request: Request, now: Instant, tokenSeconds: Int64,
        salt: [UInt8]
    ) -> SessionRecord {
        let agent = request.fieldBytes("user-agent")?.prefix(AuthLimits.userAgentBytesMax)
        return SessionRecord(
            id: UUIDText.v4(), userID: user, createdAt: now, refreshedAt: now,
            tokenExpiresAt: now.seconds + tokenSeconds, userAgent: agent.map { String(utf8: $0) },
            address: request.peer.address.isEmpty ? nil : request.peer.address, refreshSalt: salt,
            methods: [Method(name: method, at: now)])
    }
}
