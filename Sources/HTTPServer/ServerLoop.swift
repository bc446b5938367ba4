import Addresses
import Diagnostics
import HTTP
import Network
import Quotas

/// The server's part on one loop: its listener, its application, its connections. Confined to the
/// loop's thread.
final class ServerLoop {
    let application: any Application
    let settings: LoopSettings
    let counters: CounterCells
    /// Of the time for frames and chunks.
    let inputShares: TurnShares
    /// Of the time for requests and TLS handshakes.
    let requestShares: TurnShares
    let handshakes: HandshakeCount
    private let loop: EventLoop
    private let connectionCount: ConnectionCount
    private var listener: Listener?
    private var connections: [ServerConnection] = []
    private var refusals = 0
    private var ticker: TimerToken?
    private var isTicking = false
    private var lastRequestID: UInt64
    /// When the next note of a stranger's word on an origin may come.
    private var originNoteDue: UInt64 = 0
    /// Milliseconds that a TLS handshake may take: less where others wait for its place.
    private(set) var handshakeTime: UInt64
    private var refusedHandshakes = 0
    private var dateTurn = -1
    private var dateSeconds = Int64.min
    private var datedEncoder = ResponseEncoder()
    private(set) var isDraining = false
    private var drainDeadline = DeadlineTable.never

    init(
        _ loop: EventLoop, application: any Application, settings: LoopSettings,
        counters: CounterCells, connectionCount: ConnectionCount, handshakes: HandshakeCount
    ) {
        self.loop = loop
        inputShares = TurnShares(
            loop, perTurn: HTTPServerLimits.inputNanosecondsPerTurn,
            pause: HTTPServerLimits.inputPause, deferred: counters.deferredInput)
        requestShares = TurnShares(
            loop, perTurn: HTTPServerLimits.requestNanosecondsPerTurn, pause: .zero,
            deferred: counters.deferredRequests)
        self.application = application
        self.settings = settings
        self.counters = counters
        self.connectionCount = connectionCount
        self.handshakes = handshakes
        handshakeTime = settings.deadlines.head
        // The loop's number in the high bits keeps numbers unique without sharing a counter.
        lastRequestID = UInt64(loop.context.index) << 48
    }

    func listen(on socket: ListeningSocket, tls: TLSContext?) throws(NetworkError) {
        let listener = try Listener(socket, on: loop, tls: tls) { [weak self] in self?.accept($0) }
        listener.turnedAway = { [counters, settings] in
            counters.countRefusal(.descriptors)
            settings.notify?(.descriptorsExhausted)
        }
        listener.admits = { [weak self] address in
            self?.admits(address, isSecure: tls != nil) ?? false
        }
        self.listener = listener
    }

    /// Whether a connection is served, or told that it is not: if neither, nothing is made for it.
    private func admits(_ address: String, isSecure: Bool) -> Bool {
        if !isSecure, refusals < settings.connectionLimits.refusalsMax { return true }
        let peer = Peer(address)
        let block = countedBlock(of: peer)
        let limits = settings.connectionLimits
        let (reason, notice): (ConnectionRefusal, ConnectionNotice)
        if let shortage = connectionCount.shortage(for: block, limits) {
            (reason, notice) = (.init(shortage), .tooMany(shortage, from: peer))
        } else if isSecure, !handshakes.admits(block, limits) {
            (reason, notice) = (.handshakes, .tooManyHandshakes(from: peer))
        } else {
            return true
        }
        counters.connections.add(1)
        counters.countRefusal(reason)
        settings.notify?(notice)
        return false
    }

    /// By which a peer's connections are counted; a proxy speaks for many.
    private func countedBlock(of peer: Peer) -> AddressBlock {
        settings.proxies.include(peer) ? .none : peer.block
    }

    /// Tells of a peer that says for whom it calls and is no trusted proxy.
    func noteOrigin(of head: RequestHead, from peer: Peer) {
        let now = loop.nowMilliseconds
        guard let notify = settings.notify, now >= originNoteDue,
            settings.proxies.isNamed(in: head)
        else { return }
        originNoteDue = now + HTTPServerLimits.originNoteMilliseconds
        notify(.unreadOrigin(settings.proxies.field, from: peer))
    }

    /// The encoder, with the date of this turn.
    var encoder: ResponseEncoder {
        if dateTurn != loop.turnCount {
            dateTurn = loop.turnCount
            let now = Instant.now
            if now.seconds != dateSeconds {
                dateSeconds = now.seconds
                datedEncoder.setDate(now.httpDate)
            }
        }
        return datedEncoder
    }

    func nextRequestID() -> UInt64 {
        lastRequestID += 1
        return lastRequestID
    }

