import Addresses
import Bytes
import Crypto
import Diagnostics
import HTTP
import Network
import Quotas

/// One WebSocket connection on its socket. Confined to the loop's thread.
final class WebSocketConnection: WebSocketSink {
    private let socket: StreamSocket
    private let settings: LoopSettings
    private var cycle: WebSocketCycle
    /// Nil once it has been told that the connection is over.
    private var session: (any WebSocketSession)?
    private let queueBytesMax: Int
    private var memory: MemoryLease
    /// Bytes that are kept beside the queue: what has come of a message, what the session holds.
    private var keptBytes = 0
    /// When the last frame came; a ping answers for a silent peer.
    private var lastReceived: UInt64
    private var pongDeadline = DeadlineTable.never
    private let shares: TurnShares
    /// Whose part of a turn its frames take.
    private let caller: Caller
    /// What has come and waits for a later turn, with what has been handled of it: it is let go of
    /// in one go, since the rest would have to be moved with each step.
    private var waiting: [UInt8] = []
    private var handledCount = 0

    init(
        _ socket: StreamSocket, counted block: AddressBlock, session: any WebSocketSession,
        settings: LoopSettings, sharing shares: TurnShares, of caller: Caller
    ) {
        self.shares = shares
        self.caller = caller
        self.socket = socket
        self.session = session
        self.settings = settings
        cycle = WebSocketCycle(messageBytesMax: settings.messageBytesMax)
        let limits = settings.connectionLimits
        queueBytesMax =
            session.handlesBackPressure
            ? limits.webSocketHardQueueBytesMax : limits.webSocketQueueBytesMax
        memory = MemoryLease(settings.memory, for: .anonymous(block))
        lastReceived = socket.loop.nowMilliseconds
    }

    /// The digest of the handshake (RFC 6455 §4.2.2).
    static func accept(_ handshake: WebSocketHandshake, subprotocol: String?) -> Response {
        handshake.response(subprotocol: subprotocol, sha1: Digest.sha1)
    }

    func open() { session?.opened(self) }

    func received(_ bytes: Span<UInt8>) {
        lastReceived = socket.loop.nowMilliseconds
        pongDeadline = DeadlineTable.never
        // What has to wait is behind what waits already.
        guard waiting.isEmpty, !isBusy else { return waiting.append(span: bytes) }
        let start = monotonicNanoseconds()
        let count = handle(bytes, within: shares.time(for: caller), from: start)
        shares.note(monotonicNanoseconds() - start, of: caller)
        if count < bytes.count || isBusy {
            waiting.append(span: bytes.extracting(count...))
            awaitTurn()
        }
        noteKept()
    }

    /// Leaves what the peer sends in the kernel while it reads too little, or its frames wait.
    func updateReading() {
        socket.isReadingPaused = socket.isAboveHighWater || !waiting.isEmpty || isBusy
    }

    /// Whether the last message is not dealt with yet.
    private var isBusy: Bool { session?.isBusy ?? false }

    private func awaitTurn() {
        shares.wait(caller) { [weak self] in self?.handleWaiting() }
    }

    private func handleWaiting() {
        guard session != nil else { return }
        var bytes: [UInt8] = []
        swap(&bytes, &waiting)
        handledCount += handle(
            bytes.span.extracting(handledCount...), within: shares.time(for: caller),
            from: monotonicNanoseconds())
        if handledCount < bytes.count || isBusy {
            swap(&bytes, &waiting)
            awaitTurn()
        } else {
            handledCount = 0
        }
        noteKept()
        updateReading()
    }

