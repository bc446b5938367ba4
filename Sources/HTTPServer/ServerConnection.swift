import Addresses
import Bytes
import Diagnostics
import HTTP
import Network
import Quotas

/// One accepted connection: drives `RequestCycle`, and after an upgrade a `WebSocketConnection`,
/// over a socket. Confined to the loop's thread.
final class ServerConnection: StreamSocketDelegate {
    enum BodyTaker {
        /// What answers the request when its body is whole.
        case held((Request) -> Answer, isReadAtOnce: Bool)
        /// What the task reads that is answering it.
        case streamed(BodyReader)
    }

    let socket: StreamSocket
    /// Where the connection stands in its loop's list.
    var slot = 0
    let server: ServerLoop
    let peer: Peer
    /// By which its connections and its memory are counted; none for a proxy.
    let block: AddressBlock
    /// Whether the peer is a proxy that says for whom it calls.
    private let isProxy: Bool
    /// Whether its first request has come.
    private var isKnown = false
    var cycle: RequestCycle
    var webSocket: WebSocketConnection?
    var memory: ConnectionMemory
    private var isPumping = false
    /// Whether chunks, a request or the handshake wait for their turn.
    var isStepAwaited = false
    /// The part of a request that waits for its turn.
    var postponed: RequestCycle.Action?
    /// The request whose body is coming, and what takes it.
    var admitted: (request: Request, taker: BodyTaker)?
    /// Waits for the answer, or sends its parts.
    private(set) var task: Task<Void, Never>?
    /// Where the answer comes to that another thread makes.
    private var awaited: AnswerSlot?
    var streamed: StreamedAnswer?
    /// The request that is being answered. Its start is for the observer; without one it is 0.
    private(set) var current: (head: RequestHead, id: UInt64, start: UInt64)?
    /// The request that is not over.
    private var unended: UInt64?
    var progress = SocketProgress()
    /// When it was accepted, in milliseconds of the loop's clock.
    let acceptedAt: UInt64

    init(_ socket: StreamSocket, of peer: Peer, counted block: AddressBlock, _ server: ServerLoop) {
        self.socket = socket
        self.server = server
        (self.peer, self.block) = (peer, block)
        let settings = server.settings
        isProxy = settings.proxies.include(peer)
        memory = ConnectionMemory(settings.memory, for: block, isSecure: socket.isSecure)
        let now = socket.loop.nowMilliseconds
        cycle = RequestCycle(limits: settings.limits, deadlines: settings.deadlines, now: now)
        acceptedAt = now
    }

    var now: UInt64 { socket.loop.nowMilliseconds }

    // MARK: StreamSocketDelegate

    func socket(_ socket: StreamSocket, received bytes: Span<UInt8>) {
        if memory.isOfHandshake { endHandshake() }
        if let webSocket {
            webSocket.received(bytes)
            return updateReading()
        }
        cycle.received(bytes, now: now)
        pump()
        if cycle.bufferedCount + cycle.bodyCount > MemoryLease.freeBytes {
            keepInputWithinMemory()
        }
    }

    func socketReachedEnd(_ socket: StreamSocket) {
        if webSocket != nil { return socket.close() }
        cycle.reachedEnd()
        pump()
        probe()
    }

    func socketDrained(_ socket: StreamSocket) {
        if let webSocket {
            webSocket.drained()
            return updateReading()
        }
        _ = memory.cover(buffered: bufferedBytes)
        streamed?.wake()
        pump()
    }

    func socketClosed(_ socket: StreamSocket, reason: CloseReason) {
        // Nobody is left who wants what is being done. What has begun ends by itself.
        task?.cancel()
        if task == nil { endRequest() }
        awaited?.abandon()
        awaited = nil
        streamed?.wake()
        abandonBody(.disconnected)
        if let webSocket {
            self.webSocket = nil
            server.counters.openWebSockets.add(-1)
            webSocket.lost()
        }
        progress.count(socket, in: server.counters)
        if memory.isOfHandshake { endHandshake() }
        server.remove(self)
    }

