/// The handshake of a connection that begins with TLS. Confined to the loop's thread.
///
/// It stands in for the owner of the connection until there is one.
final class TLSHandshake: StreamSocketDelegate {
    /// The secured connection, which needs a delegate at once; or what was in the way.
    typealias Outcome = Result<StreamSocket, ConnectError.Cause>

    private let socket: StreamSocket
    private var completion: ((Outcome) -> Void)?

    init(on socket: StreamSocket) { self.socket = socket }

    /// Begins. `completion` is called once, not before this returns, unless it is cancelled.
    func start(
        _ context: TLSClientContext, name: String, within timeout: Duration,
        _ completion: @escaping (Outcome) -> Void
    ) {
        self.completion = completion
        socket.delegate = self
        socket.startTLS(context, name: name, within: timeout)
    }

    /// Gives up: nobody is told, and the connection is closed.
    func cancel() {
        completion = nil
        socket.delegate = nil
        socket.abort()
    }

    func socketSecured(_ socket: StreamSocket) {
        socket.delegate = nil
        finish(.success(socket))
    }

    func socketClosed(_ socket: StreamSocket, reason: CloseReason) {
        finish(.failure(.init(handshake: reason)))
    }

    // Before the handshake is done nothing is received, sent or ended in order.
    func socket(_ socket: StreamSocket, received bytes: Span<UInt8>) {}
    func socketReachedEnd(_ socket: StreamSocket) {}
    func socketDrained(_ socket: StreamSocket) {}

    private func finish(_ outcome: Outcome) {
        let completion = completion
        self.completion = nil
        completion?(outcome)
    }
}
