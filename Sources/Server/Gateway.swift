import Auth
import Diagnostics
import Expressions
import HTTP
import REST

/// Finds out who is calling (auth.md §1.2): the API key opens the door, a user's token in
/// `Authorization` says who it is. One per loop, so that its cache needs no lock.
final class Gateway {
    /// Callers remembered before the cache starts anew.
    private static let callersMax = 4096

    private let auth: AuthService
    private var callers: [ObjectIdentifier: (claims: TokenClaims, identity: Identity)] = [:]

    init(auth: AuthService) { self.auth = auth }

    /// The caller of a data request: the user of the Bearer token, else the role of the key.
    func caller(of request: Request) -> Result<Identity, Refusal> {
        let credentials = Credentials(request)
        let keyClaims: TokenClaims
        switch holder(of: credentials.apiKey) {
        case .success(let claims): keyClaims = claims
        case .failure(let fault): return .failure(.fault(fault))
        }
        guard let token = credentials.bearer, token != credentials.apiKey else {
            return .success(identity(of: keyClaims))
        }
        switch auth.verify(token: token, as: .bearer) {
        case .success(let claims): return .success(identity(of: claims))
        case .failure(let problem): return .failure(.token(problem))
        }
    }

    /// Whom the key of a request speaks for; `Authorization` is not looked at. For services that
    /// ask their callers themselves who they are.
    func keyHolder(of request: Request) -> Result<Identity, GatewayFault> {
        holder(of: Credentials(request).apiKey).map(identity(of:))
    }

    private func identity(of claims: TokenClaims) -> Identity {
        let id = ObjectIdentifier(claims)
        if let known = callers[id] { return known.identity }
        if callers.count >= Self.callersMax { callers.removeAll(keepingCapacity: true) }
        let identity = Identity(claims)
        callers[id] = (claims, identity)
        return identity
    }

    private func holder(of key: ArraySlice<UInt8>?) -> Result<TokenClaims, GatewayFault> {
        guard let key else { return .failure(.noKey) }
        return auth.verify(token: key, as: .apiKey).mapError { _ in .invalidKey }
    }
}

extension Gateway {
    /// Why a request may not enter.
    enum Refusal: Error {
        case fault(GatewayFault)
        case token(TokenProblem)

        var response: Response {
            switch self {
            case .fault(let fault): return fault.response
            case .token(let problem): return Response(problem.restProblem)
            }
        }
    }
}
