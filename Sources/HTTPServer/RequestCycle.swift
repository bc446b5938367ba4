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
///     head ─┴─> admitting ───┬─> body ──────────> answering ───────────────────────> head
///       │                    └─> streaming ──────────┤├── answered, not kept ───────> finished
///       │             body whole, or answered before │└── upgraded (input is handed over)
///       │                                            └──> discarding ──────────────> head
///       └── malformed, too slow                            the small rest has come
///           or the rest is long ───────────────────────────────────────────────────> finished
///
/// `body` keeps the body until it is whole. `streaming` hands out its parts while the request is
/// being answered. What is answered before the body's end, or by the head alone, leaves a rest,
/// which is dropped if it is small. Times are milliseconds of any clock that only goes forward.
struct RequestCycle {
    private enum Phase: Equatable {
        case head, admitting, body, streaming, answering, discarding, upgraded, finished
    }

    /// What becomes of the body of an admitted request.
    enum Taking { case held, streamed }

    private let limits: HTTPLimits
    private let deadlines: DeadlineTable
    private var phase = Phase.head
    private var parser: RequestParser
    private var input = InputBuffer()
    /// The body that is coming, or the rest of it that is to be dropped.
    private var body: BodyReceiver?
    /// Whether somebody waits for a part of a streamed body.
    private var isPartAwaited = false
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

    /// Bytes received and not used yet, and those of a body that have come and are kept.
    var bufferedCount: Int { input.count }
    var bodyCount: Int { body?.bytes.count ?? 0 }

    /// Refuses what is coming, judged or not: `close` is next. False where a request is being
    /// answered.
    mutating func abandon() -> Bool {
        switch phase {
        case .head, .admitting, .body: finish()
        case .streaming, .answering, .discarding, .upgraded, .finished: return false
        }
        return true
    }

    /// Takes received bytes.
    mutating func received(_ bytes: Span<UInt8>, now: UInt64) {
        if phase == .finished { return }
        if phase == .head, bufferedCount == 0 { deadline = now + deadlines.head }
        if isBodyAwaited { earnTime(bytes.count, now: now) }
        input.append(bytes)
    }

    /// The peer sends no more; it may still read.
    mutating func reachedEnd() { hasEnded = true }

    /// The server is about to stop: what has begun is finished, nothing is begun. A peer that is in
    /// the middle of a request has less time than usual.
    mutating func startDraining(now: UInt64) {
        isDraining = true
        if phase == .head || isBodyAwaited { deadline = min(deadline, now + deadlines.drain) }
    }

    /// What to do now.
    mutating func next(now: UInt64) -> Action {
        switch phase {
        case .head: return nextHead(now: now)
        case .body: return nextBody(now: now)
        case .streaming: return nextStreamed(now: now)
        case .discarding: return nextDiscarded(now: now)
        case .admitting, .answering, .upgraded: return .wait
        case .finished: return .close
        }
    }

    /// The answer begins, and this is the form it must have. `answered` follows when its last byte
    /// is queued.
    mutating func answerForm(of response: Response) -> ResponseEncoder.Framing {
        if phase == .streaming { leaveBody() }
        guard phase == .answering else { preconditionFailure("answers in \(phase)") }
        if endsAfterAnswer || framing.endsWithConnection(response) { framing.keepsAlive = false }
        return framing
    }

    /// The answer is queued to its end.
    mutating func answered(now: UInt64) {
        guard phase == .answering else { preconditionFailure("answered in \(phase)") }
        if !framing.keepsAlive || endsAfterAnswer {
            finish()
        } else if body == nil {
            startHead(now: now)
        } else {
            phase = .discarding
            deadline = now + deadlines.body
        }
    }

    /// The application has taken the connection for another protocol. Answers the bytes that came
    /// behind the request: they are not HTTP.
    mutating func upgraded() -> [UInt8] {
        guard phase == .answering else { preconditionFailure("upgraded in \(phase)") }
        let rest = input.takeAll()
        finish()
        phase = .upgraded
        return rest
    }

    /// Whether more input is of use now.
    func wantsInput(pipelineBytesMax: Int) -> Bool {
        switch phase {
        case .streaming where body?.isWhole == false: body?.hasRoom == true
        case .streaming, .answering: bufferedCount < pipelineBytesMax
        case .head, .admitting, .body, .discarding, .upgraded, .finished: true
        }
    }

    /// Whether a body is coming and it is the peer's turn to send.
    private var isBodyAwaited: Bool {
        switch phase {
        case .body, .discarding: true
        case .streaming: deadline != DeadlineTable.never
        case .head, .admitting, .answering, .upgraded, .finished: false
        }
    }

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
        input = InputBuffer()
        body = nil
        isPartAwaited = false
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
            input.compact()
            guard hasEnded || isDraining || now >= deadline else { return .wait }
            finish()
            return .close
        }
        switch input.parseHead(&parser) {
        case .complete(let head, let byteCount):
            input.use(byteCount)
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
        framing.isHead = input.isHead(parser)
        return refuse(fault)
    }

    private mutating func begin(_ head: RequestHead) -> Action {
        framing = ResponseEncoder.Framing(head)
        deadline = DeadlineTable.never
        if head.framing == .none {
            phase = .answering
            input.compact()
            return .respond(to: head)
        }
        phase = .admitting
        return .admit(head)
    }
}

// MARK: - Bodies

