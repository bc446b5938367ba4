import Diagnostics
import Quotas
import SQLite
import Store
import Synchronization
import Work

/// The writes waiting, in the order in which the writer takes them, and the bell that wakes it.
///
/// Writes of rows are taken fairly between sites and their callers: the next one is of him who has
/// held the writer least. Before them go the server's own for people who want to get in or out,
/// which are small; fairly, too, and for half of a turn at most. Long ones wait by themselves for
/// turns of their own, between which others have the writer (``LongWrites``).
final class WriteQueue: Sendable {
    /// Where a write waits.
    fileprivate enum Line: Int, CaseIterable {
        /// Before the others.
        case first
        case shared
        /// For a turn of its own.
        case long
    }

    fileprivate struct State {
        var lines = [FairQueue<WriteJob>](
            repeating: FairQueue(), count: Line.allCases.count)
        /// Writes of rows that may wait.
        let sharedBounds: ShareBounds
        /// Those that go first and may wait.
        let firstBounds: ShareBounds
        var longWrites: LongWrites
        /// Those that have a transaction to themselves, with foreign keys off.
        var alone: [WriteJob] = []
        /// Whether the others have had no turn since the last long write.
        var isOthersTurn = true
        var isClosed = false
        var wantsTrimming = false
        /// Whether the writer waits for the bell.
        var isAsleep = false
        /// When the time for waiting writes is over, on the monotonic clock.
        var deadline = UInt64.max

        /// What waits in a line.
        subscript(line: Line) -> FairQueue<WriteJob> {
            _read { yield lines[line.rawValue] }
            _modify { yield &lines[line.rawValue] }
        }

        var count: Int { lines.reduce(alone.count) { $0 + $1.count } }
    }

    private let state: Mutex<State>
    private let bell = Semaphore()
    private let load: WriterLoad

    /// - Parameter load: Told of what is refused, and of long writes.
    init(_ configuration: DatabaseConfiguration, load: WriterLoad) {
        self.load = load
        state = Mutex(
            State(
                sharedBounds: ShareBounds(
                    total: configuration.waitingWritesMax,
                    each: configuration.waitingWritesOfCallerMax),
                firstBounds: ShareBounds(
                    total: configuration.waitingFirstMax,
                    each: configuration.waitingFirstOfCallerMax),
                longWrites: LongWrites(
                    share: configuration.longWriteShare,
                    turn: configuration.writerTurn.nanoseconds)))
    }

    /// Adds a write.
    ///
    /// - Throws: 53400 when too many wait, in all or of the same caller or site, 57P03 after
    ///   `close`.
    func append(_ job: WriteJob) throws(Problem) {
        let (wasAsleep, refusal) = state.withLock { state -> (Bool, Refusal?) in
            if let refusal = state.refusal(of: job) { return (false, refusal) }
            state.append(job)
            defer { state.isAsleep = false }
            return (state.isAsleep, nil)
        }
        if wasAsleep { bell.signal() }
        guard let refusal else { return }
        if case .crowded(let shortage) = refusal { load.count(shortage, of: job.priority) }
        throw refusal.problem
    }

    /// Why a write cannot wait.
    enum Refusal {
        case closed
        /// Too many wait.
        case crowded(ShareShortage)

        var problem: Problem {
            switch self {
            case .closed: .closed
            case .crowded(let shortage): .tooManyWrites(shortage)
            }
        }
    }

    /// What the writer finds when it looks.
    struct Found {
        /// Whether writes wait that may begin.
        let hasWrites: Bool
        /// Whether one waits that has a transaction to itself.
        let hasAlone: Bool
        /// Whether there will be no more.
        let isClosed: Bool
        /// Whether somebody has asked for the log to be trimmed.
        let wantsTrimming: Bool
        /// When one may begin that waits, if none may now.
        let wakeAt: UInt64?
    }

    /// Looks what there is to do.
    ///
    /// - Parameters:
    ///   - waits: Whether to wait for something, if there is nothing.
    ///   - end: Until when; nil for no end.
    func look(waits: Bool, until end: UInt64? = nil) -> Found {
        let found = state.withLock { $0.look(waits: waits, at: monotonicNanoseconds()) }
        if !waits || found.hasWrites || found.hasAlone || found.isClosed || found.wantsTrimming {
            return found
        }
        let moment = min(found.wakeAt ?? .max, end ?? .max)
        if moment < .max { bell.wait(until: moment) } else { bell.wait() }
        return state.withLock { $0.look(waits: false, at: monotonicNanoseconds()) }
    }

    /// The next write of a turn, whose last one has ended now and is charged for; nil when the turn
    /// is over.
    func next(in turn: inout WriterTurn, at now: UInt64) -> WriteJob? {
        state.withLock { state in
            if turn.isEmpty { state.longWrites.beginTurn() }
            if let (job, since) = turn.running {
                state.charge(now - since, to: job)
                switch state.longWrites.end(job, after: now - since, at: now) {
                case .short: break
                case .long: load.countLong(nanoseconds: now - since)
                case .veryLong:
                    load.countLong(nanoseconds: now - since)
                    state.setAside(of: job.caller)
                }
            }
            turn.endWrite()
            guard turn.takesMore(at: now), let job = state.take(in: turn, at: now) else {
                return nil
            }
            turn.begin(job, at: now)
            return job
        }
    }

    /// The next write that has a transaction to itself, if one waits.
    func nextAlone() -> WriteJob? {
        state.withLock { $0.alone.isEmpty ? nil : $0.alone.removeFirst() }
    }

