import CLinux
import Diagnostics
public import Disk
import Glibc

/// One connection of a loop, accepted or made, over TCP or a Unix socket, with or without TLS.
/// Confined to the loop's thread.
///
/// Output is appended at any time and written once at the end of the turn. The loop holds the
/// socket, and the socket its delegate, until the connection is over.
///
///     open --close()--> closing --all sent, half-closed, peer's end seen--> closed
///       `------abort(), error---------'--------------------------------------^
public final class StreamSocket: ReadinessHandler {
    enum Phase { case open, closing, closed }

    /// Who hears of the connection. Set it when the connection is accepted or made.
    public var delegate: (any StreamSocketDelegate)?
    /// The peer's address without its port; the path of a Unix socket.
    public let peerAddress: String
    /// Bytes taken from the network so far, encrypted ones if TLS is on.
    public private(set) var receivedBytes = 0
    /// Bytes given to the network so far.
    public private(set) var sentBytes = 0
    /// Queued bytes above which `isAboveHighWater` holds.
    public var highWaterBytes = NetworkLimits.highWaterBytes
    /// Queued bytes below which the delegate hears `socketDrained`.
    public var lowWaterBytes = NetworkLimits.lowWaterBytes

    /// The loop the connection lives on.
    public let loop: EventLoop
    let descriptor: Int32
    var tls: TLSSession?
    private var registration: Registration?
    private var interest: Readiness = .readable
    var phase = Phase.open
    /// What leaves next: plain bytes, or encrypted ones if TLS is on.
    var output = OutputQueue()
    /// Whether the loop will flush at the end of the turn.
    private var isDirty = false
    /// Whether the network takes no more for now; `socketDrained` follows when it has taken what
    /// waits.
    public private(set) var isBlocked = false
    private var wasAboveHighWater = false
    /// Whether somebody waits for what is queued to leave.
    private var isDrainExpected = false
    private var hasSeenEnd = false
    private var hasShutDown = false
    /// While a handshake that we have begun is not done: ends it if it takes too long.
    var handshakeTimer: TimerToken?
    private var stallWatch: StallWatch?
    /// While closing.
    private var lingering: LingeringClose?

    /// Takes over a connected, non-blocking descriptor, which it closes at the end.
    ///
    /// - Throws: `system`; the descriptor is still the caller's then.
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

    /// Whether a TLS handshake is not done yet.
    public var isHandshaking: Bool { tls.map { !$0.isEstablished } ?? false }

    /// Whether output is still taken: neither `close()` nor `abort()` was called, nor did it fail.
    public var isOpen: Bool { phase == .open }

    /// Bytes that wait for the network.
    public var queuedBytes: Int { output.byteCount + (tls?.queuedBytes ?? 0) }

    /// Whether the user should stop producing until `socketDrained`.
    public var isAboveHighWater: Bool { queuedBytes > highWaterBytes }

    /// Leaves what the peer sends in the kernel, so that the peer must wait; or reads it again.
    public var isReadingPaused = false {
        didSet {
            guard phase == .open, isReadingPaused != oldValue else { return }
            updateInterest()
            if !isReadingPaused, let tls, tls.hasBufferedInput { resumeReading(from: tls) }
        }
    }

    /// How long the connection may be without a byte in either direction before it ends as
    /// `stalled`, at most a quarter late; nil, as at first, lets it be idle for ever. Setting it
    /// begins anew: for phases in which bytes are due, such as a sign-in, and not for each request.
    public var stallTimeout: Duration? {
        get { stallWatch?.timeout }
        set {
            stallWatch?.cancel()
            stallWatch = phase == .closed ? nil : newValue.map { StallWatch(self, timeout: $0) }
        }
    }

    /// Bytes of both directions.
    var movedBytes: Int { receivedBytes &+ sentBytes }

    /// Has `socketDrained` called when what is queued has left, however little it is.
    public func expectDrain() { isDrainExpected = true }

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

    /// Queues a file, which is held until it is sent or the connection is over.
    public func send(_ file: FileRange) {
        write { $0.append(file) }
    }

    /// Sends what is queued, ends our direction, and closes when the peer has ended its own. What
    /// the peer still sends is read and dropped for a while.
    public func close() {
        guard phase == .open else { return }
        phase = .closing
        lingering = LingeringClose(on: loop) { [weak self] in
            guard let self else { return }
            finish(hasShutDown ? .closed : .aborted)
        }
        updateInterest()
        markDirty()
    }

    /// Drops queued output and resets the connection at once.
    public func abort() { reset(.aborted) }

    func reset(_ reason: CloseReason) {
        guard phase != .closed else { return }
        dropAtClose(descriptor)
        finish(reason)
    }

    /// The kernel has input, room for output or an error. Called by the loop while it hands out
    /// what was read.
    public func becameReady(_ readiness: Readiness) {
        if readiness.contains(.error) || (readiness.contains(.hangup) && !wantsInput) {
            return finish(pendingError())
        }
        if readiness.contains(.readable) || readiness.contains(.hangup) {
            if isHandshaking, phase == .open, let delegate {
                delegate.socket(self) { [weak self] in self?.readInput() }
            } else {
                readInput()
            }
        }
        if readiness.contains(.writable), phase != .closed {
            isBlocked = false
            updateInterest()
            markDirty()
        }
    }

