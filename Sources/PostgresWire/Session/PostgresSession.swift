/// One session with a server, as a pure function of bytes: what the server sends goes in by
/// `receive`, what happened comes out by `next`, what is to be sent by `takeOutput`. It knows no
/// socket, no clock and no thread; whoever owns it calls it from one thread.
///
///     starting ──R 0──▶ settling ──Z──▶ ready ──▶ over
///        └───────────────┴───────────────┴──E, fault, lost──▶
///
/// Work is sent in *units*, each ended by its own Sync, several in flight at once. The server
/// answers in order. An error skips the rest of its unit and nothing else; the unit's outcome comes
/// when its Sync is answered, for only then is it committed or rolled back.
public struct PostgresSession: ~Copyable {
    enum Phase {
        /// The server asks who we are.
        case starting
        /// It tells of itself.
        case settling
        case ready
        /// Units in flight are being told, then the end.
        case ending
        case over
    }

    let configuration: SessionConfiguration
    var phase = Phase.starting
    /// Why the session ends, and how much had been sent by then.
    private var endReason = SessionEnd.connectionLost
    private var endTaken = 0
    var authentication: Authentication
    var inbox = Inbox()
    var outbox = Outbox()
    var statements: StatementCache

    /// Units in flight, the oldest first; the last may be open.
    var units = Queue<UnitState>()
    /// What the server owes, over all units.
    var awaited = Queue<Awaited>()
    /// The steps of units that may be sent again.
    var records = Queue<StepRecord>()
    /// Units to be sent again once the open one is closed.
    var postponed: [UnitState] = []
    var unitCount: UInt64 = 0
    /// Names have just been given up, and nobody has been told.
    var mustTellOfNames = false

    /// Where the session stands after the last unit that is over.
    public internal(set) var transactionStatus = TransactionStatus.idle
    /// What the server has reported, in the order in which it first came.
    public internal(set) var settings: [ServerSetting] = []
    /// What cancels a statement of this session; nil before the session is ready and behind
    /// servers that cannot.
    public internal(set) var cancelKey: CancelKey?
    /// Whether somebody else's settings may be in force: one that no statement of ours changes has
    /// changed.
    public internal(set) var isForeign = false
    var awaitsCancelEnd = false

    /// A session at its start; the start-up packet waits to be taken.
    public init(_ configuration: SessionConfiguration) {
        self.configuration = configuration
        authentication = Authentication(
            configuration.credentials, limits: configuration.limits,
            makeNonce: configuration.makeNonce)
        statements = StatementCache(
            capacity: configuration.limits.statementsMax,
            bytesMax: configuration.limits.statementBytesMax,
            usesNames: configuration.preparesByName)
        outbox.bytes.appendStartup(configuration.startup)
    }

    // MARK: Bytes

    /// Whether bytes wait to be sent.
    public var hasOutput: Bool { outbox.hasOutput }

    /// Hands all that waits to `body` and counts it as sent.
    public mutating func takeOutput(_ body: (Span<UInt8>) -> Void) {
        outbox.takeAll(body)
        releaseSent()
    }

    /// Takes what the server sent. Places from earlier events are void from here on.
    public mutating func receive(_ bytes: Span<UInt8>) { inbox.append(bytes) }

    /// The connection is gone, in whatever way.
    ///
    /// - Parameter sentCount: how many of the bytes that were taken had left this machine's hands,
    ///   where that is known: what comes behind them has not run.
    public mutating func connectionEnded(sentCount: Int? = nil) {
        end(.connectionLost)
        if let sentCount { endTaken = min(endTaken, sentCount) }
    }

    /// Says goodbye: `X` waits to be taken, and the session is over. Units in flight are lost.
    public mutating func terminate() {
        guard phase != .ending, phase != .over else { return }
        end(.terminated)
        outbox.bytes.appendTerminate()
    }

    /// What happened next; nil when all that was received is read.
    public mutating func next() -> SessionEvent? {
        while true {
            if mustTellOfNames {
                mustTellOfNames = false
                return .namedStatementsLost
            }
            switch phase {
            case .over: return nil
            case .ending: return tellEnd()
            case .starting, .settling, .ready: break
            }
            do throws(SessionFault) {
                guard let frame = try nextFrame() else { return nil }
                inbox.position = frame.body.upperBound
                if let event = try take(frame) { return event }
            } catch {
                if let event = skipRow(error) { return event }
                end(.fault(error))
            }
        }
    }

    private func nextFrame() throws(SessionFault) -> BackendFrame? {
        let limits = configuration.limits
        let bytesMax = phase == .ready ? limits.messageBytesMax : limits.startupMessageBytesMax
        do throws(WireFault) {
            return try BackendFrame.read(
                inbox.bytes.span, at: inbox.position, bytesMax: bytesMax)
        } catch {
            throw .wire(error)
        }
    }

    // MARK: Places

    /// The row of an event.
    @_lifetime(borrow self)
    public func row(_ place: Range<Int>) -> DataRow {
        let row = DataRow(checked: bytes(place))
        return unsafe _overrideLifetime(row, borrowing: self)
    }

    /// The columns of an event. The description was checked when it came.
    public func columns(_ place: Range<Int>) -> [ResultColumn] {
        (try? [ResultColumn](parsing: bytes(place))) ?? []
    }

    /// The bytes of an event.
    @_lifetime(borrow self)
    public func bytes(_ place: Range<Int>) -> Span<UInt8> {
        let span = inbox.bytes.span.extracting(place)
        // The array is the session's own, and stays as it is while the session is borrowed.
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    // MARK: State

    /// Whether units may be sent.
    public var isReady: Bool { phase == .ready }

    /// How many units are in flight, the open one included.
    public var unitsInFlight: Int { units.count + postponed.count }

    /// Whether the server knows a statement by name on this session.
    public func knows(_ shape: StatementShape) -> Bool { statements.knows(shape) }

    /// Whether statements are still prepared under names.
    public var preparesByName: Bool { statements.usesNames }

    /// Prepares no statement under a name from now on: another session has found that names do not
    /// work there.
    public mutating func stopPreparingByName() { statements.stopUsingNames() }

    /// The value of a setting that the server reports.
    public func setting(_ name: String) -> String? {
        settings.first { $0.name == name }?.value
    }

    // MARK: Ending

    /// Begins the end; what is in flight is told by `next`. What has not been taken is not sent.
    mutating func end(_ reason: SessionEnd) {
        guard phase != .ending, phase != .over else { return }
        phase = .ending
        endReason = reason
        endTaken = outbox.taken
        outbox.truncate(to: outbox.taken)
    }

    private mutating func tellEnd() -> SessionEvent {
        if !postponed.isEmpty {
            // Their first attempt was rolled back.
            return .finished(postponed.removeFirst().id, .lost(mayHaveRun: false))
        }
        if let unit = units.popFirst() {
            return .finished(unit.id, .lost(mayHaveRun: unit.firstByte < endTaken))
        }
        phase = .over
        return .ended(endReason)
    }
}
