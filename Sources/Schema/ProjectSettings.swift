/// The settings of `project.json`: what belongs to the project rather than to one installation.
/// Command-line flags and `APUS_*` variables overrule them. Secrets never stand here.
public struct ProjectSettings: Hashable, Sendable {
    /// Sign-up and sign-in.
    public struct Auth: Hashable, Sendable {
        /// The life of an access token in seconds.
        public var jwtExpirySeconds = 3600
        /// The fewest characters of a password.
        public var passwordMinLength = 6
        /// Whether new users are turned away.
        public var disablesSignup = false
        /// Whether an address counts as confirmed at once; true until mail is built.
        public var autoconfirm = true
        /// Whether sign-in without any address is allowed.
        public var allowsAnonymous = false
        /// How long in seconds a used refresh token is still answered with its successor.
        public var refreshReuseSeconds = 10
    }

    /// The REST API.
    public struct REST: Hashable, Sendable {
        /// The most rows of one answer.
        public var maxRows = 1000
        /// Whether an update or delete without a filter is refused.
        public var safeUpdate = true
        /// When a statement is given up, in milliseconds.
        public var statementTimeoutMilliseconds = 8000
    }

    /// The feeds.
    public struct Realtime: Hashable, Sendable {
        /// How long changes stay readable where the model does not say.
        public var retain: Duration = Limits.retainDefault
        /// The most channels one socket may join.
        public var channelsPerSocketMax = 100
        /// The most messages one socket may send in a second.
        public var messagesPerSecondMax = 100
    }

    /// Which web pages of other origins may call.
    public struct CORS: Hashable, Sendable {
        /// The origins allowed; `*` is any.
        public var origins = ["*"]
    }

    /// The bounds of what one client may ask for. Their defaults stand here and nowhere else: the
    /// rooms that keep a bound are given it.
    public struct Bounds: Hashable, Sendable {
        /// The largest request body in bytes.
        public var bodyBytesMax = 10 << 20
        /// The most open connections.
        public var connectionsMax = 10_000
        /// The largest WebSocket message in bytes.
        public var messageBytesMax = 1 << 20
    }

    /// The project's name.
    public var name = "apus"
    /// Sign-up and sign-in.
    public var auth = Auth()
    /// The REST API.
    public var rest = REST()
    /// The feeds.
    public var realtime = Realtime()
    /// Which web pages may call.
    public var cors = CORS()
    /// The bounds of what one client may ask for.
    public var limits = Bounds()

    /// The settings of a project that says nothing.
    public init() {}
}
