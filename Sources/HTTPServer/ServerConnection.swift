import Bytes
import Diagnostics
import HTTP
import Network

/// One accepted connection: drives `RequestCycle`, and after an upgrade a `WebSocketConnection`,
/// over a socket. Confined to the loop's thread.
final class ServerConnection: StreamSocketDelegate {
    let socket: StreamSocket
    /// Where the connection stands in its loop's list.
    var slot = 0
    private let server: ServerLoop
    private var cycle: RequestCycle
    private var webSocket: WebSocketConnection?
    private var isPumping = false
    /// The request that is being answered. Its start is for the observer; without one it is 0.
    private var current: (head: RequestHead, id: UInt64, start: UInt64)?
    /// What the counters know of.
    private var countedReceived = 0
    private var countedSent = 0
    /// How far the peer had read when the write deadline began.
    private var stalledAt = 0
    private var writeDeadline = DeadlineTable.never

    init(_ socket: StreamSocket, _ server: ServerLoop) {
        self.socket = socket
        self.server = server
        let settings = server.settings
        cycle = RequestCycle(
            limits: settings.limits, deadlines: settings.deadlines,
            now: socket.loop.nowMilliseconds)
    }

    private var now: UInt64 { socket.loop.nowMilliseconds }

    // MARK: StreamSocketDelegate

    func socket(_ socket: StreamSocket, received bytes: Span<UInt8>) {
        if let webSocket {
            webSocket.received(bytes)
            return updateReading()
        }
        cycle.received(bytes, now: now)
        pump()
    }

    func socketReachedEnd(_ socket: StreamSocket) {
        if webSocket != nil { return socket.close() }
        cycle.reachedEnd()
        pump()
    }

    func socketDrained(_ socket: StreamSocket) {
        if let webSocket {
            webSocket.drained()
            return updateReading()
        }
        pump()
    }

    func socketClosed(_ socket: StreamSocket, reason: CloseReason) {
        if let webSocket {
            self.webSocket = nil
            server.counters.openWebSockets.add(-1)
            webSocket.lost()
        }
        countBytes()
        server.remove(self)
    }

    // MARK: Requests

    /// Does what the cycle says until it waits, the peer reads too slowly, or it is the turn of
    /// others.
    private func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        var requests = 0
        while socket.isOpen, !socket.isAboveHighWater {
            switch cycle.next(now: now) {
            case .wait: return updateReading()
            case .sendContinue: socket.send { $0.append(ascii: continueResponse) }
            case .refuse(let fault, let head):
                server.counters.refusedRequests.add(1)
                var response = fault.response
                server.application.complete(&response, to: head)
                send(response, refusalFraming)
            case .close:
                socket.close()
                return
            case .respond(var request):
                answer(&request)
                if webSocket != nil { return }
                requests += 1
                if requests == requestsPerTurn { return continueNextTurn() }
            }
        }
        updateReading()
    }

    /// A timer without delay fires in the next turn, when others have had theirs.
    private func continueNextTurn() {
        socket.isReadingPaused = true
        _ = socket.loop.schedule(after: .zero) { [weak self] in self?.pump() }
    }

    private func updateReading() {
        let isWanted =
            webSocket != nil
            || cycle.wantsInput(
                pipelineBytesMax: server.settings.connectionLimits.pipelineBytesMax)
        socket.isReadingPaused = !isWanted || socket.isAboveHighWater
    }

    private func answer(_ request: inout Request) {
        server.counters.requests.add(1)
        request.id = server.nextRequestID()
        request.peerAddress = socket.peerAddress
        request.isSecure = socket.isSecure
        let start = server.settings.observer == nil ? 0 : monotonicNanoseconds()
        current = (request.head, request.id, start)
        switch server.application.respond(to: request) {
        case .response(let response): complete(response)
        case .pending(let work): wait(for: work)
        case .webSocket(let session): upgrade(request, session)
        }
    }

    /// Runs the work as a task on this loop. The task holds the connection until it has answered.
    private func wait(for work: @escaping @Sendable () async -> Response) {
        let connection = LoopBound(self, on: socket.loop)
        Task(executorPreference: socket.loop.context.executor) {
            let response = await work()
            let connection = connection.value
            connection.complete(response)
            connection.pump()
        }
    }

    private func complete(_ response: consuming Response) {
        guard socket.isOpen else { return }
        server.application.complete(&response, to: current?.head)
        send(response, cycle.answered(now: now))
        observe(response.status)
    }

    private func send(_ response: Response, _ framing: ResponseEncoder.Framing) {
        let body = response.body
        var isBodyDue = false
        socket.send { output in
            isBodyDue = server.encoder.encodeHead(of: response, framing, into: &output)
            if isBodyDue, body.count <= copiedBodyBytesMax {
                output.append(contentsOf: body)
                isBodyDue = false
            }
        }
        if isBodyDue { socket.send(body) }
    }

    private func observe(_ status: Int) {
        guard let current else { return }
        self.current = nil
        guard let observer = server.settings.observer else { return }
        let microseconds = (monotonicNanoseconds() - current.start) / 1_000
        observer(
            AnsweredRequest(
                head: current.head, id: current.id, status: status, microseconds: microseconds))
    }

    private var refusalFraming: ResponseEncoder.Framing {
        ResponseEncoder.Framing(isHead: false, isVersion10: false, keepsAlive: false)
    }
}

