import Diagnostics
import Network
import PostgresWire

/// A connection to one host up to the first byte of the session: connected, and TLS begun or
/// refused. Confined to its loop's thread.
///
///     connecting ──▶ asking for TLS ──S──▶ handshake ──▶ open
///         │               └──────N──────────────────────▶
///         └──Unix socket, no TLS, or TLS at once (ALPN)─▶
final class TransportOpening: StreamSocketDelegate {
    enum Outcome {
        /// Whoever is told sets the socket's delegate before returning.
        case opened(StreamSocket, Transport)
        case failed(HostFailure.Cause)
    }

    private let host: Host
    private let endpoint: Endpoint
    private let use: TLSUse
    private let cluster: PostgresCluster
    private let loop: EventLoop
    private var pending: PendingConnection?
    private var socket: StreamSocket?
    private var context: TLSClientContext?
    private var timer: TimerToken?
    private var completion: ((Outcome) -> Void)?

    /// - Parameter address: where a connection to the host leads already, without its port.
    init(
        to host: Host, _ use: TLSUse, cluster: PostgresCluster, on loop: EventLoop,
        address: String? = nil
    ) {
        self.host = host
        self.use = use
        self.cluster = cluster
        self.loop = loop
        endpoint = host.endpoint(at: address)
    }

    /// Begins. `completion` is called once, not before this returns, unless it is cancelled.
    func start(_ completion: @escaping (Outcome) -> Void) {
        self.completion = completion
        let options = cluster.connectOptions
        timer = loop.schedule(after: options.timeout) { [weak self] in
            guard let self else { return }
            finish(.failed(.network(ConnectError([.init(endpoint, .timedOut(.handshake))]))))
        }
        var security: Connector.Security?
        if use != .none {
            do throws(TLSError) {
                context = try cluster.tls.context(for: host)
            } catch {
                let failure = ConnectError([.init(endpoint, .tls(error))])
                timer?.cancel()
                timer = loop.schedule(after: .zero) { [weak self] in
                    self?.finish(.failed(.network(failure)))
                }
                return
            }
            if cluster.configuration.target.tlsNegotiation == .direct, let context {
                security = Connector.Security(context, name: host.tlsName)
            }
        }
        let connector = Connector(on: loop, resolver: cluster.resolver)
        pending = connector.connect(to: [endpoint], options, security: security) {
            [weak self] outcome in
            self?.connected(outcome)
        }
    }

    /// Gives up: nobody is told, and what has been opened is closed.
    func cancel() {
        completion = nil
        pending?.cancel()
        timer?.cancel()
        socket?.delegate = nil
        socket?.abort()
        socket = nil
    }

    private func connected(_ outcome: Connector.Outcome) {
        switch outcome {
        case .failed(let error): finish(.failed(.network(error)))
        case .connected(let socket, endpoint: _):
            self.socket = socket
            socket.delegate = self
            if host.socketPath != nil { return open(.unixSocket) }
            if socket.isSecure { return open(Self.secured(socket)) }
            if use == .none { return open(.plain) }
            socket.send(TLSRequest.bytes)
        }
    }

    func socket(_ socket: StreamSocket, received bytes: Span<UInt8>) {
        do throws(WireFault) {
            switch try TLSRequest.answer(in: bytes) {
            case nil: break
            case .accepted:
                guard let context else { return }
                socket.startTLS(
                    context, name: host.tlsName, afterReceiving: bytes.count,
                    within: cluster.connectOptions.timeout)
            case .refused:
                if use == .offered { open(.plain) } else { finish(.failed(.tlsRefused)) }
            }
        } catch {
            finish(.failed(.tlsAnswer(error)))
        }
    }

    func socketSecured(_ socket: StreamSocket) { open(Self.secured(socket)) }

    private static func secured(_ socket: StreamSocket) -> Transport {
        .tls(certificateDigest: socket.tlsState?.serverEndPoint)
    }

    func socketReachedEnd(_ socket: StreamSocket) {
        finish(.failed(.network(ConnectError([.init(endpoint, .ended)]))))
    }

    func socketClosed(_ socket: StreamSocket, reason: CloseReason) {
        let cause: ConnectError.Cause =
            switch reason {
            case .tls(.timedOut), .timedOut, .stalled: .timedOut(.handshake)
            case .tls(let error): .tls(error)
            case .closed, .aborted, .reset, .incomplete, .failed: .ended
            case .loopEnded: .loopEnded
            }
        finish(.failed(.network(ConnectError([.init(endpoint, cause)]))))
    }

    func socketDrained(_ socket: StreamSocket) {}

    private func open(_ transport: Transport) {
        guard let socket else { return }
        self.socket = nil
        socket.delegate = nil
        finish(.opened(socket, transport))
    }

    private func finish(_ outcome: Outcome) {
        let completion = completion
        cancel()
        completion?(outcome)
    }
}

@available(*, unavailable)
extension TransportOpening: Sendable {}

extension Host {
    /// Where it is connected to.
    func endpoint(at known: String? = nil) -> Endpoint {
        if let path = socketPath { return .unix(path: path) }
        return .host(known ?? numericAddress ?? tlsName, port: port)
    }

    /// Whom its certificate must be for.
    var tlsName: String {
        switch address {
        case .name(let name): name
        case .socketDirectory(let directory): directory
        }
    }

    /// As people write it.
    var shown: String { endpoint().description }
}
