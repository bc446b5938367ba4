import Schema
import Store

/// The rows of watched models that one transaction deleted.
///
/// Whoever could see a row shall hear that it is gone. But a cascade takes the memberships that a
/// rule asks about along with the messages it protects, and rules are asked after the commit; so
/// the rule of a deleted row is asked of the models with these rows restored.
final class DepartedRows {
    /// The transaction that deleted them.
    let transaction: Int64
    private var tables: [String: RestoredTable] = [:]

    init(of transaction: Int64, among changes: [Change], feeds: [String: ModelFeed]) {
        self.transaction = transaction
        for change in changes
        where change.transaction == transaction && change.operation == .delete {
            guard let model = feeds[change.table]?.model, let row = change.old,
                row.values.count == model.columns.count
            else { continue }
            tables[
                model.name,
                default: RestoredTable(
                    name: model.name, columns: model.columns.map { ($0.name, $0.type) })
            ].append(row.values)
        }
    }

    /// The tables with restored rows among those a rule reads, in a fixed order, so that equal
    /// rules make equal statements.
    func tables(among models: Set<String>) -> [RestoredTable] {
        models.sorted().compactMap { tables[$0] }
    }
}
