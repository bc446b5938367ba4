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
    fileprivate struct State {
        var first = FairQueue<WriteJob>()
        var shared = FairQueue<WriteJob>()
        var long = FairQueue<WriteJob>()
        var longWrites: LongWrites
        /// Whether the others have had no turn since the last long write.
        var isOthersTurn = true
        var isClosed = false
        var wantsTrimming = false
        /// Whether the writer waits for the bell.
        var isAsleep = false
        /// When the time for waiting writes is over, on the monotonic clock.
        var deadline = UInt64.max
    }

    private let state: Mutex<State>
    private let bell = Semaphore()
    private let load: WriterLoad
    /// Writes of rows that may wait.
    private let sharedBounds: ShareBounds
    /// Those that go first.
    private let firstBounds = ShareBounds(
        total: DatabaseLimits.waitingFirstMax, each: DatabaseLimits.waitingFirstOfCallerMax)

    /// - Parameters:
    ///   - load: Told of what is refused, and of long writes.
    ///   - longShare: Percent of the writer's time that long writes have while others come.
    ///   - waitingMax: Writes of rows that may wait.
    ///   - ofCallerMax: Those of one caller among them.
    init(
        load: WriterLoad, longShare: Int = DatabaseLimits.longWriteShare,
        waitingMax: Int = DatabaseLimits.waitingWritesMax,
        ofCallerMax: Int = DatabaseLimits.waitingWritesOfCallerMax
    ) {
        self.load = load
        sharedBounds = ShareBounds(total: waitingMax, each: ofCallerMax)
        state = Mutex(State(longWrites: LongWrites(share: longShare)))
    }

    /// Adds a write.
    ///
    /// - Throws: 53400 when too many wait, in all or of the same caller or site, 57P03 after
    ///   `close`.
    func append(_ job: WriteJob) throws(Problem) {
        let (wasAsleep, refusal) = state.withLock { state -> (Bool, Refusal?) in
            let bounds = bounds(of: job.priority)
            if let refusal = state.refusal(of: job, bounds) { return (false, refusal) }
            state.append(job)
            defer { state.isAsleep = false }
            return (state.isAsleep, nil)
        }
        if wasAsleep { bell.signal() }
        guard let refusal else { return }
        load.count(refusal)
        throw refusal.problem
    }

    /// How many may wait.
    private func bounds(of priority: WritePriority) -> ShareBounds {
        switch priority {
        case .first: firstBounds
        case .shared: sharedBounds
        }
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
        if !waits || found.hasWrites || found.isClosed || found.wantsTrimming { return found }
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
                let isLong = state.longWrites.end(job, after: now - since, at: now)
                if isLong { load.countLong(nanoseconds: now - since) }
            }
            turn.endWrite()
            guard turn.takesMore(at: now), let job = state.take(in: turn, at: now) else {
                return nil
            }
            turn.begin(job, at: now)
            return job
        }
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
            var jobs: [WriteJob] = []
            while let next = state.first.popFirst() { jobs.append(next.element) }
            while let next = state.shared.popFirst() { jobs.append(next.element) }
            while let next = state.long.popFirst() { jobs.append(next.element) }
            return jobs
        }
    }

    /// How many writes wait.
    var count: Int { state.withLock { $0.count } }

    /// How many of them are long.
    var longCount: Int { state.withLock { $0.long.count } }

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

extension WriteQueue.State {
    var count: Int { first.count + shared.count + long.count }

    /// Why a write cannot wait; nil when it can. The server itself is not held to a share.
    func refusal(of job: WriteJob, _ bounds: ShareBounds) -> WriteQueue.Refusal? {
        if isClosed { return .closed }
        let count =
            switch job.priority {
            case .first: first.count
            case .shared: shared.count + long.count
            }
        if count >= bounds.total { return .crowded(.inAll) }
        // Where few wait nobody has many.
        guard count >= bounds.each, job.caller != .server else { return nil }
        let use =
            switch job.priority {
            case .first: first.use(by: job.caller)
            case .shared: shared.use(by: job.caller) + long.use(by: job.caller)
            }
        return bounds.shortage(beside: use).map { .crowded($0) }
    }

    mutating func append(_ job: WriteJob) {
        switch job.priority {
        case .first: first.append(job, of: job.caller)
        case .shared where longWrites.isExpected(job):
            var job = job
            job.isLong = true
            long.append(job, of: job.caller)
        case .shared: shared.append(job, of: job.caller)
        }
    }

    mutating func take(withdrawn withdrawal: Cancellation, of caller: Caller) -> WriteJob? {
        var taken: WriteJob?
        func isWithdrawn(_ job: WriteJob) -> Bool {
            guard job.withdrawal === withdrawal else { return false }
            taken = job
            return true
        }
        for line in [\Self.first, \.shared, \.long] where taken == nil {
            self[keyPath: line].removeAll(of: caller, where: isWithdrawn)
        }
        return taken
    }

    mutating func charge(_ nanoseconds: UInt64, to job: WriteJob) {
        switch job.priority {
        case .first: first.charge(nanoseconds, to: job.caller)
        case .shared where job.isLong: long.charge(nanoseconds, to: job.caller)
        case .shared: shared.charge(nanoseconds, to: job.caller)
        }
    }

    private var hasOthers: Bool { !first.isEmpty || !shared.isEmpty }

    mutating func look(waits: Bool, at now: UInt64) -> WriteQueue.Found {
        defer { wantsTrimming = false }
        let hasWrites = hasOthers || mayTakeLong(at: now)
        let found = WriteQueue.Found(
            hasWrites: hasWrites, isClosed: isClosed, wantsTrimming: wantsTrimming,
            wakeAt: long.isEmpty ? nil : longWrites.end)
        isAsleep = waits && !found.hasWrites
        return found
    }

    /// Who waits for the end does not rest.
    private func mayTakeLong(at now: UInt64) -> Bool {
        !long.isEmpty && (isClosed || now >= longWrites.end)
    }

    /// The write whose turn it is. A long one is the first of its turn, and others that wait have
    /// one between two such.
    mutating func take(in turn: WriterTurn, at now: UInt64) -> WriteJob? {
        if turn.isEmpty, mayTakeLong(at: now), !(isOthersTurn && hasOthers) {
            isOthersTurn = true
            return long.popFirst()?.element
        }
        let job = takeOther(at: now, firstUntil: turn.firstUntil)
        if job != nil { isOthersTurn = false }
        return job
    }

    private mutating func takeOther(at now: UInt64, firstUntil: UInt64) -> WriteJob? {
        if now < firstUntil || shared.isEmpty, let job = first.popFirst()?.element { return job }
        return shared.popFirst()?.element
    }
}
