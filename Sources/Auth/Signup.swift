import Addresses
import Bytes
import Crypto
import Diagnostics
import HTTP
import Quotas
import Store

// POST /signup (auth.md §6).

extension AuthService {
    /// The order of the checks is the reference server's: clients' tests know it.
    func signUp(_ request: Request) async throws(Problem) -> Response {
        let body = try RequestBody(request)
        guard !settings.disablesSignup else { throw .signupDisabled }
        let email = try body.text("email")
        let phone = try body.text("phone")
        let data = try body.metadata()
        if email == nil, phone == nil { return try await signUpAnonymously(request, data) }
        try limit(.signup, rateLimits.signup, request)
        guard email == nil || phone == nil else {
            throw .validation(
                "Only an email address or phone number should be provided on signup.")
        }
        guard let email else { throw .phoneDisabled }
        guard settings.allowsEmail else { throw .emailDisabled("Email signups are disabled") }
        guard let password = try body.text("password") else {
            throw .validation("Signup requires a valid password")
        }
        let secret = try passwordRules.check(password)
        let address = try EmailAddress.normalise(email)
        try Self.checkChallenge(body)
        var user = try newUser(data)
        user.email = address
        user.emailConfirmedAt = user.createdAt
        user.lastSignInAt = user.createdAt
        user.appMetadata = try Metadata.object(["provider": "email", "providers": ["email"]])
        user.userMetadata = try Metadata.merge(user.userMetadata, ["email_verified": true])
        try Metadata.check(user.userMetadata)
        user.passwordHash = try await hasher.hash(secret, for: hashAsker(request))
        let identity = try IdentityRecord.email(address, of: user, data: data)
        return try await begin(
            Account(user: user, identities: [identity]), method: "password", request)
    }

    private func signUpAnonymously(
        _ request: Request, _ data: JSONValue?
    ) async throws(Problem) -> Response {
        guard settings.allowsAnonymous else {
            throw Problem(
                code: "anonymous_provider_disabled", status: 422,
                message: "Anonymous sign-ins are disabled")
        }
        try limit(.anonymous, rateLimits.anonymous, request)
        var user = try newUser(data)
        user.isAnonymous = true
        user.lastSignInAt = user.createdAt
        return try await begin(
            Account(user: user, identities: []), method: "anonymous", request)
    }

    /// `data` goes to the user's own metadata and nowhere else (auth.md §20.6).
    private func newUser(_ data: JSONValue?) throws(Problem) -> UserRecord {
        let now = clock()
        var user = UserRecord(
            id: UUIDText.v4(), appMetadata: "{}", createdAt: now, updatedAt: now)
        if let data { user.userMetadata = try Metadata.merge("{}", data, dropsNulls: false) }
        try Metadata.check(user.userMetadata)
        return user
    }

    /// Stores a new account with its first session.
    private func begin(
        _ account: Account, method: String, _ request: Request
    ) async throws(Problem) -> Response {
        let now = account.user.createdAt
        let session = SessionRecord.begin(
            for: account.user.id, method: method, request, now: now,
            tokenSeconds: settings.tokenSeconds, salt: RandomBytes.make(16))
        // Strangers wait for their turn as rows do: a flood of them must not go before everybody.
        try await database.write(.shared, for: .anonymous(request.peer.block)) {
            transaction throws(Problem) in
            try transaction.insert(account)
            try transaction.insert(session)
        }
        return .json(issuer.answer(SignedIn(account: account, session: session), now: now))
    }

    /// Clients with the PKCE flow send a challenge along. With confirmation at once there is no
    /// code to redeem, but a broken pair is still the client's fault.
    private static func checkChallenge(_ body: RequestBody) throws(Problem) {
        let challenge = try body.text("code_challenge")
        let method = try body.text("code_challenge_method")
        guard (challenge == nil) == (method == nil) else {
            throw .validation("PKCE flow requires code_challenge_method and code_challenge")
        }
        guard let challenge else { return }
        let isClean = challenge.utf8.allSatisfy {
            ASCII.isLetter($0) || ASCII.isDigit($0) || "._~-".utf8.contains($0)
        }
        guard isClean, (43...128).contains(challenge.utf8.count) else {
            throw .validation("code challenge has to be between 43 and 128 valid characters")
        }
    }
}

extension IdentityRecord {
    /// The identity of somebody who signs in with an email address and a password.
    static func email(
        _ address: String, of user: UserRecord, data: JSONValue?
    ) throws(Problem) -> IdentityRecord {
        var base = "{}"
        if let data { base = try Metadata.merge(base, data, dropsNulls: false) }
        let claims: JSON = [
            "sub": .string(user.id), "email": .string(address), "email_verified": false,
            "phone_verified": false,
        ]
        return IdentityRecord(
            id: UUIDText.v4(), userID: user.id, provider: "email", subject: user.id,
            data: try Metadata.merge(base, claims), email: address,
            lastSignInAt: user.lastSignInAt, createdAt: user.updatedAt, updatedAt: user.updatedAt)
    }
}

extension Problem {
    static let signupDisabled = Problem(
        code: "signup_disabled", status: 422, message: "Signups not allowed for this instance")
    static let phoneDisabled = Problem(
        code: "phone_provider_disabled", status: 400, message: "Unsupported phone provider")

    static func emailDisabled(_ message: String, status: Int = 400) -> Problem {
        Problem(code: "email_provider_disabled", status: status, message: message)
    }
}