extension RequestCycle {
    /// The body of the request is taken, within this policy. If it is streamed, the request is to
    /// be answered now: `awaitPart` asks for its parts.
    ///
    /// - Throws: 413 or 415 for one that is not: `refused` is to be called with the answer.
    mutating func admitted(
        _ head: RequestHead, _ policy: BodyPolicy, _ taking: Taking, now: UInt64
    ) throws(HTTPFault) {
        guard phase == .admitting else { preconditionFailure("admitted in \(phase)") }
        try policy.check(head)
        startBody(head, bytesMax: policy.bytesMax)
        switch taking {
        case .held:
            phase = .body
            deadline = now + deadlines.body
        case .streamed:
            phase = .streaming
            setStreamDeadline(now: now)
        }
    }

    private mutating func startBody(_ head: RequestHead, bytesMax: Int) {
        owesContinue = head.expectsContinue
        body = BodyReceiver(head.framing, bytesMax: bytesMax, limits: limits)
    }

    /// The request is answered by its head alone. The connection is kept if the rest of its body is
    /// small or already here; that much is dropped as it comes.
    mutating func refused(
        _ head: RequestHead, with response: Response, now: UInt64
    ) -> ResponseEncoder.Framing {
        guard phase == .admitting else { preconditionFailure("refused in \(phase)") }
        startBody(head, bytesMax: .max)
        phase = .streaming
        let form = answerForm(of: response)
        answered(now: now)
        return form
    }

    /// The answer begins before all of the body is here, or has been asked for.
    private mutating func leaveBody() {
        // Whoever waits for 100 Continue may send the body yet, or the next request: nobody knows.
        let isUndecided = owesContinue && bufferedCount == 0
        let bytesMax = max(HTTPServerLimits.discardedBodyBytesMax, bufferedCount)
        let isSmall = !isUndecided && body?.discard(upTo: bytesMax) == true
        let isWhole = isSmall ? try? input.move(to: &body) : nil
        input.compact()
        if isWhole == nil || (isWhole == false && hasEnded) { framing.keepsAlive = false }
        if isWhole != false { body = nil }
        phase = .answering
        deadline = DeadlineTable.never
        isPartAwaited = false
    }

    private mutating func nextBody(now: UInt64) -> Action {
        if owesContinue {
            owesContinue = false
            if bufferedCount == 0 { return .sendContinue }
        }
        do throws(HTTPFault) {
            if try input.move(to: &body) { return deliver() }
        } catch {
            return refuse(error)
        }
        input.compact()
        if bufferedCount > 0 { return .goOn }
        if hasEnded {
            finish()
            return .close
        }
        return now >= deadline ? refuse(.bodyTooSlow) : .wait
    }

    private mutating func deliver() -> Action {
        let bytes = body?.takeBytes() ?? []
        body = nil
        phase = .answering
        deadline = DeadlineTable.never
        input.compact()
        return .deliver(body: bytes)
    }

    /// The answer has left already: whatever is wrong now, there is nothing more to say.
    private mutating func nextDiscarded(now: UInt64) -> Action {
        let isWhole = try? input.move(to: &body)
        input.compact()
        if isWhole == true, !isDraining {
            body = nil
            startHead(now: now)
            return nextHead(now: now)
        }
        if isWhole == false, bufferedCount > 0 { return .goOn }
        if isWhole == false, !hasEnded, !isDraining, now < deadline { return .wait }
        finish()
        return .close
    }
}

// MARK: - Streamed bodies

extension RequestCycle {
    /// Somebody waits for the next part of a streamed body.
    mutating func awaitPart() {
        guard phase == .streaming else { preconditionFailure("a part is awaited in \(phase)") }
        isPartAwaited = true
    }

    private mutating func nextStreamed(now: UInt64) -> Action {
        if owesContinue, isPartAwaited || bufferedCount > 0 {
            owesContinue = false
            setStreamDeadline(now: now)
            if bufferedCount == 0 { return .sendContinue }
        }
        let isWhole: Bool
        do throws(HTTPFault) {
            isWhole = try input.move(to: &body)
        } catch {
            return refuse(error)
        }
        input.compact()
        if isPartAwaited, let action = supply(isWhole: isWhole, now: now) { return action }
        setStreamDeadline(now: now)
        if isWhole { return .wait }
        // Those who read it ask for more when they have taken what is there.
        if bufferedCount > 0 { return body?.hasRoom == true ? .goOn : .wait }
        if hasEnded {
            finish()
            return .close
        }
        return now >= deadline ? refuse(.bodyTooSlow) : .wait
    }

    /// A part, or the news that there is none; nil if nothing has come yet.
    private mutating func supply(isWhole: Bool, now: UInt64) -> Action? {
        let part = body?.takeBytes() ?? []
        if part.isEmpty, !isWhole { return nil }
        isPartAwaited = false
        if !part.isEmpty {
            setStreamDeadline(now: now)
            return .supply(part: part)
        }
        body = nil
        phase = .answering
        deadline = DeadlineTable.never
        return .supply(part: nil)
    }

    /// The peer has a deadline while it is its turn: not before it is told to continue, nor while
    /// its bytes wait here to be asked for.
    private mutating func setStreamDeadline(now: UInt64) {
        if owesContinue || body?.hasRoom != true {
            deadline = DeadlineTable.never
        } else if deadline == DeadlineTable.never {
            deadline = now + deadlines.body
        }
    }
}
