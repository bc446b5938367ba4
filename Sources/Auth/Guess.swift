import Addresses
import Diagnostics
import HTTP
import Quotas
import Store

/// What a sign-in has taken out of the buckets of failed ones: it is counted before the password is
/// looked at, since guesses sent at once would all find the same room otherwise, and given back
/// when the password was right.
struct Guess: Sendable {
    /// Whether a refresh token of a session of the account was shown.
    fileprivate(set) var showsSession = false
    fileprivate var counted: [(call: CountedCall, limit: RateLimit)] = []
}

extension AuthService {
    /// Counts a sign-in to the account of an email address as failed.
    ///
    /// A stranger cannot use up what the owner has: failures are counted by the address they come
    /// from. What many addresses may guess together is counted too, those of one subscriber of IPv6
    /// before those of all, of whom he would have any number. There known devices pass,
    /// which a stranger cannot be: one that shows a refresh token of a session of the account, as
    /// `refresh_token` beside the password, and one that calls from where the account has a
    /// session. A device that has shown a token is counted by itself, wherever it is.
    ///
    /// - Throws: 429 when there have been too many failures.
    func countGuess(
        at email: String, _ request: Request, _ body: RequestBody
    ) async throws(Problem) -> Guess {
        var guess = Guess()
        guard !isService(request) else { return guess }
        let limits = rateLimits
        let session = try await sessionShown(body, of: email, request)
        guess.showsSession = session != nil
        let subject = session.map(CountedCall.Subject.device) ?? .address(request.peer.block)
        if let limit = limits.failedSignIns {
            let call = CountedCall(kind: .failedSignIn(email: email), subject: subject)
            try count(call, limit)
            guess.counted.append((call, limit))
        }
        guard session == nil else { return guess }
        for (call, limit) in sharedGuesses(at: email, from: request.peer.block) {
            guard let problem = take(call, limit) else {
                guess.counted.append((call, limit))
                continue
            }
            do throws(Problem) {
                if try await hasSession(email, request) { return guess }
            } catch {
                giveBack(guess)
                throw error
            }
            giveBack(guess)
            countRefusal(of: call)
            throw problem
        }
        return guess
    }

    /// What several addresses may guess together, where they belong to one subscriber and where
    /// they belong to anybody.
    private func sharedGuesses(
        at email: String, from block: AddressBlock
    ) -> [(call: CountedCall, limit: RateLimit)] {
        let kind = CountedCall.Kind.failedSignIn(email: email)
        let limits = rateLimits
        var shared: [(CountedCall, RateLimit)] = []
        if let limit = limits.failedSignIns, !block.isWholeSite {
            let all = limit.times(AuthLimits.addressesOfSite)
            shared.append((CountedCall(kind: kind, subject: .site(block.site)), all))
        }
        if let limit = limits.failedSignInsOfAccount {
            shared.append((CountedCall(kind: kind, subject: .everybody), limit))
        }
        return shared
    }

    /// Undoes ``countGuess(at:_:_:)``: the password was right, or nobody has looked at it.
    func giveBack(_ guess: Guess) {
        for (call, limit) in guess.counted { limiter.giveBack(call, limit, now: uptime()) }
    }

    /// The session of the account whose refresh token is shown, however old the token.
    private func sessionShown(
        _ body: RequestBody, of email: String, _ request: Request
    ) async throws(Problem) -> String? {
        guard let text = try body.text("refresh_token"), let token = RefreshToken(parsing: text)
        else { return nil }
        let known = try await database.read(for: hashAsker(request).caller) {
            source throws(Problem) in
            (try source.session(id: token.sessionID), try source.account(email: email))
        }
        guard let session = known.0, let account = known.1, session.userID == account.user.id,
            issuer.isAuthentic(token, for: session), token.counter <= session.refreshCounter
        else { return nil }
        return session.id
    }

    /// Whether the account has a session that began at the address of the request.
    private func hasSession(
        _ email: String, _ request: Request
    ) async throws(Problem) -> Bool {
        let block = request.peer.block
        return try await database.read(for: hashAsker(request).caller) { source throws(Problem) in
            guard let account = try source.account(email: email) else { return false }
            return try source.hasSession(ofUser: account.user.id, at: block)
        }
    }
}
