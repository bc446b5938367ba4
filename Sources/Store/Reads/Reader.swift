import Diagnostics
import Values

/// What a loop, or a thread, reads with. Confined to it.
public protocol Reader: AnyObject {
    /// What its queries are written in.
    var dialect: any Dialect { get }

    /// Reads rows and encodes them. With a count, both see the same moment.
    ///
    /// - Parameter caller: Whose share of what is scarce the read takes.
    /// - Throws: what the database reports.
    func read(
        _ query: ReadQuery, _ arguments: ReadArguments, _ context: QueryContext,
        for caller: @autoclosure () -> String
    ) throws(DatabaseError) -> Reading<RowsAnswer>

    /// Finds the rows that a write is about.
    ///
    /// - Parameter search: That of a ``PreparedUpdate`` or ``PreparedDelete`` of the same engine.
    /// - Throws: what the database reports.
    func find(
        _ search: BoundSQL, _ operands: Operands, _ context: QueryContext
    ) throws(DatabaseError) -> Reading<FoundRows>
}
