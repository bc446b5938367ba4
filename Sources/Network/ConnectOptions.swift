import Glibc

/// How long connecting may take, and how a TCP connection notices that its peer has vanished.
public struct ConnectOptions: Hashable, Sendable {
    /// Questions to a silent peer whether it is still there (tcp(7)).
    public struct KeepAlive: Hashable, Sendable {
        /// Silence before the first question.
        public var idleSeconds = NetworkLimits.keepAliveIdleSeconds
        /// Time between two questions.
        public var intervalSeconds = NetworkLimits.keepAliveIntervalSeconds
        /// Questions that may stay unanswered.
        public var probes = NetworkLimits.keepAliveProbes

        /// The house's own: a peer has vanished after a minute.
        public init() {}
    }

    /// What all endpoints have together.
    public var timeout = NetworkLimits.connectTimeout
    /// What one endpoint has, from its name's look-up to the end of the TLS handshake.
    public var endpointTimeout = NetworkLimits.endpointTimeout
    /// What an address has before the next one of its name is tried as well (RFC 8305 §5).
    public var attemptDelay = NetworkLimits.attemptDelay
    /// Nil asks nothing.
    public var keepAlive: KeepAlive? = KeepAlive()
    /// How long sent bytes may stay unacknowledged (`TCP_USER_TIMEOUT`).
    public var unacknowledgedMilliseconds = NetworkLimits.unacknowledgedMilliseconds

    /// The house's own.
    public init() {}

    /// Sets the options of a socket that is going to connect.
    func apply(to descriptor: Int32) throws(NetworkError) {
        try setStreamOptions(
            of: descriptor, unacknowledgedMilliseconds: unacknowledgedMilliseconds)
        guard let keepAlive else { return }
        let tcp = Int32(IPPROTO_TCP)
        try setOption(descriptor, level: SOL_SOCKET, name: SO_KEEPALIVE, value: 1)
        try setOption(descriptor, level: tcp, name: TCP_KEEPIDLE, value: keepAlive.idleSeconds)
        try setOption(
            descriptor, level: tcp, name: TCP_KEEPINTVL, value: keepAlive.intervalSeconds)
        try setOption(descriptor, level: tcp, name: TCP_KEEPCNT, value: keepAlive.probes)
    }
}
