import Diagnostics
import Network
import PostgresWire

/// A request to cancel what a session runs, on a connection of its own. The server closes that
/// without a word once it has passed the request on. Confined to its loop's thread.
final class CancelRequest: StreamSocketDelegate {
    enum Outcome {
        /// Whatever the request hits, it has hit.
        case ended
        /// It may arrive at any time: the session is not to be used any more.
        case unsure
    }

    private let packet: [UInt8]
    private let opening: TransportOpening
    private let loop: EventLoop
    private let timeout: Duration
    private var socket: StreamSocket?
    private var timer: TimerToken?
    private var completion: ((Outcome) -> Void)?

    /// A request over the same kind of connection to the same address.
    ///
    /// - Parameter timeout: what it has to be taken.
    init(
        _ packet: [UInt8], over opening: TransportOpening, on loop: EventLoop,
        within timeout: Duration
    ) {
        self.packet = packet
        self.timeout = timeout
        self.opening = opening
        self.loop = loop
    }

    /// Begins. `completion` is called once, not before this returns, unless it is cancelled.
    func start(_ completion: @escaping (Outcome) -> Void) {
        self.completion = completion
        timer = loop.schedule(after: timeout) { [weak self] in
            guard let self else { return }
            finish(socket == nil ? .ended : .unsure)
        }
        opening.start { [weak self] outcome in
            guard let self else { return }
            switch outcome {
            case .failed: finish(.ended)
            case .opened(let socket, _):
                self.socket = socket
                socket.delegate = self
                socket.send(packet)
            }
        }
    }

    /// Gives up: nobody is told.
    func cancel() {
        completion = nil
        timer?.cancel()
        opening.cancel()
        socket?.delegate = nil
        socket?.abort()
        socket = nil
    }

    func socket(_ socket: StreamSocket, received bytes: Span<UInt8>) {}
    func socketDrained(_ socket: StreamSocket) {}
    func socketReachedEnd(_ socket: StreamSocket) { finish(.ended) }
    func socketClosed(_ socket: StreamSocket, reason: CloseReason) { finish(.ended) }

    private func finish(_ outcome: Outcome) {
        let completion = completion
        cancel()
        completion?(outcome)
    }
}

@available(*, unavailable)
extension CancelRequest: Sendable {}