    /// A peer that sends no more may still read, or be gone, which looks the same: one that is gone
    /// answers an interim response with a reset, so that the work for it ends.
    private func probe() {
        guard awaited != nil, socket.isOpen, current?.head.minorVersion == 1 else { return }
        socket.send { $0.append(ascii: continueResponse) }
    }

    // MARK: Requests

    /// Does what the cycle says until it waits, the peer reads too slowly, or it is the turn of
    /// others.
    func pump() {
        guard !isPumping, !isStepAwaited else { return }
        isPumping = true
        defer { isPumping = false }
        while socket.isOpen, !isHeldBack {
            let action = postponed.take() ?? cycle.next(now: now)
            switch action {
            case .wait: return updateReading()
            case .goOn:
                return awaitStep(of: server.inputShares, for: .anonymous(sender.block))
            case .sendContinue: socket.send { $0.append(ascii: continueResponse) }
            case .refuse(let fault): refuse(fault)
            case .supply(let part):
                if case .streamed(let reader)? = admitted?.taker { reader.supply(part) }
            case .close:
                abandonBody(.disconnected)
                socket.close()
                return
            case .admit(let head):
                let isDone = inTurn(of: client(of: head), action) { admit(request(head, of: $0)) }
                if !isDone { return }
            case .deliver(let body):
                if !inTurn(of: sender, action, { _ in deliver(body) }) { return }
            case .respond(let head):
                let isDone = inTurn(of: client(of: head), action) {
                    respond(to: request(head, of: $0))
                }
                if !isDone { return }
            }
            if webSocket != nil { return }
        }
        updateReading()
    }

    /// Whose body is coming.
    private var sender: Peer { admitted?.request.peer ?? peer }

    /// Whom a request is from.
    private func client(of head: RequestHead) -> Peer {
        isProxy ? server.settings.proxies.client(of: head, from: peer) : peer
    }

    /// A client's request as far as it has come. It counts, whatever becomes of it.
    private func request(_ head: RequestHead, of client: Peer) -> Request {
        server.counters.requests.add(1)
        var request = Request(head: head, body: [])
        request.id = server.nextRequestID()
        request.peer = client
        if !isKnown {
            isKnown = true
            if !isProxy { server.noteOrigin(of: head, from: peer) }
        }
        start(request)
        unended = request.id
        return request
    }

    /// The request is over, whatever became of it.
    ///
    /// - Parameter contentBytes: What its answer has had of content.
    func endRequest(contentBytes: Int = 0) {
        guard let id = unended else { return }
        unended = nil
        server.application.ended(id, contentBytes: contentBytes)
    }

    private func start(_ request: Request) {
        let start = server.settings.observer == nil ? 0 : monotonicNanoseconds()
        current = (request.head, request.id, start)
    }

    /// Lets the application answer a request without a body.
    private func respond(to request: Request) {
        do throws(HTTPFault) {
            try memory.take(head: request.head.bytes.count, buffered: bufferedBytes)
        } catch {
            return complete(server.application.response(to: error, in: request))
        }
        answer(request, server.application.respond(to: request))
    }

    /// Lets the application judge a request by its head.
    private func admit(_ request: Request) {
        do throws(HTTPFault) {
            try memory.take(head: request.head.bytes.count, buffered: bufferedBytes)
            switch server.application.admit(request) {
            case .answered(let response): turnAway(request, response)
            case .body(let policy, let respond):
                if case .fixed(let count) = request.head.framing, count <= policy.bytesMax {
                    try memory.take(body: count, buffered: bufferedBytes)
                }
                try cycle.admitted(request.head, policy, .held, now: now)
                admitted = (request, .held(respond, isReadAtOnce: policy.isReadAtOnce))
            case .streamed(let policy, let respond):
                try cycle.admitted(request.head, policy, .streamed, now: now)
                stream(request, to: respond(request))
            }
        } catch {
            turnAway(request, server.application.response(to: error, in: request))
        }
    }

