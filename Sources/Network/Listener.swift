import CLinux
import Diagnostics
import Glibc
import Synchronization

/// Accepts connections on one loop, for that loop. Confined to its thread.
public final class Listener: ReadinessHandler {
    private let loop: EventLoop
    private var socket: ListeningSocket?
    private let tls: TLSContext?
    private var accepted: ((StreamSocket) -> Void)?
    private var registration: Registration?
    /// Connections taken in this turn that are not over already.
    private var adoptedCount = 0
    /// Kept open to be given up when descriptors run out: a connection can then be accepted and
    /// closed, which tells the client, instead of waiting for ever and waking the loop for ever.
    private var reserve: Int32
    /// Told of each connection that was closed as it came, since descriptors have run out.
    public var turnedAway: (() -> Void)?
    /// Whether a connection from an address is to be had at all. It is asked before anything is
    /// made for one: others are reset at once, as many as come, so that those who wait behind them
    /// in the kernel's queue need not wait long. If it is full, they try again after seconds.
    public var admits: ((_ address: String) -> Bool)?
    /// Held while a descriptor is given up for a connection that is closed at once: a listener of
    /// another loop that accepted meanwhile would get it, and there were none to be given up next
    /// time.
    private static let accepting = Mutex<Void>(())

    /// Begins to accept. `accepted` gets every connection and must set its delegate; with `tls`
    /// connections encrypt. The listener lives until `close()` or the end of the loop.
    public init(
        _ socket: ListeningSocket, on loop: EventLoop, tls: TLSContext? = nil,
        accepted: @escaping (StreamSocket) -> Void
    ) throws(NetworkError) {
        self.loop = loop
        self.socket = socket
        self.tls = tls
        self.accepted = accepted
        reserve = Listener.openReserve()
        registration = try loop.register(socket.descriptor, for: .readable, handler: self)
    }

    deinit {
        if reserve >= 0 { closeDescriptor(reserve) }
    }

    /// Stops to accept and gives the socket back; connections that wait in the kernel are refused.
    public func close() {
        if let registration { loop.deregister(registration) }
        loopEnded()
    }

    /// Leaves connections waiting in the kernel, or takes them again.
    public var isPaused = false {
        didSet {
            guard let registration, isPaused != oldValue else { return }
            loop.change(registration, to: isPaused ? [] : .readable)
        }
    }

    /// Accepts what waits, up to bounds that let open connections have their turn.
    public func becameReady(_ readiness: Readiness) {
        let end = monotonicNanoseconds() + NetworkLimits.acceptNanosecondsPerTurn
        adoptedCount = 0
        repeat {
            guard let socket, !isPaused, takeOne(from: socket.descriptor) else { return }
        } while adoptedCount < NetworkLimits.acceptsPerTurn && monotonicNanoseconds() < end
    }

    func loopEnded() {
        registration = nil
        socket = nil
        accepted = nil
        turnedAway = nil
        admits = nil
    }

    /// False when nothing waits, or nothing can be taken.
    private func takeOne(from listening: Int32) -> Bool {
        let (descriptor, peer, code) = Self.accepting.withLock { _ in
            let (descriptor, peer) = SocketAddress.accept(from: listening)
            return (descriptor, peer, errno)
        }
        if descriptor >= 0 {
            adopt(descriptor, peer)
            return true
        }
        switch code {
        case EMFILE, ENFILE: return refuseOne(from: listening)
        case EAGAIN: return false
        case EBADF, EINVAL, ENOTSOCK: preconditionFailure("accept4: \(systemMessage(code))")
        case ENOBUFS, ENOMEM:
            rest()
            return false
        default: return true  // the connection ended before it was taken (accept(2))
        }
    }

    private func adopt(_ descriptor: Int32, _ peer: SocketAddress) {
        let address = peer.host
        if let admits, !admits(address) {
            dropAtClose(descriptor)
            return closeDescriptor(descriptor)
        }
        adoptedCount += 1
        do throws(NetworkError) {
            let session = try tls.map { context throws(NetworkError) in
                try TLSSession(accepting: context)
            }
            let stream = try StreamSocket(
                descriptor, on: loop, peerAddress: address, tls: session)
            accepted?(stream)
        } catch {
            closeDescriptor(descriptor)
        }
    }

    private func refuseOne(from listening: Int32) -> Bool {
        guard reserve >= 0 else {
            rest()
            return false
        }
        let isTaken = Self.accepting.withLock { _ in
            closeDescriptor(reserve)
            let (descriptor, _) = SocketAddress.accept(from: listening)
            if descriptor >= 0 { closeDescriptor(descriptor) }
            reserve = Listener.openReserve()
            return descriptor >= 0
        }
        if isTaken { turnedAway?() }
        return isTaken
    }

    /// Nothing can be accepted, not even to refuse it: looks again later instead of spinning.
    private func rest() {
        isPaused = true
        _ = loop.schedule(after: .milliseconds(NetworkLimits.exhaustedPauseMilliseconds)) {
            [weak self] in
            guard let self else { return }
            if reserve < 0 { reserve = Listener.openReserve() }
            isPaused = false
        }
    }

    private static func openReserve() -> Int32 {
        unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
    }
}

@available(*, unavailable)
extension Listener: Sendable {}