    /// Charges a commit to those whose writes it has made durable, to each write its share.
    func charge(commit nanoseconds: UInt64, to jobs: [WriteJob]) {
        guard !jobs.isEmpty else { return }
        let share = nanoseconds / UInt64(jobs.count)
        state.withLock { state in
            for job in jobs { state.charge(share, to: job) }
            state.longWrites.endCommit(after: nanoseconds)
        }
    }

    /// Takes out the write that nobody wants any more, with all that it keeps; nil where it does
    /// not wait.
    func take(withdrawn withdrawal: Cancellation, of caller: Caller) -> WriteJob? {
        state.withLock { $0.take(withdrawn: withdrawal, of: caller) }
    }

    /// Takes all that waits: none of it can be done.
    func takeAll() -> [WriteJob] {
        state.withLock { state in
            var jobs = state.alone
            state.alone = []
            for line in Line.allCases {
                while let next = state[line].popFirst() { jobs.append(next.element) }
            }
            return jobs
        }
    }

    /// How many writes wait.
    var count: Int { state.withLock { $0.count } }

    /// How many of them are long.
    var longCount: Int { state.withLock { $0[.long].count } }

    /// Asks the writer to trim the log, between the writes.
    func askForTrimming() {
        state.withLock { $0.wantsTrimming = true }
        bell.signal()
    }

    /// Wakes the writer, whether or not there is something to do.
    func wake() { bell.signal() }

    /// Refuses further writes; those waiting are still done, as far as `time` allows.
    func close(within time: Duration) {
        state.withLock { state in
            state.isClosed = true
            state.deadline = moment(after: time)
        }
        bell.signal()
    }

    /// Whether the time after `close` is over.
    var isOverdue: Bool {
        let deadline = state.withLock { $0.deadline }
        return deadline != .max && monotonicNanoseconds() >= deadline
    }
}

extension WriteJob {
    /// The line that it waits in.
    fileprivate var line: WriteQueue.Line {
        switch priority {
        case .first: .first
        case .shared: isLong ? .long : .shared
        }
    }
}

extension WriteQueue.State {
    /// Why a write cannot wait; nil when it can.
    func refusal(of job: WriteJob) -> WriteQueue.Refusal? {
        if isClosed { return .closed }
        if job.suspendsForeignKeys { return nil }
        let caller = job.caller
        let shortage =
            switch job.priority {
            case .first:
                firstBounds.shortage(
                    for: caller, of: self[.first].count, beside: self[.first].use(by: caller))
            case .shared:
                sharedBounds.shortage(
                    for: caller, of: self[.shared].count + self[.long].count,
                    beside: self[.shared].use(by: caller) + self[.long].use(by: caller))
            }
        return shortage.map { .crowded($0) }
    }

    mutating func append(_ job: WriteJob) {
        if job.suspendsForeignKeys { return alone.append(job) }
        var job = job
        job.isLong = job.priority == .shared && longWrites.isExpected(job)
        self[job.line].append(job, of: job.caller)
    }

    /// Has writes of a caller wait with the long ones that came before that was to be expected.
    mutating func setAside(of caller: Caller) {
        var expected: [WriteJob] = []
        let longWrites = longWrites
        self[.shared].removeAll(of: caller) { job in
            guard longWrites.isExpected(job) else { return false }
            expected.append(job)
            return true
        }
        for var job in expected {
            job.isLong = true
            self[.long].append(job, of: caller)
        }
    }

    mutating func take(withdrawn withdrawal: Cancellation, of caller: Caller) -> WriteJob? {
        var taken: WriteJob?
        func isWithdrawn(_ job: WriteJob) -> Bool {
            guard job.withdrawal === withdrawal else { return false }
            taken = job
            return true
        }
        for line in WriteQueue.Line.allCases where taken == nil {
            self[line].removeAll(of: caller, where: isWithdrawn)
        }
        return taken
    }

    mutating func charge(_ nanoseconds: UInt64, to job: WriteJob) {
        self[job.line].charge(nanoseconds, to: job.caller)
    }

    private var hasOthers: Bool { !self[.first].isEmpty || !self[.shared].isEmpty }

    mutating func look(waits: Bool, at now: UInt64) -> WriteQueue.Found {
        defer { wantsTrimming = false }
        let hasWrites = hasOthers || mayTakeLong(at: now)
        let found = WriteQueue.Found(
            hasWrites: hasWrites, hasAlone: !alone.isEmpty, isClosed: isClosed,
            wantsTrimming: wantsTrimming, wakeAt: self[.long].isEmpty ? nil : longWrites.end)
        isAsleep = waits && !found.hasWrites && !found.hasAlone
        return found
    }

    /// Who waits for the end does not rest.
    private func mayTakeLong(at now: UInt64) -> Bool {
        !self[.long].isEmpty && (isClosed || now >= longWrites.end)
    }

    /// The write whose turn it is. A long one is the first of its turn, and others that wait have
    /// one between two such.
    mutating func take(in turn: WriterTurn, at now: UInt64) -> WriteJob? {
        if turn.isEmpty, mayTakeLong(at: now), !(isOthersTurn && hasOthers) {
            isOthersTurn = true
            return self[.long].popFirst()?.element
        }
        let job = takeOther(at: now, firstUntil: turn.firstUntil)
        if job != nil { isOthersTurn = false }
        return job
    }

    private mutating func takeOther(at now: UInt64, firstUntil: UInt64) -> WriteJob? {
        if now < firstUntil || self[.shared].isEmpty, let job = self[.first].popFirst()?.element {
            return job
        }
        return self[.shared].popFirst()?.element
    }
}
