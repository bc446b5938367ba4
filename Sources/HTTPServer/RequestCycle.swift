import Bytes
import HTTP

/// One HTTP/1.1 connection without its socket: what came in, and what to do about it.
///
/// Events go in through methods; `next` is asked what to do until it says `wait`. Requests are
/// handed out one at a time, so answers leave in the order of the requests; later ones wait in the
/// input buffer, and when that is full, in the kernel.
///
///                  head complete        body complete          answered, kept alive
///     head ───────────────────> body ─────────────────> answering ───────────────────> head
///       │                        │                          ├── answered, not kept ──> finished
///       └── malformed, too slow ─┴──────────────────────────┼──────────────────────────────^
///                                                           └── upgraded (input is handed over)
///
/// Times are milliseconds of any clock that only goes forward.
struct RequestCycle {
    /// What the owner of the socket must do.
    enum Action {
        /// Nothing, until the next event.
        case wait
        /// Send `100 Continue`.
        case sendContinue
        /// Ask the application, then call `answered` or `upgraded`.
        case respond(to: Request)
        /// Send this answer with `Connection: close`; `close` follows. The head is nil when the
        /// fault is in the head itself.
        case refuse(HTTPFault, RequestHead?)
        /// Send what is queued and close.
        case close
    }

    private enum Phase: Equatable {
        case head
        /// So many bytes are missing.
        case fixedBody(Int)
        case chunkedBody
        case answering
        case upgraded
        case finished
    }

    private let limits: HTTPLimits
    private let deadlines: DeadlineTable
    private var phase = Phase.head
    private var parser: RequestParser
    private var chunks: ChunkedDecoder
    /// Received bytes; those before `used` are done with.
    private var input: [UInt8] = []
    private var used = 0
    private var head: RequestHead?
    private var body: [UInt8] = []
    private var framing = ResponseEncoder.Framing(
        isHead: false, isVersion10: false, keepsAlive: false)
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
        chunks = ChunkedDecoder(limits: limits)
        deadline = now + deadlines.idle
    }

    /// Bytes received and not used yet.
    var bufferedCount: Int { input.count - used }

    /// Whether a request is being received or answered.
    var isBusy: Bool { phase != .head || bufferedCount > 0 }

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
        case .fixedBody, .chunkedBody: return nextBody(now: now)
        case .answering, .upgraded: return .wait
        case .finished: return .close
        }
    }

    /// The application has answered, and this is the form its answer must have.
    mutating func answered(now: UInt64) -> ResponseEncoder.Framing {
        guard phase == .answering else { preconditionFailure("answered in \(phase)") }
        if isDraining || (hasEnded && bufferedCount == 0) { framing.keepsAlive = false }
        if framing.keepsAlive {
            phase = .head
            deadline = now + (bufferedCount > 0 ? deadlines.head : deadlines.idle)
        } else {
            finish()
        }
        return framing
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

    private var isReceivingBody: Bool {
        switch phase {
        case .fixedBody, .chunkedBody: true
        default: false
        }
    }

    /// A body's deadline moves with the bytes that come, and never further than from its start.
    private mutating func earnTime(_ byteCount: Int, now: UInt64) {
        deadline = min(deadline + deadlines.earned(by: byteCount), now + deadlines.body)
    }

    private mutating func finish() {
        phase = .finished
        deadline = DeadlineTable.never
        input = []
        used = 0
        body = []
    }

    private mutating func refuse(_ fault: HTTPFault, of head: RequestHead? = nil) -> Action {
        finish()
        return .refuse(fault, head)
    }
}

// MARK: - Receiving

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
            return begin(head, now: now)
        case .malformed(let fault):
            return refuse(fault)
        case .incomplete where hasEnded:
            finish()
            return .close
        case .incomplete where now >= deadline:
            return refuse(HTTPFault(status: 408, message: "The head took too long to arrive."))
        case .incomplete:
            return .wait
        }
    }

    // The next three hold the input by another name, since a span of it would keep the rest of the
    // cycle from changing. They return before the input itself is changed, so it is not copied.

    private mutating func parseHead() -> RequestParser.Verdict {
        let received = input
        return parser.parse(received.span.extracting(used...))
    }

    private mutating func copyBody(_ count: Int) {
        let received = input
        body.append(span: received.span.extracting(used..<(used + count)))
        used += count
    }

    private mutating func decodeChunks() -> ChunkedDecoder.Verdict {
        let received = input
        return chunks.decode(received.span.extracting(used...), into: &body)
    }

    private mutating func begin(_ head: RequestHead, now: UInt64) -> Action {
        framing = ResponseEncoder.Framing(head)
        owesContinue = head.expectsContinue
        switch head.framing {
        case .none:
            return deliver(head)
        case .fixed(let count):
            if count > limits.bodyBytesMax {
                return refuse(.bodyTooLong(max: limits.bodyBytesMax), of: head)
            }
            phase = .fixedBody(count)
            // No more than has come: a length is a promise, memory is not given on promises.
            body.reserveCapacity(min(count, bufferedCount))
        case .chunked:
            phase = .chunkedBody
            chunks = ChunkedDecoder(limits: limits)
        }
        self.head = head
        deadline = now + deadlines.body
        return nextBody(now: now)
    }

    private mutating func nextBody(now: UInt64) -> Action {
        if owesContinue {
            owesContinue = false
            if bufferedCount == 0 { return .sendContinue }
        }
        do throws(HTTPFault) {
            if try readBody(), let head {
                self.head = nil
                return deliver(head)
            }
        } catch {
            return refuse(error, of: head)
        }
        if hasEnded {
            finish()
            return .close
        }
        if now >= deadline {
            return refuse(
                HTTPFault(status: 408, message: "The body took too long to arrive."), of: head)
        }
        return .wait
    }

    /// Moves input to the body. True when the body is whole.
    private mutating func readBody() throws(HTTPFault) -> Bool {
        if case .fixedBody(let missing) = phase {
            let count = min(missing, bufferedCount)
            copyBody(count)
            phase = .fixedBody(missing - count)
            if count == missing { return true }
        } else {
            switch decodeChunks() {
            case .complete(let count):
                used += count
                return true
            case .incomplete: used = input.count
            case .malformed(let fault): throw fault
            }
        }
        compact()
        return false
    }

    private mutating func deliver(_ head: RequestHead) -> Action {
        phase = .answering
        deadline = DeadlineTable.never
        compact()
        let request = Request(head: head, body: body)
        body = []
        return .respond(to: request)
    }

    /// Forgets used input: all of it at once when nothing is left, else when it is most of the
    /// buffer.
    private mutating func compact() {
        if used == input.count {
            if input.capacity > keptBufferBytesMax {
                input = []
            } else {
                input.removeAll(keepingCapacity: true)
            }
            used = 0
        } else if used > keptBufferBytesMax, used > input.count / 2 {
            input.removeFirst(used)
            used = 0
        }
    }
}