    /// Answers a request whose body is not read.
    private func turnAway(_ request: Request, _ response: consuming Response) {
        if case .stream = response.content {
            preconditionFailure("what is answered by its head alone is no stream")
        }
        server.application.complete(&response, to: request.head, id: request.id)
        _ = send(response, cycle.refused(request.head, with: response, now: now))
        memory.endRequest(buffered: bufferedBytes)
        observe(response.status, response.refusal)
        endRequest()
    }

    /// Hands over a request whose body is whole.
    private func deliver(_ body: [UInt8]) {
        guard case (var request, .held(let respond, let isReadAtOnce))? = admitted else { return }
        admitted = nil
        request.body = body
        start(request)
        do throws(HTTPFault) {
            if isReadAtOnce { try keepValuesWithinMemory(of: body) }
        } catch {
            return complete(server.application.response(to: error, in: request))
        }
        answer(request, respond(request))
    }

    /// Says what is wrong with what came; the cycle closes next.
    func refuse(_ fault: HTTPFault) {
        server.counters.refusedRequests.add(1)
        let request = admitted?.request
        abandonBody(.refused(fault))
        var response = fault.response
        if let request { response = server.application.response(to: fault, in: request) }
        server.application.complete(&response, to: request?.head, id: request?.id)
        _ = send(response, cycle.refusalForm)
        if request != nil { observe(response.status, response.refusal) }
        if task == nil { endRequest() }
    }

    private func answer(_ request: Request, _ answer: Answer) {
        switch answer {
        case .response(let response):
            complete(response)
            if streamed != nil { perform { await $0.value.sendParts() } }
        case .pending(let work):
            perform { connection in
                connection.value.complete(await work())
                await connection.value.sendParts()
            }
        case .deferred(let begin):
            let slot = AnswerSlot(self)
            awaited = slot
            slot.begin(begin, for: request)
        case .prepared(let preparation):
            let slot = AnswerSlot(self)
            awaited = slot
            slot.begin(preparation, for: request, within: memory.forPreparation())
        case .webSocket(let session): upgrade(request, session)
        }
    }

    /// Sends an answer that was waited for.
    func arrived(_ request: Request, _ answer: Answer) {
        awaited = nil
        self.answer(request, answer)
        if streamed == nil { pump() }
    }

    /// Goes on with what had to be prepared.
    func prepared(_ request: Request, _ answer: () -> Answer) {
        awaited = nil
        server.requestShares.spend(of: .anonymous(request.peer.block)) {
            self.answer(request, answer())
        }
        pump()
    }

    /// Runs work as a task on this loop, which holds the connection until it is done and is
    /// cancelled when the peer is gone.
    func perform(
        _ work: @escaping @Sendable (LoopBound<ServerConnection>) async -> Void
    ) {
        let connection = LoopBound(self, on: socket.loop)
        task = Task(executorPreference: socket.loop.context.executor) {
            await work(connection)
            connection.value.task = nil
            if !connection.value.socket.isOpen { connection.value.endRequest() }
            connection.value.pump()
        }
    }

    /// Sends an answer, or the head of one whose parts `sendParts` sends.
    func complete(_ response: consuming Response) {
        guard socket.isOpen else { return }
        keepWithinMemory(&response)
        server.application.complete(&response, to: current?.head, id: current?.id)
        let delimitation = send(response, cycle.answerForm(of: response))
        observe(response.status, response.refusal)
        if case .stream(let stream) = response.content, delimitation != .none {
            streamed = StreamedAnswer(stream, delimitation, on: socket)
        } else {
            endRequest(contentBytes: response.content.byteCount)
            endAnswer()
        }
    }

    func endAnswer() {
        cycle.answered(now: now)
        memory.endRequest(buffered: bufferedBytes)
    }

    func observe(_ status: Int, _ refusal: Refusal? = nil) {
        guard let current else { return }
        self.current = nil
        guard let observer = server.settings.observer else { return }
        let microseconds = (monotonicNanoseconds() - current.start) / 1_000
        let request = AnsweredRequest(
            head: current.head, id: current.id, status: status, refusal: refusal,
            microseconds: microseconds)
        observer(request) { client(of: request.head) }
    }
}

@available(*, unavailable)
extension ServerConnection: Sendable {}
