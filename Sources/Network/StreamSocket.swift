import CLinux
import Glibc

/// Hears of one connection's life. Every call comes on the loop's thread.
public protocol StreamSocketDelegate: AnyObject {
    /// Bytes came; they are valid during the call. What is not used must be copied.
    func socket(_ socket: StreamSocket, received bytes: Span<UInt8>)
    /// The peer sends no more; it may still read. Called once, before `socketClosed`, if at all.
    func socketReachedEnd(_ socket: StreamSocket)
    /// Queued output has fallen below the low-water mark after it had been above the high one.
    func socketDrained(_ socket: StreamSocket)
    /// The connection is over. The last call, made exactly once and never from within a call of
    /// the delegate's own; the socket lets the delegate go.
    func socketClosed(_ socket: StreamSocket, reason: CloseReason)
}

/// Why a connection ended.
public enum CloseReason: Error, Hashable, Sendable {
    /// This side closed, and the peer has taken everything.
    case closed
    /// This side gave up: `abort()`, or the peer did not take the rest in time.
    case aborted
    /// The peer reset the connection, or went away while output waited.
    case reset
    /// The peer acknowledged nothing for too long.
    case timedOut
    /// TLS failed; says how.
    case tls(TLSError)
    /// The loop has ended.
    case loopEnded
    /// Another error of the system: its `errno`.
    case failed(code: Int32)

    init(code: Int32) {
        self =
            switch code {
            case ECONNRESET, EPIPE: .reset
            case ETIMEDOUT, EHOSTUNREACH, ENETUNREACH: .timedOut
            default: .failed(code: code)
            }
    }
}

/// One TCP connection of a loop, with or without TLS. Confined to the loop's thread.
///
/// Output is appended at any time and written once at the end of the turn. The loop holds the
/// socket, and the socket its delegate, until the connection is over.
///
///     open --close()--> closing --all sent, half-closed, peer's end seen--> closed
///       `------abort(), error---------'--------------------------------------^
public final class StreamSocket: ReadinessHandler {
    enum Phase { case open, closing, closed }

    /// Who hears of the connection. Set it when the connection is accepted.
    public var delegate: (any StreamSocketDelegate)?
    /// The peer's address without its port.
    public let peerAddress: String
    /// Bytes taken from the network so far, encrypted ones if TLS is on.
    public internal(set) var receivedBytes = 0
    /// Bytes given to the network so far.
    public internal(set) var sentBytes = 0
    /// Queued bytes above which `isAboveHighWater` holds.
    public var highWaterBytes = Limits.highWaterBytes
    /// Queued bytes below which the delegate hears `socketDrained`.
    public var lowWaterBytes = Limits.lowWaterBytes

    /// The loop the connection lives on.
    public let loop: EventLoop
    let descriptor: Int32
    let tls: TLSSession?
    var registration: Registration?
    var phase = Phase.open
    /// What leaves next: plain bytes, or encrypted ones if TLS is on.
    var output = OutputQueue()
    /// With TLS: plain bytes not encrypted yet.
    var plain = OutputQueue()
    var isDirty = false
    var hasSeenEnd = false
    var hasShutDown = false
    var discardedBytes = 0
    var closingTimer: TimerToken?
    /// When a closing socket is given up at the latest, in milliseconds of the loop's clock.
    var lingersUntil: UInt64 = 0
    private var interest: Readiness = .readable
    private var isBlocked = false
    private var wasAboveHighWater = false

    /// Takes over a connected, non-blocking descriptor, which it closes at the end. If it throws
    /// (`system`), the descriptor is still the caller's.
    init(
        _ descriptor: Int32, on loop: EventLoop, peerAddress: String, tls: TLSSession? = nil
    ) throws(NetworkError) {
        self.descriptor = descriptor
        self.loop = loop
        self.peerAddress = peerAddress
        self.tls = tls
        registration = try loop.register(descriptor, for: interest, handler: self)
    }

    /// Whether the connection is encrypted.
    public var isSecure: Bool { tls != nil }

    /// Whether output is still taken: neither `close()` nor `abort()` was called, nor did it fail.
    public var isOpen: Bool { phase == .open }

    /// Bytes that wait for the network.
    public var queuedBytes: Int { output.byteCount + plain.byteCount }

    /// Whether the user should stop producing until `socketDrained`.
    public var isAboveHighWater: Bool { queuedBytes > highWaterBytes }

