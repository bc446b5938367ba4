import Diagnostics
import PostgresWire
import Quotas
import Store
import Values

/// One run of a program: its statement and everything that it binds. An object, since whoever runs
/// it, explains its errors or waits for it holds it.
final class ProgramRun: Sendable {
    let statement: ProgramStatement
    /// The single arguments; those of arrays are left as they are.
    let arguments: [Value]
    /// What proposed rows are, for an insert.
    let rows: [ProposedRow]
    /// What is known to be wrong with the values of an update.
    let fault: Problem?
    let context: QueryContext
    /// Whose share of what is scarce it takes.
    let caller: Caller
    /// The table that it writes.
    let table: String?
    /// What is known of how long its plan takes; nil for one that is never taken for slow.
    let pace: Pace?
    /// Whether it may write many rows, so that its time is bounded.
    let mayBeLarge: Bool
    /// Whether its rows are known to be so many that it takes long: the slow lane is its first.
    let isLarge: Bool
    /// Makes the run for the slow lane, where that is another one.
    let slowly: (@Sendable () -> ProgramRun)?

    init(
        _ statement: ProgramStatement, _ arguments: [Value], rows: [ProposedRow] = [],
        fault: Problem? = nil, _ context: QueryContext, for caller: Caller = .server,
        table: String? = nil, pace: Pace? = nil, mayBeLarge: Bool = false,
        isLarge: Bool = false, slowly: (@Sendable () -> ProgramRun)? = nil
    ) {
        self.statement = statement
        self.arguments = arguments
        self.rows = rows
        self.fault = fault
        self.context = context
        self.caller = caller
        self.table = table
        self.pace = pace
        self.mayBeLarge = mayBeLarge
        self.isLarge = isLarge
        self.slowly = slowly
    }
}

extension ProgramRun {
    /// Adds it to a unit.
    func execute(
        in unit: UnitID, _ session: inout PostgresSession, _ statements: StatementRegistry,
        columns: ColumnsWanted = .never
    ) throws(FormatFault) {
        try session.execute(
            statement.shape(for: arguments, statements), in: unit, columns: columns
        ) { (fields) throws(FormatFault) in try statement.write(self, to: &fields) }
    }
}
