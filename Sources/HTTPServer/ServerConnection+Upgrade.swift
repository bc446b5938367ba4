import Addresses
import HTTP
import Network
import Quotas

// What becomes of a connection beside its requests: another protocol, deadlines, the drain.

extension ServerConnection {
    func upgrade(_ request: Request, _ session: any WebSocketSession) {
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
        _ = send(response, ResponseEncoder.Framing(request.head))
        observe(101)
        let rest = cycle.upgraded()
        let webSocket = WebSocketConnection(
            socket, counted: block, session: session, settings: server.settings,
            sharing: server.inputShares, of: .anonymous(request.peer.block))
        self.webSocket = webSocket
        server.counters.openWebSockets.add(1)
        webSocket.open()
        if !rest.isEmpty { webSocket.received(rest.span) }
        updateReading()
    }

    /// Looks at the deadlines.
    func tick(now: UInt64) {
        progress.count(socket, in: server.counters)
        if memory.isOfHandshake, !socket.isHandshaking { endHandshake() }
        memory.trim(buffered: webSocket == nil ? bufferedBytes + cycle.bodyCount : 0)
        if progress.isStalled(socket, now: now, server.settings.deadlines) { socket.abort() }
        guard socket.isOpen else { return }
        if socket.isHandshaking, now - acceptedAt >= server.handshakeTime { return socket.abort() }
        if let webSocket { return webSocket.tick(now: now) }
        if let streamed, now >= streamed.deadline { return socket.abort() }
        // There may be room again for what stands in its buffers, though none of it has left.
        if memory.isShort, memory.cover(buffered: bufferedBytes) { return pump() }
        if now >= cycle.deadline { pump() }
    }

    /// The handshake is done, or will never be: others may begin one.
    func endHandshake() {
        memory.endHandshake()
        server.handshakes.giveBack(block)
    }

    /// Finishes what has begun and begins nothing.
    func startDraining() {
        cycle.startDraining(now: now)
        if let webSocket { webSocket.startDraining() } else { pump() }
    }

    /// The drain's time is up.
    func endDraining() {
        abandonBody(.disconnected)
        if let webSocket { webSocket.close(code: 1012, reason: "The server is stopping.") }
        if streamed == nil { socket.close() } else { socket.abort() }
    }

    /// Whether nothing is left to be done but the peer's own end.
    var isSettled: Bool { !socket.isOpen && socket.queuedBytes == 0 }
}
