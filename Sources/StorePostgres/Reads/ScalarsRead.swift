import Diagnostics
import PostgresWire
import Store
import Values

/// Several queries of one value each, on their way in one unit. Confined to the loop.
final class ScalarsRead {
    private let queries: [ScalarQuery]
    private let statements: StatementRegistry
    private let reply: ([Result<Value, Problem>]) -> Void
    private var values: [Value] = []
    private var fault: FormatFault?

    init(
        _ queries: [ScalarQuery], _ statements: StatementRegistry,
        reply: @escaping ([Result<Value, Problem>]) -> Void
    ) {
        self.queries = queries
        self.statements = statements
        self.reply = reply
    }

    /// The unit that it is.
    var unit: PostgresUnit {
        let unit = PostgresUnit(
            .reads,
            steps: { [self] (session, unit) throws(FormatFault) in try write(&session, unit) },
            completion: { [self] result in ended(result) })
        unit.onRow = { [self] step, row in take(row, of: step) }
        return unit
    }

    private func write(
        _ session: inout PostgresSession, _ unit: UnitID
    ) throws(FormatFault) {
        values = [Value](repeating: .null, count: queries.count)
        fault = nil
        for query in queries {
            try session.execute(
                statements.shape(query.sql), in: unit, rowsMax: 1, columns: .never
            ) { (fields) throws(FormatFault) in
                try fields.append(query.sql, in: query.context)
            }
        }
    }

    private func take(_ row: DataRow, of step: Int) {
        var row = row
        do throws(FormatFault) {
            values[step] = try Value(row.next(), as: queries[step].sql.columns[0])
        } catch {
            fault = error
        }
    }

    private func ended(_ result: Result<TransactionStatus, UnitFailure>) {
        switch result {
        case .success:
            guard let fault else { return reply(values.map { .success($0) }) }
            let cause = "a look-up has found what is no value of its type: \(fault)"
            fail(Problem(DatabaseError.unexpected(cause)))
        case .failure(let failure): fail(Problem(reading: failure))
        }
    }

    private func fail(_ problem: Problem) { reply(queries.map { _ in .failure(problem) }) }
}

@available(*, unavailable)
extension ScalarsRead: Sendable {}