    private func accept(_ socket: StreamSocket) {
        counters.connections.add(1)
        let peer = Peer(socket.peerAddress)
        let block = countedBlock(of: peer)
        if let shortage = connectionCount.take(for: block, settings.connectionLimits) {
            settings.notify?(.tooMany(shortage, from: peer))
            return refuse(socket, shortage)
        }
        let connection = ServerConnection(socket, of: peer, counted: block, self)
        if let reason = takeMemory(for: connection) {
            counters.countRefusal(reason)
            connectionCount.giveBack(block)
            return socket.abort()
        }
        counters.openConnections.add(1)
        connection.slot = connections.count
        connections.append(connection)
        socket.delegate = connection
        armTicker()
    }

    /// Takes what the connection itself needs, and its place among the handshakes.
    ///
    /// - Returns: Nil, or why it is not to be served: nothing has been taken then.
    private func takeMemory(for connection: ServerConnection) -> ConnectionRefusal? {
        guard connection.memory.isOfHandshake else {
            return connection.memory.takeConnection() ? nil : .memory
        }
        let block = connection.block
        guard handshakes.take(for: block, settings.connectionLimits) else {
            settings.notify?(.tooManyHandshakes(from: connection.peer))
            return .handshakes
        }
        if connection.memory.takeConnection() { return nil }
        handshakes.giveBack(block)
        return .memory
    }

    /// Tells a connection over the limit so, if that costs little.
    private func refuse(_ socket: StreamSocket, _ shortage: ShareShortage) {
        counters.countRefusal(.init(shortage))
        guard refusals < settings.connectionLimits.refusalsMax, !socket.isSecure else {
            return socket.abort()
        }
        refusals += 1
        socket.delegate = RefusedConnection { [weak self] in self?.refusals -= 1 }
        let fault = HTTPFault(status: 503, message: shortage.message)
        var response = fault.response
        application.complete(&response, to: nil, id: nil)
        socket.send { encoder.encode(response, .last, into: &$0) }
        socket.close()
    }

    /// Forgets a connection that is over; the last one takes its place.
    func remove(_ connection: ServerConnection) {
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.slot] = last
            last.slot = connection.slot
        }
        counters.openConnections.add(-1)
        connectionCount.giveBack(connection.block)
    }

    // MARK: Deadlines

    /// Looks at all deadlines now and then: that costs less than a timer for each.
    private func armTicker() {
        guard !connections.isEmpty || isDraining else { return }
        let pace =
            isDraining ? HTTPServerLimits.drainTickMilliseconds : Int(settings.deadlines.tick)
        if isTicking { return }
        isTicking = true
        if let ticker { return ticker.rearm(after: .milliseconds(pace)) }
        ticker = loop.schedule(after: .milliseconds(pace)) { [weak self] in self?.tick() }
    }

    private func tick() {
        isTicking = false
        let now = loop.nowMilliseconds
        setHandshakeTime()
        for connection in connections { connection.tick(now: now) }
        if isDraining { checkDrain(now: now) }
        armTicker()
    }

    private func setHandshakeTime() {
        let refused = handshakes.refusedCount
        handshakeTime = settings.deadlines.head
        if refused != refusedHandshakes {
            handshakeTime = min(handshakeTime, HTTPServerLimits.handshakeTimeOfMany)
        }
        refusedHandshakes = refused
    }

    // MARK: Drain

    /// Stops to accept, finishes what has begun, and ends the loop: when all is done, or at the
    /// deadline.
    func drain(deadline: Duration) {
        guard !isDraining else { return }
        isDraining = true
        drainDeadline = loop.nowMilliseconds + deadline.wholeMilliseconds
        listener?.close()
        listener = nil
        for connection in connections { connection.startDraining() }
        ticker?.cancel()
        ticker = nil
        isTicking = false
        armTicker()
    }

    private func checkDrain(now: UInt64) {
        if connections.allSatisfy(\.isSettled) { return end() }
        guard now >= drainDeadline else { return }
        for connection in connections { connection.endDraining() }
        // Goodbyes queued now leave at the end of this turn; the loop ends with the next.
        _ = loop.schedule(after: .zero) { self.end() }
    }

    private func end() {
        application.end()
        loop.stop()
    }
}

@available(*, unavailable)
extension ServerLoop: Sendable {}

/// A connection that is being told 503.
private final class RefusedConnection: StreamSocketDelegate {
    private let ended: () -> Void

    init(ended: @escaping () -> Void) { self.ended = ended }

    func socket(_ socket: StreamSocket, received bytes: Span<UInt8>) {}
    func socketReachedEnd(_ socket: StreamSocket) {}
    func socketDrained(_ socket: StreamSocket) {}
    func socketClosed(_ socket: StreamSocket, reason: CloseReason) { ended() }
}
