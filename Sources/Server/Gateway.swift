import Auth
import Bytes
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
        let key: ArraySlice<UInt8>
        let keyClaims: TokenClaims
        switch checkedKey(of: request) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let found): (key, keyClaims) = found
        }
        guard let token = bearer(of: request), token != key else {
            return .success(identity(of: keyClaims))
        }
        switch auth.verify(token: token) {
        case .success(let claims): return .success(identity(of: claims))
        case .failure(let problem): return .failure(.token(problem))
        }
    }

    /// Why a request without a caller of its own (sign-in) may not enter, nil when it may.
    func refusal(of request: Request) -> Refusal? {
        if case .failure(let refusal) = checkedKey(of: request) { return refusal }
        return nil
    }

    /// Whether a path of the auth service needs no key: what browsers open from mails and providers
    /// redirect to, and what machines discover.
    static func isOpen(authPath path: ArraySlice<UInt8>) -> Bool {
        for open in ["verify", "authorize", "callback", "settings", "health"]
        where path.elementsEqual(open.utf8) { return true }
        return path.starts(with: ".well-known/".utf8)
    }

    private func identity(of claims: TokenClaims) -> Identity {
        let id = ObjectIdentifier(claims)
        if let known = callers[id] { return known.identity }
        if callers.count >= Self.callersMax { callers.removeAll(keepingCapacity: true) }
        let identity = Identity(claims)
        callers[id] = (claims, identity)
        return identity
    }

    private func checkedKey(
        of request: Request
    ) -> Result<(ArraySlice<UInt8>, TokenClaims), Refusal> {
        guard let key = apiKey(of: request), !key.isEmpty else { return .failure(.fault(.noKey)) }
        // A user's token is no key, however valid it is.
        guard case .success(let claims) = auth.verify(token: key), claims.subject == nil else {
            return .failure(.fault(.invalidKey))
        }
        return .success((key, claims))
    }

    private func apiKey(of request: Request) -> ArraySlice<UInt8>? {
        if let key = request.fieldBytes("apikey") { return key }
        guard !request.rawQuery.isEmpty else { return nil }
        let parameter = QueryString.parse(request.rawQuery).first { $0.name == "apikey" }
        return parameter?.value.map { Array($0.utf8)[...] }
    }

    private func bearer(of request: Request) -> ArraySlice<UInt8>? {
        guard let value = request.fieldBytes("authorization"), value.count > 7,
            ASCII.equalIgnoringCase(value.prefix(7), "bearer ")
        else { return nil }
        return value.dropFirst(7)
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
            case .token(let problem): return Response(problem.restProblem, isHead: false)
            }
        }
    }
}
