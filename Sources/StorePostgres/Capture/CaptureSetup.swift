public import PostgresWire

/// Makes the log's tables, functions and triggers be what they should, at start-up and whenever the
/// captured tables change.
///
///     look ──nothing differs──▶ finished
///       │
///       ▼ differs
///     BEGIN, lock ──held by another node──▶ ROLLBACK, wait, look again
///       │
///       ▼
///     look again, apply, COMMIT ──▶ finished
///
/// It says what to run, and is told how that went. Who waits for the lock polls and holds nothing
/// while it waits: a waiter with a snapshot would be waited for by an index that is built without
/// locking. All statements between BEGIN and COMMIT go to one session.
public struct CaptureSetup: Sendable {
    /// What to do next.
    public enum Action: Hashable, Sendable {
        /// Run this, without parameters, and hand back the rows as text.
        case run(String)
        /// Wait, then say so.
        case wait(Duration)
        /// All is as it should be; so many statements were needed for it.
        case finished(statements: Int)
        /// It cannot be done. No transaction is open.
        case failed(CaptureSetupFault)
    }

    private enum Phase: Hashable {
        case looking(CaptureInspection)
        case beginning(Int)
        case locking
        case applying(Int)
        case committing
        case undoing(CaptureSetupFault?)
        case waiting
        case over
    }

    let space: LogSpace
    private let models: [CapturedModel]
    private let scope: CaptureScope
    private let pause: Duration
    private var phase = Phase.over
    private var isLocked = false
    /// Whether nobody migrates beside it, which is known once it is locked.
    private var isAlone = true
    private var state = CaptureState()
    private var statements: [String] = []
    private var retries = 0
    /// What was found gone, as far as it is there again once all is finished.
    public private(set) var losses: [CaptureLoss] = []

    /// What opens the transaction. Making a trigger waits for who writes to the table, and makes
    /// others wait: rather later than long.
    private static let beginnings = [
        "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE", "SET LOCAL lock_timeout = '2s'",
    ]

    /// - Parameter jitter: 0 to 1, another one on each node, so that they do not poll in step.
    public init(
        _ models: [CapturedModel], in space: LogSpace = LogSpace(), _ scope: CaptureScope = .all,
        jitter: Double
    ) {
        self.space = space
        self.models = models
        self.scope = scope
        pause = CaptureLimits.setupPause * (0.75 + jitter / 2)
    }

    /// Begins; also begins again.
    public mutating func start() -> Action {
        isLocked = false
        isAlone = true
        return look(.tables)
    }

    /// What was to be run has run.
    public mutating func ran(_ rows: [[String?]]) -> Action {
        switch phase {
        case .looking(let inspection):
            state.take(rows, of: inspection)
            return looked(inspection)
        case .beginning(let index):
            if index + 1 < Self.beginnings.count { return begin(index + 1) }
            phase = .locking
            return .run(lock)
        case .locking:
            guard let answer = rows.first, answer.first == "t" else { return undo(nil) }
            isLocked = true
            isAlone = answer.last == "t"
            return look(.tables)
        case .applying(let index): return apply(index + 1)
        case .committing:
            phase = .over
            return .finished(statements: statements.count)
        case .undoing(let fault):
            isLocked = false
            if let fault { return fail(fault) }
            phase = .waiting
            return .wait(pause)
        case .waiting, .over: return fail(.outOfStep)
        }
    }

    /// What was to be run has failed, and with it the transaction.
    public mutating func failed(_ state: SQLState) -> Action {
        let fault = CaptureSetupFault.server(state)
        switch phase {
        case .looking where !isLocked: return fail(fault)
        case .beginning(0): return fail(fault)
        case .looking, .beginning, .locking, .applying, .committing:
            retries += 1
            let isPassing = Self.passing.contains(state) && retries < CaptureLimits.setupRetriesMax
            return undo(isPassing ? nil : fault)
        case .undoing(let first): return fail(first ?? fault)
        case .waiting, .over: return fail(.outOfStep)
        }
    }

    /// The wait is over.
    public mutating func waited() -> Action {
        guard phase == .waiting else { return fail(.outOfStep) }
        return start()
    }

    /// Takes the lock, and that of migrations where it can: they make functions too, which is not
    /// done side by side.
    private var lock: String {
        let attempts = [LogSpace.Lock.setup, .migration].map {
            "pg_catalog.pg_try_advisory_xact_lock(\(space.arguments($0)))"
        }
        return "SELECT \(attempts.joined(separator: ", "))"
    }

    /// Somebody writes to a table for long, or changes it just now.
    private static let passing = Set(["55P03", "40P01", "40001"].compactMap { SQLState($0) })

    private mutating func look(_ inspection: CaptureInspection) -> Action {
        if inspection == .tables { state = CaptureState() }
        phase = .looking(inspection)
        return .run(inspection.sql(models, in: space))
    }

    private mutating func looked(_ inspection: CaptureInspection) -> Action {
        let all = CaptureInspection.allCases
        let isLast = inspection == all.last
        if !isLast {
            let next = all[(all.firstIndex(of: inspection) ?? 0) + 1]
            let hasFacts = LogTables.facts.isWhole(in: state)
            return look(next == .facts && !hasFacts ? .functions : next)
        }
        if let version = state.version, version > LogTables.version {
            return undo(.newerVersion(version))
        }
        let difference = CaptureDifference(
            space: space, models: models, state: state, scope: scope,
            mayMakeRequestFunctions: isAlone)
        if scope == .all, let fault = difference.fault { return undo(fault) }
        statements = difference.statements
        losses = difference.losses
        if isLocked { return apply(0) }
        return statements.isEmpty ? finish() : begin(0)
    }

    private mutating func finish() -> Action {
        phase = .over
        return .finished(statements: 0)
    }

    private mutating func begin(_ index: Int) -> Action {
        phase = .beginning(index)
        return .run(Self.beginnings[index])
    }

    private mutating func apply(_ index: Int) -> Action {
        if index < statements.count {
            phase = .applying(index)
            return .run(statements[index])
        }
        phase = .committing
        return .run("COMMIT")
    }

    /// Rolls back, if there is something to; then waits for another attempt, or fails.
    private mutating func undo(_ fault: CaptureSetupFault?) -> Action {
        if let fault, !isLocked, case .looking = phase { return fail(fault) }
        phase = .undoing(fault)
        return .run("ROLLBACK")
    }

    private mutating func fail(_ fault: CaptureSetupFault) -> Action {
        phase = .over
        return .failed(fault)
    }
}

extension CaptureDifference {
    /// Why models cannot be captured; nil when all can.
    fileprivate var fault: CaptureSetupFault? {
        if !missing.isEmpty { return .missingTables(missing) }
        return missingColumn.map { .missingColumn($0.column, table: $0.table) }
    }
}

/// Why capture cannot be set up.
public enum CaptureSetupFault: Error, Hashable, Sendable {
    /// Models without a table.
    case missingTables([String])
    /// A column of a model that its table has not: every write to it would fail.
    case missingColumn(String, table: String)
    /// The log is of a later version of this program.
    case newerVersion(Int)
    /// A statement failed, and would again.
    case server(SQLState)
    /// It was told of what it had not asked for.
    case outOfStep
}
