import TestSupport
import Testing

@testable import Network

/// What an attempt to connect came to.
enum Came: Hashable, Sendable {
    case connected(endpoint: Int, peer: String)
    case failed([ConnectError.Cause])

    var causes: [ConnectError.Cause]? {
        if case .failed(let causes) = self { causes } else { nil }
    }
}

/// A loop that connects; each connection gets a scribe.
final class Client: Sendable {
    let thread: LoopThread
    let resolver: Resolver
    let came = Record<Came>()
    let heard = Record<Heard>()
    let errors = Record<ConnectError>()

    init(_ thread: LoopThread, _ resolver: Resolver) {
        self.thread = thread
        self.resolver = resolver
    }

    /// Begins to connect, on the loop.
    @discardableResult
    func connect(
        to endpoints: [Endpoint], _ options: ConnectOptions = ConnectOptions(),
        security: Connector.Security? = nil,
        configure: @escaping @Sendable (Scribe, StreamSocket) -> Void = { _, _ in }
    ) -> LoopBound<PendingConnection> {
        thread.perform { [self] loop in
            let connector = Connector(on: loop, resolver: resolver)
            let pending = connector.connect(to: endpoints, options, security: security) {
                [self] outcome in
                #expect(thread.context.isCurrent)
                switch outcome {
                case .connected(let socket, let endpoint):
                    let scribe = Scribe(heard)
                    socket.delegate = scribe
                    configure(scribe, socket)
                    came.append(.connected(endpoint: endpoint, peer: socket.peerAddress))
                case .failed(let error):
                    errors.append(error)
                    came.append(.failed(error.failures.map(\.cause)))
                }
            }
            #expect(!pending.isOver)
            return LoopBound(pending, on: loop)
        }
    }

    func cancel(_ pending: LoopBound<PendingConnection>) {
        thread.perform { _ in pending.value.cancel() }
    }

    /// Connections and attempts that the loop still knows.
    var openCount: Int { thread.perform { $0.registeredCount } }
}

/// A loop that connects, stopped and joined when the test's closure returns. Nothing may be left
/// open then but what `leaving` says.
func withClient(
    _ resolver: Resolver = Resolver(), leaving openCount: Int? = nil,
    _ body: (Client) throws -> Void
) throws {
    try withLoop { thread in
        let client = Client(thread, resolver)
        try body(client)
        if let openCount { #expect(client.openCount == openCount) }
    }
}

/// A resolver that knows only these names.
func resolver(
    bounds: Resolver.Bounds = Resolver.Bounds(), asked: Record<String> = Record(),
    _ names: [String: [String]]
) -> Resolver {
    Resolver(bounds: bounds) { name in
        asked.append(name)
        guard let addresses = names[name] else { return .failure(.notFound(reason: "unknown")) }
        return .success(addresses.compactMap { SocketAddress(numericHost: $0, port: 0) })
    }
}

extension ConnectOptions {
    /// With little time for all.
    static func within(_ timeout: Duration, delay: Duration? = nil) -> ConnectOptions {
        var options = ConnectOptions()
        options.timeout = timeout
        if let delay { options.attemptDelay = delay }
        return options
    }
}
