import Bytes
import Crypto

/// Who begins a session, and under which rules.
public struct SessionConfiguration: Sendable {
    /// The role to sign in as.
    public var user: String
    /// The database; nil for the one named like the user.
    public var database: String?
    /// The password, for methods that ask for one.
    public var password: String?
    /// What the bytes go through.
    public var transport: Transport
    /// Which methods the server may choose from.
    public var policy = AuthenticationPolicy.standard
    /// Whether SCRAM is to be bound to the server's certificate.
    public var channelBinding = ChannelBinding.prefer
    /// More settings for the start, such as `application_name`. Poolers take few of them.
    public var settings: [ServerSetting] = []
    /// Whether statements are prepared under names; not through a pooler in transaction mode that
    /// cannot.
    public var preparesByName = true
    /// What the server may make the session keep.
    public var limits = WireLimits()

    /// A nonce for SCRAM: printable, without a comma.
    var makeNonce: @Sendable () -> String = {
        Base64.encode(RandomBytes.make(SCRAMExchange.nonceBytes))
    }

    /// A session of `user` over a transport, with the defaults. Neither user, database, password
    /// nor settings may hold NUL.
    public init(
        user: String, database: String? = nil, password: String? = nil, transport: Transport
    ) {
        self.user = user
        self.database = database
        self.password = password
        self.transport = transport
    }

    /// What the start-up packet says.
    var startup: [(name: String, value: String)] {
        var pairs = [(name: "user", value: user)]
        if let database { pairs.append(("database", database)) }
        pairs.append(("client_encoding", "UTF8"))
        for setting in settings { pairs.append((setting.name, setting.value)) }
        return pairs
    }

    var credentials: Credentials {
        Credentials(
            user: user, password: password, transport: transport, policy: policy,
            binding: channelBinding)
    }
}
