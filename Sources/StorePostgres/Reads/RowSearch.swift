import Bytes
import Diagnostics
import PostgresWire
import Store
import Values

/// The search for the rows of a write, on its way. Confined to the loop.
///
/// What identifies a row are the values that the search selects. The rows found are a JSON array of
/// arrays of these.
final class RowSearch {
    private let search: BoundSQL
    private let context: QueryContext
    private let statements: StatementRegistry
    private let reply: PendingRead<FoundRows>.Reply
    private var list: [UInt8] = []
    private var count = 0
    private var isCut = false
    private var fault: FormatFault?

    init(
        _ search: BoundSQL, _ context: QueryContext, _ statements: StatementRegistry,
        reply: @escaping PendingRead<FoundRows>.Reply
    ) {
        self.search = search
        self.context = context
        self.statements = statements
        self.reply = reply
    }

    /// The unit that it is.
    var unit: PostgresUnit {
        var unit = PostgresUnit(
            .reads,
            steps: { [self] (session, unit) throws(FormatFault) in try write(&session, unit) },
            completion: { [self] result in ended(result) })
        unit.onRow = { [self] _, row in take(row) }
        unit.onStep = { [self] _, tag in isCut = tag == nil }
        return unit
    }

    private func write(
        _ session: inout PostgresSession, _ unit: UnitID
    ) throws(FormatFault) {
        list = [ASCII.leftBracket]
        count = 0
        fault = nil
        try session.execute(
            statements.shape(search), in: unit, rowsMax: Int32(WriteLimits.foundRowsMax),
            columns: .never
        ) { (fields) throws(FormatFault) in try fields.append(search, in: context) }
    }

    private func take(_ row: DataRow) {
        var row = row
        if count > 0 { list.append(ASCII.comma) }
        count += 1
        do throws(FormatFault) {
            for (index, type) in search.columns.enumerated() {
                list.append(index == 0 ? ASCII.leftBracket : ASCII.comma)
                try type.appendJSON(field: row.next(), to: &list)
            }
            list.append(ASCII.rightBracket)
        } catch {
            fault = error
        }
    }

    private func ended(_ result: Result<TransactionStatus, UnitFailure>) {
        switch result {
        case .success:
            if let fault {
                let cause = "a key holds what is no value of its column: \(fault)"
                return reply(.failure(Problem(DatabaseError.unexpected(cause))))
            }
            list.append(ASCII.rightBracket)
            reply(
                .success(FoundRows(.text(String(utf8: list)), count: count, isCut: isCut)))
        case .failure(let failure): reply(.failure(Problem(reading: failure)))
        }
    }
}

@available(*, unavailable)
extension RowSearch: Sendable {}
