import Auth
import Diagnostics
import Expressions
import HTTP
import REST

/// Finds out who is calling (auth.md §1.2), for every service: the API key opens the door, a user's
/// token says who it is. Tokens verified before are known to the auth service.
struct Gateway: Sendable {
    let auth: AuthService

    /// Lets a request in as a route asks for it.
    func enter(_ request: Request, _ entry: Entry) -> Result<Identity, Denial> {
        switch entry {
        case .open: .success(.anonymous)
        case .key: keyHolder(Credentials(request)).mapError(Denial.fault)
        case .socketKey: keyHolder(Credentials(request)).mapError(Denial.socketFault)
        case .caller: caller(Credentials(request))
        case .local:
            LocalCall.isMade(by: request) ? .success(.anonymous) : .failure(.fault(.unknownPath))
        }
    }

    /// The key that a request shows, if it is one of the project's.
    func projectKey(of request: Request) -> ArraySlice<UInt8>? {
        guard let key = Credentials(request).apiKey,
            case .success = auth.verify(token: key, as: .apiKey)
        else { return nil }
        return key
    }

    /// The user of a token that was shown on a socket.
    func user(ofSocketToken token: String) -> Result<Identity, TokenProblem> {
        auth.verify(token: token, as: .socket).map(Identity.init)
    }

    /// The user of the bearer token, else the role of the key.
    private func caller(_ credentials: Credentials) -> Result<Identity, Denial> {
        let holder = keyHolder(credentials).mapError(Denial.fault)
        guard case .success = holder, let token = credentials.bearer, token != credentials.apiKey
        else { return holder }
        return auth.verify(token: token, as: .bearer).map(Identity.init).mapError(Denial.token)
    }

    /// Whom the key speaks for.
    private func keyHolder(_ credentials: Credentials) -> Result<Identity, GatewayFault> {
        guard let key = credentials.apiKey else { return .failure(.noKey) }
        return auth.verify(token: key, as: .apiKey).map(Identity.init).mapError { _ in .invalidKey }
    }
}

extension Gateway {
    /// Why a request may not enter.
    enum Denial: Error {
        case fault(GatewayFault)
        case socketFault(GatewayFault)
        case token(TokenProblem)

        var response: Response {
            switch self {
            case .fault(let fault): fault.response
            case .socketFault(let fault): fault.socketResponse
            case .token(let problem): Response(problem.restProblem)
            }
        }
    }
}

extension Identity {
    /// Who a verified token speaks for: its claims as they are, nothing is copied.
    fileprivate init(_ claims: TokenClaims) {
        self.init(
            role: claims.role, userID: claims.subject, email: claims.email,
            aal: claims.assuranceLevel, claims: claims.json, expiresAt: claims.expiresAt,
            sessionID: claims.sessionID)
    }
}