// MARK: - WebSocket, deadlines, drain

extension ServerConnection {
    private func upgrade(_ request: Request, _ session: any WebSocketSession) {
        if server.isDraining {
            return complete(HTTPFault(status: 503, message: "The server is stopping.").response)
        }
        let handshake: WebSocketHandshake
        do throws(WebSocketRefusal) {
            handshake = try WebSocketHandshake(request)
        } catch {
            return complete(error.response)
        }
        let response = WebSocketConnection.accept(handshake, subprotocol: session.subprotocol)
        send(response, ResponseEncoder.Framing(request.head))
        observe(101)
        let rest = cycle.upgraded()
        let webSocket = WebSocketConnection(socket, session: session, settings: server.settings)
        self.webSocket = webSocket
        server.counters.openWebSockets.add(1)
        webSocket.open()
        if !rest.isEmpty { webSocket.received(rest.span) }
        updateReading()
    }

    /// Looks at the deadlines.
    func tick(now: UInt64) {
        countBytes()
        checkWriting(now: now)
        guard socket.isOpen else { return }
        if let webSocket { return webSocket.tick(now: now) }
        if now >= cycle.deadline { pump() }
    }

    /// A peer that takes nothing of what waits for it is let go.
    private func checkWriting(now: UInt64) {
        if socket.queuedBytes == 0 {
            writeDeadline = DeadlineTable.never
        } else if writeDeadline == DeadlineTable.never || socket.sentBytes != stalledAt {
            stalledAt = socket.sentBytes
            writeDeadline = now + server.settings.deadlines.write
        } else if now >= writeDeadline {
            socket.abort()
        }
    }

    /// Finishes what has begun and begins nothing.
    func startDraining() {
        cycle.startDraining(now: now)
        if let webSocket { webSocket.startDraining() } else { pump() }
    }

    /// The drain's time is up.
    func endDraining() {
        if let webSocket { webSocket.close(code: 1012, reason: "The server is stopping.") }
        socket.close()
    }

    /// Whether nothing is left to be done but the peer's own end.
    var isSettled: Bool { !socket.isOpen && socket.queuedBytes == 0 }

    private func countBytes() {
        server.counters.receivedBytes.add(socket.receivedBytes - countedReceived)
        server.counters.sentBytes.add(socket.sentBytes - countedSent)
        countedReceived = socket.receivedBytes
        countedSent = socket.sentBytes
    }
}

@available(*, unavailable)
extension ServerConnection: Sendable {}