    /// The loop has forgotten its registrations already.
    func loopEnded() {
        guard phase != .closed else { return }
        release(.loopEnded)
    }

    /// Whether input is read: by the delegate, or to be dropped while closing.
    private var wantsInput: Bool {
        !hasSeenEnd && (phase == .closing || !isReadingPaused)
    }

    private func updateInterest() {
        guard let registration else { return }
        var wanted: Readiness = wantsInput ? .readable : []
        if isBlocked { wanted.insert(.writable) }
        if wanted != interest {
            interest = wanted
            loop.change(registration, to: wanted)
        }
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

// MARK: - Output

extension StreamSocket {
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
        if let tls { tls.queue(append) } else { append(&output) }
        if isAboveHighWater { wasAboveHighWater = true }
    }

    /// Called by the loop at the end of a turn: gives the kernel what it takes, up to a bound; the
    /// rest has the next turn.
    func flush() {
        isDirty = false
        guard phase != .closed else { return }
        let bound = sentBytes + NetworkLimits.bytesPerTurn
        repeat {
            guard encryptQueued(), writeOutput(upTo: bound) else { return }
        } while !isBlocked && sentBytes < bound && tls?.canEncrypt(into: output) == true
        if sentBytes >= bound, !isBlocked, queuedBytes > 0 { markDirty() }
        if output.isEmpty, let storage = output.takeTail() { loop.giveSpareTail(storage) }
        if wasAboveHighWater || (isDrainExpected && !isBlocked), queuedBytes < lowWaterBytes {
            wasAboveHighWater = false
            // Whoever waits for all of it to leave hears of it once more.
            if !isBlocked { isDrainExpected = false }
            if phase == .open { delegate?.socketDrained(self) }
        }
        if phase == .closing, queuedBytes == 0 { shutDownOutput() }
    }

    /// False if the connection has ended. Stops when the kernel takes no more, or so many bytes
    /// have been sent.
    private func writeOutput(upTo bound: Int) -> Bool {
        while !output.isEmpty, !isBlocked, sentBytes < bound {
            let count = output.write(to: descriptor)
            if count == 0 {
                reset(.incomplete)
                return false
            } else if count < 0 {
                if errno != EAGAIN {
                    finish(CloseReason(code: errno))
                    return false
                }
                isBlocked = true
                isDrainExpected = true
            } else {
                sentBytes += count
                output.consume(count)
                lingering?.prolong(at: loop.nowMilliseconds)
            }
        }
        if isBlocked { updateInterest() }
        return true
    }
}

// MARK: - Input

extension StreamSocket {
    /// Takes what the kernel has, up to one receive buffer; more is reported again next turn.
    private func readInput() {
        guard phase != .closed else { return }
        let buffer = unsafe loop.receiveBuffer
        let count = uninterrupted { unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0) }
        if count < 0 {
            if errno != EAGAIN { finish(CloseReason(code: errno)) }
            return
        }
        receivedBytes += count
        if phase == .closing { return count > 0 ? drop(count) : reachEnd() }
        if let tls {
            if count > 0 {
                unsafe tls.feed(UnsafeRawBufferPointer(start: buffer.baseAddress, count: count))
            }
            readDecrypted(from: tls, atEnd: count == 0)
        } else if count > 0 {
            deliver(count)
        } else {
            reachEnd()
        }
    }

    /// Hands the delegate the first bytes of the receive buffer.
    func deliver(_ count: Int) {
        let bytes = unsafe UnsafeRawBufferPointer(
            start: loop.receiveBuffer.baseAddress, count: count)
        let span = unsafe Span<UInt8>(_unsafeBytes: bytes)
        delegate?.socket(self, received: span)
    }

    /// The peer ended its direction.
    func reachEnd() {
        guard !hasSeenEnd else { return }
        if handshakeTimer != nil, phase == .open { return finish(.tls(.ended)) }
        hasSeenEnd = true
        updateInterest()
        switch phase {
        case .open: delegate?.socketReachedEnd(self)
        case .closing: if hasShutDown { finish(.closed) }
        case .closed: break
        }
    }

    /// Drops input of a closing connection, up to a bound.
    private func drop(_ count: Int) {
        if lingering?.drop(count, at: loop.nowMilliseconds) == false { finish(.aborted) }
    }
}

// MARK: - The end

extension StreamSocket {
    /// Everything is sent: says so, and waits for the peer's end.
    private func shutDownOutput() {
        guard !hasShutDown else { return }
        hasShutDown = true
        shutdown(descriptor, Int32(SHUT_WR))
        if hasSeenEnd { finish(.closed) }
    }

    /// Closes the descriptor now; the delegate hears of it at the end of the turn.
    func finish(_ reason: CloseReason) {
        guard phase != .closed else { return }
        if let registration { loop.deregister(registration) }
        release(reason)
    }

    private func release(_ reason: CloseReason) {
        phase = .closed
        registration = nil
        lingering?.cancel()
        lingering = nil
        handshakeTimer?.cancel()
        handshakeTimer = nil
        stallWatch?.cancel()
        stallWatch = nil
        output.removeAll()
        tls?.dropQueue()
        closeDescriptor(descriptor)
        guard delegate != nil else { return }
        loop.atEndOfTurn {
            let delegate = self.delegate
            self.delegate = nil
            delegate?.socketClosed(self, reason: reason)
        }
    }
}
