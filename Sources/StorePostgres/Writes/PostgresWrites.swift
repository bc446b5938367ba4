import Diagnostics
import Network
import PostgresWire
public import Store
import Values

/// Runs programs on the write lane of a pool, each as one statement in one round trip.
///
/// What may take long to find its rows has a moment there and is then run on the slow lane, and so
/// is at once what brings many rows: one caller would have all connections with them. It is
/// the server that ends it, and whatever has no time left: its time for a statement does not run
/// while it commits, and a request to cancel could meet a commit that waits for a standby, and lose
/// it that.
///
/// A write that others got in the way of, or whose connection was lost before it could have run, is
/// run again by the pool while it has time. Plans may be made and run on any thread; replies come
/// on the pool's loop.
public final class PostgresWrites: WriteEngine {
    let dialect: PostgresDialect
    private let context: LoopContext
    private let pool: LoopBound<PostgresPool>
    private let statements: StatementRegistry
    private let timeout: Duration
    /// What a statement has that may write many rows.
    private let writeTimeout: Duration
    /// What statements have on the two lanes.
    private let time: WriteTime
    private let slowTime: WriteTime
    private let committed: @Sendable () -> Void

    /// The writes of a pool. To be called on its loop.
    ///
    /// - Parameters:
    ///   - dialect: says where the tables and the functions of the database are.
    ///   - timeout: What a write has in all.
    ///   - writeTimeout: What a statement has that may write many rows, if that is less; what takes
    ///     longer is undone and refused with 54000.
    ///   - committed: told of each write that has been made, on the loop, before it is answered.
    public init(
        _ pool: PostgresPool, _ dialect: PostgresDialect, timeout: Duration,
        writeTimeout: Duration? = nil, committed: @escaping @Sendable () -> Void = {}
    ) {
        self.dialect = dialect
        self.timeout = timeout
        self.writeTimeout = writeTimeout ?? timeout
        self.committed = committed
        context = pool.loop.context
        self.pool = LoopBound(pool, on: pool.loop)
        statements = pool.cluster.statements
        time = WriteTime(on: .write, pool.cluster.configuration)
        slowTime = WriteTime(on: .slowWrite, pool.cluster.configuration)
    }

    /// See ``Store/WriteEngine``.
    public func prepare(_ program: InsertProgram) -> any PreparedInsert {
        PostgresInsert(program, on: self)
    }

    /// See ``Store/WriteEngine``.
    public func prepare(_ program: UpdateProgram) -> any PreparedUpdate {
        TargetProgram(program, on: self)
    }

    /// See ``Store/WriteEngine``.
    public func prepare(_ program: DeleteProgram) -> any PreparedDelete {
        TargetProgram(program, on: self)
    }

    // MARK: Running

    /// Runs a program.
    ///
    /// - Parameter explain: says why the server has refused it.
    func run(
        _ run: ProgramRun, _ answer: ProgramAnswer, reply: @escaping WriteReply,
        explain: @escaping @Sendable (ServerError) -> Explanation
    ) -> WriteWithdrawal {
        let submission = Submission(run, reply)
        onLoop { [self] in submit(run, answer, submission, explain) }
        return { [context] in context.post { submission.withdraw() } }
    }

    /// Replies on the loop, after this turn's work.
    func refuse(_ refusal: WriteRefusal, _ reply: @escaping WriteReply) -> WriteWithdrawal {
        context.post { reply(.failure(refusal)) }
        return {}
    }

    private func onLoop(_ work: @escaping @Sendable () -> Void) {
        if context.isCurrent { work() } else { context.post(work) }
    }

