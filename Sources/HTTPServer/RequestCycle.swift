import Bytes
import HTTP

/// One HTTP/1.1 connection without its socket: what came in, and what to do about it.
///
/// Events go in through methods; `next` is asked what to do until it says `wait`. Requests are
/// handed out one at a time, so answers leave in the order of the requests; later ones wait in the
/// input buffer, and when that is full, in the kernel.
///
///              head without body
///           ┌───────────────────────────────────────┐
///           │            admitted      body whole    v        answered, kept alive
///     head ─┴─> admitting ─────> body ──────────> answering ───────────────────────> head
///       │        │                │                  ├── answered, not kept ────────> finished
///       │        │ refused        │                  └── upgraded (input is handed over)
///       │        └──> discarding ─│── the small rest has come ─────────────────────> head
///       └── malformed, too slow, ─┴── or the refused body is long ─────────────────> finished
///
/// `body` keeps the body until it is whole. A body that is to be streamed would leave it for
/// `answering` at once and go on coming there.
///
/// Times are milliseconds of any clock that only goes forward.
struct RequestCycle {
    /// What the owner of the socket must do.
    enum Action {
        /// Nothing, until the next event.
        case wait
        /// Let the application judge a request with a body by its head, then call `admitted` or
        /// `refused`.
        case admit(RequestHead)
        /// Send `100 Continue`.
        case sendContinue
        /// Let the application answer a request without a body, then call `answered` or `upgraded`.
        case respond(to: RequestHead)
        /// The body of the admitted request is whole: the same with it.
        case deliver(body: [UInt8])
        /// Send an answer that says so, in the form of `refusalForm`; `close` follows. The fault is
        /// in the head, or in the body of the admitted request.
        case refuse(HTTPFault)
        /// Send what is queued and close.
        case close
    }

    private enum Phase: Equatable {
        case head, admitting, body, answering, discarding, upgraded, finished
    }

    private let limits: HTTPLimits
    private let deadlines: DeadlineTable
    private var phase = Phase.head
    private var parser: RequestParser
    /// Received bytes; those before `used` are done with.
    private var input: [UInt8] = []
    private var used = 0
    /// The body that is coming.
    private var body: BodyReceiver?
    private var framing = ResponseEncoder.Framing.last
    private var owesContinue = false
    private var hasEnded = false
    private var isDraining = false
    /// When the peer has been too slow; `never` while it is not the peer's turn.
    private(set) var deadline: UInt64

    /// A connection that has just been accepted.
    init(limits: HTTPLimits, deadlines: DeadlineTable, now: UInt64) {
        self.limits = limits
        self.deadlines = deadlines
        parser = RequestParser(limits: limits)
        deadline = now + deadlines.idle
    }

    /// Bytes received and not used yet.
    var bufferedCount: Int { input.count - used }

    /// Takes received bytes.
    mutating func received(_ bytes: Span<UInt8>, now: UInt64) {
        if phase == .finished { return }
        if phase == .head, bufferedCount == 0 { deadline = now + deadlines.head }
        if isReceivingBody { earnTime(bytes.count, now: now) }
        input.append(span: bytes)
    }

    /// The peer sends no more; it may still read.
    mutating func reachedEnd() { hasEnded = true }

    /// The server is about to stop: what has begun is finished, nothing is begun. A peer that is in
    /// the middle of a request has less time than usual.
    mutating func startDraining(now: UInt64) {
        isDraining = true
        if isReceivingBody || phase == .head { deadline = min(deadline, now + deadlines.drain) }
    }

    /// What to do now.
    mutating func next(now: UInt64) -> Action {
        switch phase {
        case .head: return nextHead(now: now)
        case .body: return nextBody(now: now)
        case .discarding: return nextDiscarded(now: now)
        case .admitting, .answering, .upgraded: return .wait
        case .finished: return .close
        }
    }

    /// The answer begins, and this is the form it must have. `answered` follows when its last byte
    /// is queued.
    mutating func answerForm(of response: Response) -> ResponseEncoder.Framing {
        guard phase == .answering || phase == .admitting else {
            preconditionFailure("answers in \(phase)")
        }
        if endsAfterAnswer || framing.endsWithConnection(response) { framing.keepsAlive = false }
        return framing
    }

    /// The answer is queued to its end.
    mutating func answered(now: UInt64) {
        guard phase == .answering else { preconditionFailure("answered in \(phase)") }
        if framing.keepsAlive, !endsAfterAnswer { startHead(now: now) } else { finish() }
    }

    /// The application has taken the connection for another protocol. Answers the bytes that came
    /// behind the request: they are not HTTP.
    mutating func upgraded() -> [UInt8] {
        guard phase == .answering else { preconditionFailure("upgraded in \(phase)") }
        let rest = Array(input[used...])
        finish()
        phase = .upgraded
        return rest
    }

    /// Whether more input is of use now.
    func wantsInput(pipelineBytesMax: Int) -> Bool {
        phase != .answering || bufferedCount < pipelineBytesMax
    }

    private var isReceivingBody: Bool { phase == .body || phase == .discarding }

    /// Whether no other request can follow the one that is being answered.
    private var endsAfterAnswer: Bool { isDraining || (hasEnded && bufferedCount == 0) }

    /// A body's deadline moves with the bytes that come, and never further than from its start.
    private mutating func earnTime(_ byteCount: Int, now: UInt64) {
        deadline = min(deadline + deadlines.earned(by: byteCount), now + deadlines.body)
    }

    private mutating func startHead(now: UInt64) {
        phase = .head
        deadline = now + (bufferedCount > 0 ? deadlines.head : deadlines.idle)
    }

