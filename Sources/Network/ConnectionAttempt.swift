import CLinux
import Diagnostics
import Glibc

/// One socket on its way to one address. Confined to the loop's thread.
///
///     start --EINPROGRESS--> writable or error: SO_ERROR tells --> connected, failed
///       '-----EAGAIN (a Unix socket's queue is full)--> again in a moment
final class ConnectionAttempt: ReadinessHandler {
    /// What becomes of it: the connected descriptor, which is the caller's then, or an error.
    typealias Outcome = Result<Int32, NetworkError>

    let address: SocketAddress
    private let loop: EventLoop
    private var descriptor: Int32 = -1
    private var registration: Registration?
    private var retry: TimerToken?
    private var completion: ((Outcome) -> Void)?

    /// An attempt that has not begun.
    init(to address: SocketAddress, on loop: EventLoop) {
        self.address = address
        self.loop = loop
    }

    /// Begins. `completion` is called once, perhaps before this returns, unless it is cancelled.
    func start(_ options: ConnectOptions, _ completion: @escaping (Outcome) -> Void) {
        self.completion = completion
        descriptor = socket(address.family, SocketFlags.stream, 0)
        if descriptor < 0 { return finish(.failure(.last("socket"))) }
        do throws(NetworkError) {
            if address.family != AF_UNIX { try options.apply(to: descriptor) }
        } catch {
            return finish(.failure(error))
        }
        connect()
    }

    /// Gives up: nobody is told, and the socket is closed.
    func cancel() {
        completion = nil
        release()
        if descriptor >= 0 { closeDescriptor(descriptor) }
        descriptor = -1
    }

    /// The kernel knows how it ended.
    func becameReady(_ readiness: Readiness) {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        conclude(code)
    }

    private func connect() {
        let result = unsafe address.withPointer { pointer, length in
            uninterrupted { unsafe Glibc.connect(descriptor, pointer, length) }
        }
        guard result != 0 else { return conclude(0) }
        switch errno {
        case EINPROGRESS, EALREADY: awaitResult()
        case EAGAIN where address.family == AF_UNIX: tryAgainLater()
        default: conclude(errno)
        }
    }

    private func awaitResult() {
        do throws(NetworkError) {
            registration = try loop.register(descriptor, for: .writable, handler: self)
        } catch {
            finish(.failure(error))
        }
    }

    private func tryAgainLater() {
        retry = loop.schedule(after: NetworkLimits.busySocketPause) { [weak self] in self?.connect()
        }
    }

    private func conclude(_ code: Int32) {
        guard code == 0 else {
            return finish(.failure(.system(call: "connect", code: code)))
        }
        if isConnectedToItself(descriptor) {
            return finish(.failure(.system(call: "connect", code: ECONNREFUSED)))
        }
        finish(.success(descriptor))
    }

    private func finish(_ outcome: Outcome) {
        let completion = completion
        if case .success = outcome {
            release()
            descriptor = -1
        }
        cancel()
        completion?(outcome)
    }

    private func release() {
        retry?.cancel()
        retry = nil
        if let registration { loop.deregister(registration) }
        registration = nil
    }
}

@available(*, unavailable)
extension ConnectionAttempt: Sendable {}

/// Whether the kernel has chosen, of all local ports, the very one that the connection leads to,
/// where nobody listens: TCP lets a socket meet itself then (RFC 9293 §3.5, simultaneous open).
func isConnectedToItself(_ descriptor: Int32) -> Bool {
    guard let local = try? SocketAddress.local(of: descriptor), local.family != AF_UNIX,
        let peer = try? SocketAddress.peer(of: descriptor)
    else { return false }
    return local == peer
}
