import Diagnostics
import Expressions
import Query

extension Planner {
    /// What a filter asks of the rows of `table`. Names of embeds in it stand for the embeds; the
    /// caller must be free to read every column it tests.
    func resolve(_ filter: Filter, in table: TablePlan) throws(Problem) -> ResolvedFilter {
        let scope = FilterScope(
            permit: { (column) throws(Problem) in
                try requireReadable(column, of: table.model)
            }, related: table.embedIndex)
        return try filter.resolved(for: table.model, in: scope)
    }
}