    /// Handles frames until their time, or their number, is used up.
    ///
    /// - Returns: how many bytes that was.
    private func handle(_ bytes: Span<UInt8>, within time: UInt64, from start: UInt64) -> Int {
        var position = 0
        var frames = 0
        var pings = 0
        var lastPong: [UInt8]?
        if time == 0 { return 0 }
        session?.proceed(until: start + time)
        while position < bytes.count, !isBusy, frames < HTTPServerLimits.framesPerStep {
            let end = min(bytes.count, position + HTTPServerLimits.frameBytesPerLook)
            if let action = cycle.next(bytes.extracting(..<end), at: &position) {
                frames += 1
                if case .send(let pong) = action, pings >= HTTPServerLimits.pongsPerStep {
                    lastPong = pong
                } else {
                    if case .send = action { pings += 1 }
                    perform(action)
                    session?.proceed(until: start + time)
                }
            } else {
                position = end
            }
            if monotonicNanoseconds() - start >= time { break }
        }
        if let lastPong, cycle.isOpen { perform(.send(lastPong)) }
        return position
    }

    private func noteKept() {
        keptBytes = cycle.messageBytes + waiting.count + (session?.keptBytes ?? 0)
        if keptBytes > MemoryLease.freeBytes { checkQueue() }
    }

    private func perform(_ action: WebSocketCycle.Action) {
        switch action {
        case .deliver(.text(let bytes)): session?.received(text: bytes)
        case .deliver(.binary(let bytes)): session?.received(binary: bytes)
        case .deliver(.pong(let bytes)): session?.received(pong: bytes)
        case .deliver: break
        case .send(let frame):
            socket.send(frame)
            checkQueue()
        case .finish(let frame, let code):
            if let frame { socket.send(frame) }
            socket.close()
            tellClosed(code)
        }
    }

    /// The connection is over, whatever the reason.
    func lost() { tellClosed(nil) }

    /// The queue is short again.
    func drained() {
        _ = memory.cover(keptBytes + socket.queuedBytes)
        session?.drained()
    }

    /// The server is about to stop.
    func startDraining() { session?.draining() }

    /// Looks at the deadlines.
    func tick(now: UInt64) {
        memory.trim(to: keptBytes + socket.queuedBytes)
        if now >= cycle.closeDeadline { return socket.close() }
        guard cycle.isOpen else { return }
        if socket.isReadingPaused {
            // Its frames lie in the kernel: it is not the peer who is silent.
            lastReceived = now
            pongDeadline = DeadlineTable.never
            return
        }
        if now >= pongDeadline { return socket.abort() }
        guard pongDeadline == DeadlineTable.never,
            now >= lastReceived + settings.deadlines.webSocketIdle
        else { return }
        pongDeadline = now + settings.deadlines.webSocketPong
        ping([])
    }

    private func tellClosed(_ code: UInt16?) {
        guard let session else { return }
        self.session = nil
        session.closed(code: code)
    }

    /// A peer that takes less than it is sent must not make the server keep it all, nor one that
    /// sends more than there is room for.
    private func checkQueue() {
        let count = socket.queuedBytes
        let isWithinQueue = count <= queueBytesMax
        if isWithinQueue, memory.cover(keptBytes + count) { return }
        close(
            code: 1013,
            reason: isWithinQueue
                ? "The server has no memory left for this connection."
                : "The queue of this connection is full.")
        socket.close()
    }

    // MARK: WebSocketSink

    var queuedBytes: Int { socket.queuedBytes }

    func send(frame: FramedBytes) {
        guard cycle.isOpen else { return }
        socket.send(shared: frame.bytes)
        checkQueue()
    }

    func send(text: [UInt8]) { send(.text, text) }

    func send(binary: [UInt8]) { send(.binary, binary) }

    func ping(_ payload: [UInt8]) {
        send(.ping, Array(payload.prefix(controlPayloadBytesMax)))
    }

    func close(code: UInt16, reason: String) {
        let deadline = socket.loop.nowMilliseconds + settings.deadlines.webSocketClose
        if let frame = cycle.close(code: code, reason: reason, deadline: deadline) {
            socket.send(frame)
        }
    }

    private func send(_ opcode: WebSocketOpcode, _ payload: [UInt8]) {
        guard cycle.isOpen else { return }
        socket.send { $0.append(frame: opcode, payload: payload) }
        checkQueue()
    }
}

@available(*, unavailable)
extension WebSocketConnection: Sendable {}