    /// Leaves what the peer sends in the kernel, so that the peer must wait; or reads it again.
    public var isReadingPaused = false {
        didSet {
            guard phase == .open, isReadingPaused != oldValue else { return }
            updateInterest()
            if !isReadingPaused, let tls, tls.hasBufferedInput { resumeBufferedInput() }
        }
    }

    /// Queues bytes for the end of the turn. Ignored once the connection is closing.
    public func send(_ bytes: [UInt8]) {
        write { $0.append(bytes) }
    }

    /// Queues an array that other sockets send too: a reference, not a copy.
    public func send(shared bytes: [UInt8]) {
        write { $0.append(shared: bytes) }
    }

    /// Lets `body` append output in place: the way for heads and frames, which are small.
    public func send(_ body: (inout [UInt8]) -> Void) {
        write { $0.append(body) }
    }

    /// Sends what is queued, ends our direction, and closes when the peer has ended its own.
    ///
    /// What the peer still sends is read and dropped for a while: closing with unread bytes would
    /// reset the connection and could destroy the answer on its way (RFC 9112 §9.6).
    public func close() {
        guard phase == .open else { return }
        phase = .closing
        lingersUntil = loop.nowMilliseconds + Limits.lingeringMilliseconds
        closingTimer = loop.schedule(after: .milliseconds(Limits.closingMilliseconds)) {
            [weak self] in
            guard let self else { return }
            finish(hasShutDown ? .closed : .aborted)
        }
        updateInterest()
        markDirty()
    }

    /// Drops queued output and resets the connection at once.
    public func abort() {
        guard phase != .closed else { return }
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<Glibc.linger>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, size)
        finish(.aborted)
    }

    /// Called by the loop.
    public func becameReady(_ readiness: Readiness) {
        if readiness.contains(.error) || (readiness.contains(.hangup) && !wantsInput) {
            return finish(pendingError())
        }
        if readiness.contains(.readable) || readiness.contains(.hangup) { readInput() }
        if readiness.contains(.writable), phase != .closed {
            isBlocked = false
            updateInterest()
            markDirty()
        }
    }

    /// Whether input is read: by the delegate, or to be dropped while closing.
    private var wantsInput: Bool {
        !hasSeenEnd && (phase == .closing || !isReadingPaused)
    }

    func updateInterest() {
        guard let registration else { return }
        var wanted: Readiness = wantsInput ? .readable : []
        if isBlocked { wanted.insert(.writable) }
        if wanted != interest {
            interest = wanted
            loop.change(registration, to: wanted)
        }
    }

    func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        loop.needsFlush(self)
    }

    private func write(_ append: (inout OutputQueue) -> Void) {
        guard phase == .open else { return }
        if !isDirty {
            markDirty()
            if tls == nil, output.isEmpty, let storage = loop.takeSpareTail() {
                output.adoptTail(storage)
            }
        }
        if tls == nil { append(&output) } else { append(&plain) }
        if isAboveHighWater { wasAboveHighWater = true }
    }

    /// Called by the loop at the end of a turn: gives the kernel what it takes.
    func flush() {
        isDirty = false
        guard phase != .closed else { return }
        repeat {
            guard encryptPending(), writeOutput() else { return }
        } while !plain.isEmpty && !isBlocked && canEncrypt
        if output.isEmpty, let storage = output.takeTail() { loop.giveSpareTail(storage) }
        if wasAboveHighWater, queuedBytes < lowWaterBytes {
            wasAboveHighWater = false
            if phase == .open { delegate?.socketDrained(self) }
        }
        if phase == .closing, queuedBytes == 0 { shutDownOutput() }
    }

    /// False if the connection has ended. Stops when the kernel takes no more.
    private func writeOutput() -> Bool {
        while !output.isEmpty, !isBlocked {
            let count = output.write(to: descriptor)
            if count < 0 {
                if errno != EAGAIN {
                    finish(CloseReason(code: errno))
                    return false
                }
                isBlocked = true
            } else {
                sentBytes += count
                output.consume(count)
                prolongClosing()
            }
        }
        if isBlocked { updateInterest() }
        return true
    }

    private func pendingError() -> CloseReason {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        return code == 0 ? .reset : CloseReason(code: code)
    }
}

@available(*, unavailable)
extension StreamSocket: Sendable {}
