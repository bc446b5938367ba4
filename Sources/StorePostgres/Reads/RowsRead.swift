import Diagnostics
import Network
import PostgresWire
import Quotas
import Store
import Values

/// One read on its way: rows, and a count of the same moment, in one unit and so one round trip.
/// Confined to the loop.
///
/// A unit is one implicit transaction, but each of its statements would see what was committed
/// before it began. One step in front gives them one snapshot. BEGIN and COMMIT would be two steps,
/// and what fails inside would leave a failed transaction to the units that are in flight behind
/// it. A count as a column of the rows would be missing where there are none.
final class RowsRead {
    private let pool: PostgresPool
    private let kept: KeptQuery
    private let arguments: ReadArguments
    private let context: QueryContext
    private let caller: Caller
    private let reply: PendingRead<RowsAnswer>.Reply
    private var body: RowsBody
    private var total: Int?
    /// What was wrong with a row.
    private var fault: DatabaseError?
    private var firstLane = Lane.read
    private var token: UnitToken?
    private var isOver = false

    init(
        _ kept: KeptQuery, _ arguments: ReadArguments, _ context: QueryContext,
        for caller: Caller, on pool: PostgresPool, reply: @escaping PendingRead<RowsAnswer>.Reply
    ) {
        self.kept = kept
        self.arguments = arguments
        self.context = context
        self.caller = caller
        self.pool = pool
        self.reply = reply
        body = RowsBody(kept.query.layout, kept.query.form)
    }

    /// Nobody waits for it any more.
    func withdraw() {
        isOver = true
        token?.withdraw()
    }

    /// Begins it.
    func start() {
        let unit = PostgresUnit(
            .reads,
            steps: { [self] (session, unit) throws(FormatFault) in try write(&session, unit) },
            completion: { [self] result in ended(result) })
        unit.pace = kept.pace
        unit.caller = caller
        firstLane = kept.query.textBytes > ReadLimits.sharedTextBytesMax ? .slow : .read
        unit.answerBytesMax =
            firstLane == .slow ? ReadLimits.answerBytesMax : ReadLimits.sharedAnswerBytesMax
        unit.slowAnswerBytesMax = ReadLimits.answerBytesMax
        unit.onColumns = { [self] step, columns in
            if step == rowsStep { kept.fault = kept.query.layout.fault(in: columns) }
        }
        unit.onRow = { [self] step, row in take(row, of: step) }
        token = pool.submit(unit, on: firstLane, within: pool.cluster.readTime)
    }

    /// Where it is read by now.
    private var lane: Lane { token?.lane ?? firstLane }

    // MARK: The unit

    private var rowsStep: Int { kept.count == nil ? 0 : 1 }

    /// It holds for the running transaction only, and is taken without BEGIN and behind poolers.
    private static let oneSnapshot = StatementShape(
        "SET transaction_isolation = 'repeatable read'")

    private func write(
        _ session: inout PostgresSession, _ unit: UnitID
    ) throws(FormatFault) {
        body.restart(isParted: lane == .slow)
        total = nil
        fault = nil
        let statements = pool.cluster.statements
        if kept.count != nil { session.execute(Self.oneSnapshot, in: unit, columns: .never) }
        try kept.rows.execute(arguments.rows, context, in: unit, &session, statements)
        try kept.count?.execute(arguments.count, context, in: unit, &session, statements)
    }

    private func take(_ row: DataRow, of step: Int) {
        if isOver || fault != nil || kept.fault != nil { return }
        do throws(FormatFault) {
            if step == rowsStep {
                try body.append(row)
                token?.made(body.byteCount)
            } else {
                var row = row
                if let count = row.next() { total = Int(try Field.integer(count)) }
            }
        } catch {
            fault = .unexpected("a row holds what is no value of its column: \(error)")
        }
    }

    // MARK: The end

    private func ended(_ result: Result<TransactionStatus, UnitFailure>) {
        if isOver { return }
        switch result {
        case .success:
            if let fault = kept.fault ?? fault { return finish(.failure(Problem(fault))) }
            finish(.success(answer()))
        case .failure(let failure): finish(.failure(Problem(reading: failure)))
        }
    }

    private func answer() -> RowsAnswer {
        body.end()
        if lane == .slow, body.byteCount <= ReadLimits.sharedAnswerBytesMax {
            kept.pace.noteShort(for: caller)
        }
        if case .rowsTell = kept.query.counting {
            total = kept.query.window(of: arguments).offset + body.rowCount
        }
        let content = RowsAnswer.Content(
            body.bytes, behind: body.parts, holding: token?.memory)
        return RowsAnswer(content: content, rowCount: body.rowCount, total: total)
    }

    private func finish(_ result: Result<RowsAnswer, Problem>) {
        isOver = true
        reply(result)
    }
}

@available(*, unavailable)
extension RowsRead: Sendable {}

extension PostgresCluster {
    /// What a read has in all, its wait for a connection included.
    var readTime: Duration {
        configuration.settings(of: .read).statementTimeout ?? ReadLimits.timeMax
    }
}
