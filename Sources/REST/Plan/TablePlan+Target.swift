import Expressions
import Schema
import Store

extension TablePlan {
    /// The rows that an UPDATE or DELETE is about: those that its rules and the request's filters
    /// choose. Inner embeds shape only what is handed back.
    ///
    /// - Parameters:
    ///   - rowsMax: The most rows that one read answers.
    ///   - writeRowsMax: The most rows that one request writes.
    ///   - use: Whether the statement is likely to be run again. One that is prepared for one run
    ///     is not for the writer until it is known that there is something to write.
    func target(
        _ rules: [RowRule], rowsMax: Int, writing writeRowsMax: Int, _ use: StatementUse
    ) -> WriteTarget {
        WriteTarget(
            model.table, as: alias,
            where: rules.map { $0.condition(on: alias) } + filterConditions(rowsMax: rowsMax),
            isNamedByKey: isNamedByKey && use == .kept, rowsMax: writeRowsMax)
    }

    /// Whether its filters ask for all columns of a key to have given values.
    private var isNamedByKey: Bool {
        let given = Set(
            filters.compactMap { $0.predicate.equality?.column ?? $0.predicate.membership?.column })
        return model.table.keys.contains { given.isSuperset(of: $0.columns) }
    }
}