    private mutating func finish() {
        phase = .finished
        deadline = DeadlineTable.never
        input = []
        used = 0
        body = nil
    }

    /// The form of the answer to what is refused: the last of the connection.
    var refusalForm: ResponseEncoder.Framing {
        ResponseEncoder.Framing(isHead: framing.isHead, isVersion10: false, keepsAlive: false)
    }

    private mutating func refuse(_ fault: HTTPFault) -> Action {
        finish()
        return .refuse(fault)
    }
}

// MARK: - Heads

extension RequestCycle {
    private mutating func nextHead(now: UInt64) -> Action {
        if bufferedCount == 0 {
            compact()
            guard hasEnded || isDraining || now >= deadline else { return .wait }
            finish()
            return .close
        }
        switch parseHead() {
        case .complete(let head, let byteCount):
            used += byteCount
            return begin(head)
        case .malformed(let fault):
            return refuseHead(fault)
        case .incomplete where hasEnded:
            finish()
            return .close
        case .incomplete where now >= deadline:
            return refuseHead(
                HTTPFault(status: 408, message: "The head took too long to arrive."))
        case .incomplete:
            return .wait
        }
    }

    /// Nothing is known of the head but what its first bytes say.
    private mutating func refuseHead(_ fault: HTTPFault) -> Action {
        let isHead = parser.isHead(input.span.extracting(used...))
        framing.isHead = isHead
        return refuse(fault)
    }

    private mutating func begin(_ head: RequestHead) -> Action {
        framing = ResponseEncoder.Framing(head)
        deadline = DeadlineTable.never
        if head.framing == .none {
            phase = .answering
            compact()
            return .respond(to: head)
        }
        phase = .admitting
        return .admit(head)
    }

    // The next two hold the input by another name, since a span of it would keep the rest of the
    // cycle from changing. They return before the input itself is changed, so it is not copied.

    private mutating func parseHead() -> RequestParser.Verdict {
        let received = input
        return parser.parse(received.span.extracting(used...))
    }

    /// Moves input to the body. True when the body is whole.
    private mutating func receiveBody() throws(HTTPFault) -> Bool {
        let received = input
        guard let taken = try body?.take(received.span.extracting(used...)) else { return true }
        used += taken.count
        return taken.isWhole
    }

    /// Forgets used input: all of it at once when nothing is left, else when it is most of the
    /// buffer.
    private mutating func compact() {
        if used == input.count {
            if input.capacity > HTTPServerLimits.keptBufferBytesMax {
                input = []
            } else {
                input.removeAll(keepingCapacity: true)
            }
            used = 0
        } else if used > HTTPServerLimits.keptBufferBytesMax, used > input.count / 2 {
            input.removeFirst(used)
            used = 0
        }
    }
}

// MARK: - Bodies

extension RequestCycle {
    /// The body of the request is taken, within this policy.
    ///
    /// - Throws: 413 or 415 for one that is not: `refused` is to be called with the answer.
    mutating func admitted(
        _ head: RequestHead, _ policy: BodyPolicy, now: UInt64
    ) throws(HTTPFault) {
        guard phase == .admitting else { preconditionFailure("admitted in \(phase)") }
        try policy.check(head)
        phase = .body
        deadline = now + deadlines.body
        owesContinue = head.expectsContinue
        body = BodyReceiver(
            head.framing, bytesMax: policy.bytesMax, limits: limits, here: bufferedCount)
    }

    /// The request is answered by its head alone. The connection is kept if the rest of its body is
    /// small or already here; that much is dropped as it comes.
    mutating func refused(
        _ head: RequestHead, with response: Response, now: UInt64
    ) -> ResponseEncoder.Framing {
        guard phase == .admitting else { preconditionFailure("refused in \(phase)") }
        // Whoever waits for 100 Continue may send the body yet, or the next request: nobody knows.
        let isUndecided = head.expectsContinue && bufferedCount == 0
        body = BodyReceiver(
            discarding: head.framing,
            bytesMax: max(HTTPServerLimits.discardedBodyBytesMax, bufferedCount), limits: limits)
        let isWhole = isUndecided || body == nil ? nil : try? receiveBody()
        compact()
        if isWhole == nil || (isWhole == false && hasEnded) { framing.keepsAlive = false }
        let form = answerForm(of: response)
        if !form.keepsAlive {
            finish()
        } else if isWhole == true {
            startHead(now: now)
        } else {
            phase = .discarding
            deadline = now + deadlines.body
        }
        return form
    }

    private mutating func nextBody(now: UInt64) -> Action {
        if owesContinue {
            owesContinue = false
            if bufferedCount == 0 { return .sendContinue }
        }
        do throws(HTTPFault) {
            if try receiveBody() { return deliver() }
        } catch {
            return refuse(error)
        }
        compact()
        if hasEnded {
            finish()
            return .close
        }
        if now >= deadline {
            return refuse(HTTPFault(status: 408, message: "The body took too long to arrive."))
        }
        return .wait
    }

    private mutating func deliver() -> Action {
        let bytes = body?.bytes ?? []
        body = nil
        phase = .answering
        deadline = DeadlineTable.never
        compact()
        return .deliver(body: bytes)
    }

    /// The answer has left already: whatever is wrong now, there is nothing more to say.
    private mutating func nextDiscarded(now: UInt64) -> Action {
        let isWhole = try? receiveBody()
        compact()
        if isWhole == true, !isDraining {
            body = nil
            startHead(now: now)
            return nextHead(now: now)
        }
        if isWhole == false, !hasEnded, !isDraining, now < deadline { return .wait }
        finish()
        return .close
    }
}
