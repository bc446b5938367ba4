public import Quotas

/// One row of a service's table: which requests it takes, who may make them, what becomes of their
/// bodies, and who answers. Confined to its loop.
public struct Route<Caller> {
    /// Answers a request by its head: a body is not read.
    public typealias HeadHandler = (Request, PathParameters, Caller) -> Response
    /// Answers a request that has come whole.
    public typealias Handler = (Request, PathParameters, Caller) -> Answer

    /// Begins to answer a request by its head, and names who reads its body and makes the answer.
    /// If that is made before the body's end, the rest is dropped, and the connection closed if the
    /// rest is long.
    public typealias StreamHandler = (Request, PathParameters, Caller) -> IncomingBody.Handler

    /// Who answers, and to how much of the request.
    public enum Action {
        /// To its head: whatever body there is is not looked at.
        case head(HeadHandler)
        /// To all of it, if the body keeps to the policy.
        case whole(BodyPolicy, Handler)
        /// To all of it as it comes, if the body keeps to the policy.
        case streamed(BodyPolicy, StreamHandler)
    }

    /// The methods.
    public let methods: MethodSet
    /// The path behind the service's prefix.
    public let pattern: PathPattern
    /// Who may enter.
    public let entry: Entry
    /// Who answers.
    public let action: Action

    /// A row that takes bodies within a policy.
    public init(
        _ methods: MethodSet, _ pattern: PathPattern, _ entry: Entry, _ body: BodyPolicy,
        respond: @escaping Handler
    ) {
        self.methods = methods
        self.pattern = pattern
        self.entry = entry
        action = .whole(body, respond)
    }

    /// A row that takes bodies as they come, within a policy.
    public init(
        _ methods: MethodSet, _ pattern: PathPattern, _ entry: Entry, _ body: BodyPolicy,
        streaming respond: @escaping StreamHandler
    ) {
        self.methods = methods
        self.pattern = pattern
        self.entry = entry
        action = .streamed(body, respond)
    }

    /// A row that answers by the head alone.
    public init(
        _ methods: MethodSet, _ pattern: PathPattern, _ entry: Entry,
        byHead respond: @escaping HeadHandler
    ) {
        self.methods = methods
        self.pattern = pattern
        self.entry = entry
        action = .head(respond)
    }
}

/// Who may enter (auth.md §1.2). Whoever is kept out is told so before the body is read.
public enum Entry: Hashable, Sendable {
    /// Everybody.
    case open
    /// Holders of an API key; a bearer token is not looked at.
    case key
    /// The same, told of a refusal in the form that clients of sockets read (realtime.md §1).
    case socketKey
    /// Holders of an API key, on behalf of the user whose token is the bearer, if there is one.
    case caller
    /// Whoever sits at the machine; pages of other origins are told nothing, and for everybody else
    /// there is no such path.
    case local
}

/// Why a request that may enter is not taken.
public enum RouteRefusal {
    /// 404: no row has the path.
    case unknownPath
    /// 405: there are rows for the path, with these methods.
    case wrongMethod(allowed: MethodSet, PathParameters)
    /// The body does not keep to the row's policy: 408, 413, 415, or 400 for broken chunks.
    case body(HTTPFault)
    /// 429: a quota is used up.
    case throttled(QuotaExhausted)
}
