public import HTTP
public import Quotas

/// Where a server listens, and what it grants its peers.
public struct HTTPServerConfiguration: Sendable {
    /// An address, or a name that resolves to one.
    public var host = "127.0.0.1"
    /// 0…65535; 0 lets the kernel choose.
    public var port = 0
    /// Event loops, each with its own thread and listener.
    public var loops = 1
    /// Set to speak TLS.
    public var tls: TLSFiles?
    /// Of heads and of the framing of bodies.
    public var limits = HTTPLimits()
    /// Of one WebSocket message in bytes, all fragments together. Past it the close code is 1009.
    public var messageBytesMax: Int
    /// Whose word counts on where a request comes from.
    public var proxies = TrustedProxies()
    /// Of slow peers.
    public var deadlines = HTTPDeadlines()
    /// Of queues and connections.
    public var connectionLimits: ConnectionLimits
    /// What bodies, answers and queues of all connections are taken from.
    public var memory = MemoryPool(bytesMax: .max, perCallerMax: .max)
    /// Told of every answered request, on the loop's thread. Nil costs nothing.
    public var observer: RequestObservation?
    /// Told what an operator should know, as often as it happens. On the loop's thread.
    public var notify: (@Sendable (ConnectionNotice) -> Void)?

    /// One loop on a free port of this machine.
    public init(connectionsMax: Int, messageBytesMax: Int) {
        self.messageBytesMax = messageBytesMax
        connectionLimits = ConnectionLimits(connectionsMax: connectionsMax)
    }
}
