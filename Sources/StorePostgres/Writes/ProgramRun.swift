import Diagnostics
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
}
