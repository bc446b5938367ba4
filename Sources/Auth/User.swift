import Bytes
import Diagnostics
import HTTP
import Quotas
import Store

// GET and PUT /user (auth.md §9).

extension AuthService {
    /// Clients ask for the user often, so this answers at once where the store does.
    ///
    /// - Parameter lookUps: Where the loop asks for its callers.
    func user(_ request: Request, _ lookUps: any LookUpSource) -> Answer {
        do throws(Problem) {
            let claims = try bearer(request)
            let now = clock()
            let reading = try lookUps.reading(for: Self.caller(claims, request)) {
                source throws(Problem) in try source.caller(claims, now: now)
            }
            switch reading {
            case .done(let account): return .response(answer(account))
            case .mustWait(let read): return answer(request, read)
            }
        } catch {
            return .response(refusal(error, request))
        }
    }

    private func answer(_ request: Request, _ read: PendingRead<Account>) -> Answer {
        .deferred { reply in
            read.start { result in
                reply {
                    switch result {
                    case .success(let account): .response(self.answer(account))
                    case .failure(let problem): .response(self.refusal(problem, request))
                    }
                }
            }
        }
    }

    private func answer(_ account: Account) -> Response {
        .json(account.json(audience: settings.audience))
    }

    func updateUser(_ request: Request) async throws(Problem) -> Response {
        let claims = try bearer(request)
        let body = try RequestBody(request)
        try limit(.signup, rateLimits.signup, request)
        let change = try UserChange(body, rules: passwordRules)
        let asked = clock()
        let account = try await database.read(for: Self.caller(claims, request)) {
            source throws(Problem) in
            try source.caller(claims, now: asked)
        }
        try change.check(against: account.user)
        let asker = hashAsker(request, isKnown: true)
        let hash = try await newHash(change, account.user, for: asker)
        var updated: Account?
        repeat {
            updated = try await write(
                change, hash: hash, over: account, claims, for: Self.caller(claims, request))
        } while updated == nil
        return answer(updated ?? account)
    }

    /// Writes a change. A new password ends the other sessions: as long as there are more of them
    /// than one transaction ends, it ends some and changes nothing else, so that none is left when
    /// the password is another.
    ///
    /// - Returns: nil when it is to be written again.
    private func write(
        _ change: UserChange, hash: String?, over account: Account, _ claims: TokenClaims,
        for caller: Caller
    ) async throws(Problem) -> Account? {
        let grace = settings.leewaySeconds
        let now = clock()
        let (updated, ended) = try await database.write(.shared, for: caller) {
            transaction throws(Problem) -> (Account?, EndedSessions) in
            var current = try transaction.caller(claims, now: now)
            // Two changes of the password at once: the later one was compared with a hash that is
            // gone.
            guard hash == nil || current.user.passwordHash == account.user.passwordHash else {
                throw .conflict
            }
            var ended = EndedSessions()
            if hash != nil {
                ended = try transaction.endSessions(
                    of: current.user.id, .others, current: claims.sessionID, grace: grace, now: now)
            }
            guard ended.areAll else { return (nil, ended) }
            try transaction.apply(change, hash: hash, to: &current, now: now)
            return (current, ended)
        }
        verifier.revoke(ended.sessions, now: now)
        return updated
    }

    private func newHash(
        _ change: UserChange, _ user: UserRecord, for asker: HashAsker
    ) async throws(Problem) -> String? {
        guard let password = change.password else { return nil }
        if let stored = user.passwordHash,
            try await hasher.verify(password, against: stored, for: asker).matches
        {
            throw Problem(
                code: "same_password", status: 422,
                message: "New password should be different from the old password.")
        }
        return try await hasher.hash(password, for: asker)
    }
}

/// What a user wants changed about themselves. Anything else in the body is ignored.
struct UserChange: Sendable {
    /// Normalised.
    let email: String?
    /// Checked.
    let password: [UInt8]?
    let data: JSONValue?

    init(_ body: RequestBody, rules: PasswordRules) throws(Problem) {
        guard !body.has("app_metadata") else {
            throw Problem(
                code: "not_admin", status: 403,
                message: "Updating app_metadata requires admin privileges")
        }
        guard try body.text("phone") == nil else { throw .phoneDisabled }
        if let text = try body.text("email") {
            email = try EmailAddress.normalise(text)
        } else {
            email = nil
        }
        if let text = try body.text("password") {
            password = try rules.check(text)
        } else {
            password = nil
        }
        data = try body.metadata()
    }

    func check(against user: UserRecord) throws(Problem) {
        guard user.isAnonymous, password != nil, email == nil else { return }
        throw Problem(
            code: "validation_failed", status: 422,
            message: "Updating password of an anonymous user without an email or phone is "
                + "not allowed")
    }
}

extension WriteTransaction {
    fileprivate func apply(
        _ change: UserChange, hash: String?, to account: inout Account, now: Instant
    ) throws(Problem) {
        if let data = change.data {
            account.user.userMetadata = try Metadata.merge(
                account.user.userMetadata, data, dropsNulls: true)
        }
        if let hash { account.user.passwordHash = hash }
        account.user.updatedAt = now
        if let email = change.email, email != account.user.email {
            try move(&account, to: email, now: now)
        }
        try Metadata.check(account.user.userMetadata)
        try update(account.user)
    }

    /// Gives the account another address, which counts as confirmed at once, as at sign-up. An
    /// anonymous user becomes a permanent one.
    private func move(_ account: inout Account, to email: String, now: Instant) throws(Problem) {
        account.user.email = email
        account.user.emailConfirmedAt = now
        account.user.isAnonymous = false
        account.user.userMetadata = try Metadata.merge(
            account.user.userMetadata, ["email_verified": true])
        if let index = account.identities.firstIndex(where: { $0.provider == "email" }) {
            account.identities[index].email = email
            account.identities[index].updatedAt = now
            account.identities[index].data = try Metadata.merge(
                account.identities[index].data, ["email": .string(email)])
            try update(account.identities[index])
        } else {
            account.user.appMetadata = try Metadata.merge(
                account.user.appMetadata, ["provider": "email", "providers": ["email"]])
            let identity = try IdentityRecord.email(email, of: account.user, data: nil)
            account.identities.append(identity)
            try insert(identity, duplicate: .emailExists)
        }
    }
}