    private func submit(
        _ run: ProgramRun, _ answer: ProgramAnswer, _ submission: Submission,
        _ explain: @escaping @Sendable (ServerError) -> Explanation
    ) {
        if submission.isWithdrawn { return }
        let reader = ProgramReader(answer)
        let columns: ColumnsWanted = answer.readsRows ? .whenParsed : .never
        let end = pool.value.loop.nowMilliseconds + timeout.wholeMilliseconds
        let patience = pool.value.cluster.configuration.patience
        let moment = run.pace.map { _ in Duration.milliseconds(patience.slowMilliseconds) }
        let (lane, time) = run.isLarge ? (Lane.slowWrite, slowTime) : (.write, time)
        let unit = PostgresUnit(
            .writes,
            steps: { [self] (session, unit) throws(FormatFault) in
                reader.reset()
                limit(run, submission, until: end, most: moment, by: time, in: unit, &session)
                try run.execute(in: unit, &session, statements, columns: columns)
            }, completion: { [self] in finish($0, reader, submission, explain) })
        unit.isEndedByServer = true
        unit.isLong = run.isLarge
        unit.onColumns = { _, columns in answer.take(columns) }
        unit.onRow = { (_: Int, row: DataRow) in
            reader.take(row)
            submission.token?.made(reader.madeBytes)
        }
        unit.table = run.table
        unit.pace = submission.pace
        unit.caller = submission.caller
        if run.pace != nil {
            unit.slowSteps = { [self] (session, unit, trial) throws(FormatFault) in
                reader.reset()
                limit(run, submission, until: end, most: trial, by: slowTime, in: unit, &session)
                try (run.slowly?() ?? run)
                    .execute(in: unit, &session, statements, columns: columns)
            }
        }
        submission.token = pool.value.submit(unit, on: lane, within: timeout)
    }

    /// Sets what the statement of a run has.
    ///
    /// - Parameter trial: What it has where it is tried.
    private func limit(
        _ run: ProgramRun, _ submission: Submission, until end: UInt64, most trial: Duration?,
        by time: WriteTime, in unit: UnitID, _ session: inout PostgresSession
    ) {
        submission.timeMax = nil
        let most = trial.map { min($0, writeTimeout).wholeMilliseconds }
        guard run.mayBeLarge, most == nil, writeTimeout < timeout else {
            time.limit(until: end, most: most, on: pool.value, in: unit, &session)
            return
        }
        let isBound = time.limitWriting(
            until: end, most: writeTimeout.wholeMilliseconds, on: pool.value, in: unit, &session)
        if isBound { submission.timeMax = writeTimeout }
    }

    private func finish(
        _ result: Result<TransactionStatus, UnitFailure>, _ reader: ProgramReader,
        _ submission: Submission, _ explain: (ServerError) -> Explanation
    ) {
        switch result {
        case .success:
            committed()
            do throws(DatabaseError) {
                var written = try reader.finish()
                if written.body != nil { written.memory = submission.token?.memory }
                submission.reply(.success(written))
            } catch {
                submission.reply(.failure(.failed(.unreadable(error))))
            }
        case .failure(.server(let error, step: _)):
            if error.sqlState == .queryCanceled, let timeMax = submission.timeMax {
                pool.value.metrics.note { $0.writesOvertime += 1 }
                return submission.reply(.failure(.failed(.writeTookTooLong(timeMax))))
            }
            tell(explain(error), instead: error, submission)
        case .failure(let failure):
            if failure.mayBeCommitted { committed() }
            submission.reply(.failure(.failed(Problem(writing: failure))))
        }
    }

    /// Answers at once, or when the database has been asked.
    private func tell(
        _ explanation: Explanation, instead error: ServerError, _ submission: Submission
    ) {
        switch explanation {
        case .refusal(let refusal): submission.reply(.failure(refusal))
        case .unexplained:
            let problem = Problem(writing: .server(error, step: nil))
            submission.reply(.failure(.failed(problem)))
        case .lookUp(let lookUp):
            look(lookUp, submission) { [self] row in
                tell(lookUp.explain(row), instead: error, submission)
            }
        }
    }

    /// Finds a row; none where the database cannot be asked any more. It is not asked on the lane
    /// of reads, whose server may be behind.
    private func look(
        _ lookUp: LookUp, _ submission: Submission, _ found: @escaping ([Value]?) -> Void
    ) {
        let row = FoundRow()
        let unit = PostgresUnit(
            .reads,
            steps: { [statements] (session, unit) throws(FormatFault) in
                row.reset()
                try lookUp.run.execute(in: unit, &session, statements)
            }, completion: { _ in found(row.values) })
        unit.onRow = { (_: Int, data: DataRow) in row.take(data, lookUp.types) }
        unit.pace = submission.pace
        unit.caller = submission.caller
        pool.value.submit(unit, on: .write, within: timeout)
    }
}
