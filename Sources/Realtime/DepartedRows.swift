import Diagnostics
import Expressions
import Schema
import Store

/// The rows of watched models that one transaction deleted.
///
/// Whoever could see a row shall hear that it is gone. But a cascade takes the memberships that a
/// rule asks about along with the messages it protects, and rules are asked after the commit; so
/// the rule of a deleted row is asked of the models with these rows restored.
///
/// Each look-up carries them, so that what a transaction costs would grow with the square of what
/// it deleted. All of its look-ups together may carry `RealtimeLimits.restoredBytes`; who would
/// need more is told to read again.
final class DepartedRows {
    /// One model's.
    private struct Gone {
        var table: RestoredTable
        /// What a look-up counts for that carries them.
        var weight = 0

        /// Adds a row; none is kept when they are more than any look-up may carry.
        mutating func append(_ row: RowImage) {
            weight += row.json.count + RealtimeLimits.bytesPerRestoredRow
            if weight <= RealtimeLimits.restoredBytes {
                table.append(row.values)
            } else if !table.rows.isEmpty {
                table = RestoredTable(name: table.name, columns: table.columns)
            }
        }
    }

    /// Who has been told to read a table again: an audience, as long as nobody else has come.
    private struct Warned: Hashable {
        let audience: Audience.Number
        let arrivals: Int
        let table: String
    }

    /// The transaction that deleted them.
    let transaction: Int64
    private var tables: [String: Gone] = [:]
    /// What further look-ups may carry.
    private var bytesLeft = RealtimeLimits.restoredBytes
    private var warned: Set<Warned> = []

    /// - Parameter changes: in the order of the log, all of the transaction's among them.
    init(of transaction: Int64, among changes: [Change], feeds: [String: ModelFeed]) {
        self.transaction = transaction
        for change in Self.changes(of: transaction, among: changes)
        where change.operation == .delete {
            guard let model = feeds[change.table]?.model, let row = change.old,
                row.values.count == model.columns.count
            else { continue }
            tables[
                model.name,
                default: Gone(
                    table: RestoredTable(
                        name: model.name, columns: model.columns.map { ($0.name, $0.type) }))
            ].append(row)
        }
    }

    /// Found by halves: a batch of many transactions would be looked through for each of them.
    private static func changes(
        of transaction: Int64, among changes: [Change]
    ) -> some Sequence<Change> {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].transaction < transaction { low = middle + 1 } else { high = middle }
        }
        return changes[low...].prefix { $0.transaction == transaction }
    }

    /// A rule's query, asked of the models that the rule reads with these rows restored. Called
    /// once for each query that is asked.
    ///
    /// - Throws: ``Problem/stepsSpent`` where it would carry more than is left.
    func restored(
        _ query: ScalarQuery, among models: Set<String>, in dialect: any Dialect
    ) throws(Problem) -> ScalarQuery {
        // In a fixed order, so that equal rules make equal statements.
        let names = models.sorted().filter { tables[$0] != nil }
        let weight = names.reduce(0) { $0 + (tables[$1]?.weight ?? 0) }
        guard weight <= bytesLeft else { throw .stepsSpent }
        bytesLeft -= weight
        let restored = names.compactMap { name in
            tables[name]?.table.write(in: dialect)
            return tables[name]?.table
        }
        return ScalarQuery(dialect.reading(query.sql, with: restored), query.context)
    }

    /// Whether an audience that a change was passed over for must be told so. Once will do for the
    /// others of the transaction: whoever reads the table then finds all of it done.
    func mustWarn(_ audience: Audience, of change: Change) -> Bool {
        warned.insert(
            Warned(
                audience: audience.number, arrivals: audience.arrivals, table: change.table)
        ).inserted
    }
}
