import Addresses
import Bytes
import Crypto
import Diagnostics
import HTTP
import Quotas
import Store

// POST /token (auth.md §7).

extension AuthService {
    func token(_ request: Request) async throws(Problem) -> Response {
        let grant = QueryString.values(of: "grant_type", in: request.rawQuery).last ?? nil
        let body = try RequestBody(request)
        try limit(.token, rateLimits.token, request)
        switch grant {
        case "password": return try await signIn(request, body)
        case "refresh_token": return try await refresh(request, body)
        case "pkce": throw try Self.codeProblem(body)
        case "id_token":
            throw .notOffered(
                "provider_disabled", status: 400, "Unsupported provider: provider is not enabled")
        case "web3":
            throw .notOffered("web3_provider_disabled", status: 422, "Web3 provider is disabled")
        default:
            throw Problem(
                code: "invalid_credentials", status: 400, message: "unsupported_grant_type")
        }
    }

    /// Signs in with email and password. An unknown address and a wrong password get the same
    /// answer in the same time; what else is wrong is told only to who knows the password.
    private func signIn(
        _ request: Request, _ body: RequestBody
    ) async throws(Problem) -> Response {
        let (address, password) = try credentials(body)
        let guess = try await countGuess(at: address, request, body)
        let found: Comparison
        do throws(Problem) {
            found = try await compare(password, withAccountOf: address, guess, request)
        } catch {
            giveBack(guess)
            throw error
        }
        guard found.verdict.matches, let account = found.account else { throw .invalidCredentials }
        giveBack(guess)
        guard account.user.emailConfirmedAt != nil else { throw .emailNotConfirmed }
        // Where there is no place left for another hash, it is made the next time.
        let renewed =
            found.verdict.isOutdated
            ? try? await hasher.hash(Array(password.utf8), for: found.asker) : nil
        let now = clock()
        let signedIn = try await beginSession(of: account.user, renewed, request, now: now)
        return .json(
            issuer.answer(signedIn, now: now, weakness: passwordRules.weakness(of: password)))
    }

    /// What a password has been compared with, and what came of it.
    private struct Comparison {
        let account: Account?
        let asker: HashAsker
        let verdict: PasswordHasher.Verdict
    }

    private func compare(
        _ password: String, withAccountOf address: String, _ guess: Guess, _ request: Request
    ) async throws(Problem) -> Comparison {
        let block = request.peer.block
        // Where nobody waits it does not matter who is known.
        let isCrowded = hasher.counts.waiting > 0
        let (account, isKnownDevice) = try await database.read(for: hashAsker(request).caller) {
            source throws(Problem) in
            guard let account = try source.account(email: address) else {
                return (Account?.none, false)
            }
            if guess.showsSession || !isCrowded { return (account, guess.showsSession) }
            return (account, try source.hasSession(ofUser: account.user.id, at: block))
        }
        let asker = hashAsker(request, isKnown: isKnownDevice)
        let verdict = try await hasher.verify(
            Array(password.utf8), against: account?.user.passwordHash, for: asker)
        return Comparison(account: account, asker: asker, verdict: verdict)
    }

    /// Begins a session of a user whose password was compared, and ends those that are too many.
    ///
    /// - Parameter renewed: the password's new hash, if it is to have one.
    private func beginSession(
        of user: UserRecord, _ renewed: String?, _ request: Request, now: Instant
    ) async throws(Problem) -> SignedIn {
        let session = SessionRecord.begin(
            for: user.id, method: "password", request, now: now,
            tokenSeconds: settings.tokenSeconds, salt: RandomBytes.make(16))
        let most = settings.sessionsPerUserMax
        let grace = settings.leewaySeconds
        let caller = Caller(user: user.id, from: request.peer.block)
        let (signedIn, ended) = try await database.write(.first, for: caller) {
            transaction throws(Problem) in
            let ended = try transaction.makeRoom(
                forSessionOf: user.id, most: most, grace: grace, now: now)
            let signedIn = try transaction.signIn(
                session, provedBy: user.passwordHash, renewed: renewed, now: now)
            return (signedIn, ended.sessions)
        }
        verifier.revoke(ended, now: now)
        countReplaced(ended)
        return signedIn
    }

    /// The address, normalised, and the password.
    private func credentials(_ body: RequestBody) throws(Problem) -> (String, String) {
        let email = try body.text("email")
        let phone = try body.text("phone")
        guard email != nil || phone != nil else { throw .validation("missing email or phone") }
        guard email == nil || phone == nil else {
            throw .validation(
                "Only an email address or phone number should be provided on login.")
        }
        guard let email else { throw .phoneDisabled }
        guard settings.allowsEmail else {
            throw .emailDisabled("Email logins are disabled", status: 422)
        }
        // What is no address has no account; it is not for this answer to explain why.
        guard let address = try? EmailAddress.normalise(email) else { throw .invalidCredentials }
        return (address, try body.text("password") ?? "")
    }

    /// No flow that ends in a code is offered, so no code is known.
    private static func codeProblem(_ body: RequestBody) throws(Problem) -> Problem {
        guard try body.text("auth_code") != nil, try body.text("code_verifier") != nil else {
            return .validation(
                "invalid request: both auth code and code verifier should be non-empty")
        }
        return .notOffered(
            "flow_state_not_found", "invalid flow state, no valid flow state found")
    }
}

extension WriteTransaction {
    /// Adds a session for a user whose password was compared with `stored`.
    ///
    /// - Throws: `invalid_credentials` when the password was changed meanwhile; `user_banned`.
    fileprivate func signIn(
        _ session: SessionRecord, provedBy stored: String?, renewed: String?, now: Instant
    ) throws(Problem) -> SignedIn {
        guard var account = try account(id: session.userID),
            account.user.passwordHash == stored
        else { throw .invalidCredentials }
        guard !account.user.isBanned(at: now) else { throw .banned(status: 400) }
        account.user.lastSignInAt = now
        account.user.updatedAt = now
        if let renewed { account.user.passwordHash = renewed }
        try update(account.user)
        for index in account.identities.indices
        where account.identities[index].provider == "email" {
            account.identities[index].lastSignInAt = now
            account.identities[index].updatedAt = now
            try update(account.identities[index])
        }
        try insert(session)
        return SignedIn(account: account, session: session)
    }
}

extension Problem {
    fileprivate static let emailNotConfirmed = Problem(
        code: "email_not_confirmed", status: 400, message: "Email not confirmed")
}
