import Diagnostics
import PostgresWire
import Quotas
import Store
import Values

/// One run of a program: its statement and everything that it binds.
struct ProgramRun: Sendable {
    let statement: ProgramStatement
    /// The single arguments; those of arrays are left as they are.
    let arguments: [Value]
    /// What proposed rows are, for an insert.
    var rows: [ProposedRow] = []
    /// What is known to be wrong with the values of an update.
    var fault: Problem?
    let context: QueryContext
    /// Whose share of what is scarce it takes.
    var caller = Caller.server
    /// The table that it writes.
    var table: String?
    /// What is known of how long its plan takes; nil for one that is never taken for slow.
    var pace: Pace?
    /// Whether it may write many rows, so that its time is bounded.
    var mayBeLarge = false
    /// Makes the run for the slow lane, where that is another one.
    var slowly: (@Sendable () -> ProgramRun)?
}

extension ProgramRun {
    /// Adds it to a unit.
    func execute(
        in unit: UnitID, _ session: inout PostgresSession, _ statements: StatementRegistry
    ) throws(FormatFault) {
        try session.execute(
            statement.shape(for: arguments, statements), in: unit, columns: .never
        ) { (fields) throws(FormatFault) in try statement.write(self, to: &fields) }
    }
}
