/// Opens connections on one loop. Confined to its thread.
///
/// A name is looked up by the resolver, its IPv6 and IPv4 addresses are raced, and TLS begins at
/// once if it is asked for. Several endpoints are tried in their order.
public struct Connector {
    /// TLS from the first byte.
    public struct Security: Sendable {
        let context: TLSClientContext
        let name: String?

        /// - Parameter name: what the certificate must be for, and what the server is told (SNI);
        ///   nil for the name of the endpoint. Another one for an endpoint that is an address.
        public init(_ context: TLSClientContext, name: String? = nil) {
            self.context = context
            self.name = name
        }
    }

    /// What became of it.
    public enum Outcome {
        /// A connection, after the TLS handshake if there is one, and which of the endpoints it
        /// leads to. Whoever is told sets its delegate before returning.
        case connected(StreamSocket, endpoint: Int)
        /// None of the endpoints could be used.
        case failed(ConnectError)
    }

    private let loop: EventLoop
    private let resolver: Resolver

    /// A connector that asks a resolver, which other loops may ask as well.
    public init(on loop: EventLoop, resolver: Resolver) {
        self.loop = loop
        self.resolver = resolver
    }

    /// Begins to connect. `completion` is called once, on the loop, never before this returns, and
    /// not at all once the connection has been cancelled or if the loop has ended already.
    ///
    /// - Returns: what can be cancelled. It need not be kept.
    @discardableResult
    public func connect(
        to endpoints: [Endpoint], _ options: ConnectOptions = ConnectOptions(),
        security: Security? = nil, _ completion: @escaping (Outcome) -> Void
    ) -> PendingConnection {
        precondition(!endpoints.isEmpty, "a connection leads somewhere")
        let pending = PendingConnection(
            endpoints, options, security, on: loop, resolver, completion)
        pending.begin()
        return pending
    }
}

@available(*, unavailable)
extension Connector: Sendable {}
