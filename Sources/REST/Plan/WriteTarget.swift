import Expressions
import Schema
import Store
import StoreSQLite

/// The rows that an UPDATE or DELETE is about: those that its rules and the request's filters
/// choose.
///
/// Which rows these are is found out on a reader, however long that takes; the writer then judges
/// the rows found again, by rules and filters, and reaches each by its rowid.
struct WriteTarget: Sendable {
    let table: TablePlan
    let rules: [RowRule]
    /// Finds the rowids on a reader. Nil where that would save the writer nothing: keys name the
    /// rows, or every row is meant.
    let search: BoundSQL?

    init(_ table: TablePlan, rules: [RowRule], rowsMax: Int) {
        self.table = table
        self.rules = rules
        let hasConditions = !table.filters.isEmpty || !rules.allSatisfy(\.isEverybody)
        guard hasConditions, !table.isNamedByKey else {
            search = nil
            return
        }
        search = BoundSQL(rowsMax: rowsMax) {
            $0.appendRows(of: table)
            $0.appendConditions(rules, of: table)
        }
    }

    var model: Model { table.model }
    var alias: String { table.alias }
}

extension TablePlan {
    /// Whether its filters ask for all columns of a key to have given values.
    fileprivate var isNamedByKey: Bool {
        let given = Set(
            filters.compactMap { $0.predicate.equality?.column ?? $0.predicate.membership?.column })
        let keys = [model.primaryKey] + model.uniques.map(\.columns)
        return keys.contains { given.isSuperset(of: $0) }
    }
}
