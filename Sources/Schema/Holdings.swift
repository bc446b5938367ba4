public import Diagnostics
public import Store

/// How much is in what could go: the tables and columns that no model declares or no migration file
/// builds.
public struct Holdings: Sendable {
    /// Rows by table.
    private(set) var rows: [String: Int] = [:]
    /// Rows with a value in a column.
    private(set) var values: [SchemaPart: Int] = [:]

    /// Counts in the midst of a transaction.
    public init(
        in transaction: any MigrationTransaction, of live: DatabaseStructure,
        besides recorded: DatabaseStructure, _ declared: Catalogue
    ) throws(Problem) {
        var models: [String: Set<String>] = [:]
        for model in declared.models {
            models[model.name.lowercased()] = Set(model.columns.map { $0.name.lowercased() })
        }
        for (name, table) in live.tables {
            let columns = table.columns.map(\.name).filter { column in
                models[name]?.contains(column) != true
                    || recorded.tables[name]?.column(column) == nil
            }
            let mayGo = models[name] == nil || recorded.tables[name] == nil
            guard mayGo || !columns.isEmpty else { continue }
            let counts = try migrating { () throws(DatabaseError) in
                try transaction.counts(of: columns, in: name)
            }
            rows[name] = counts.rows
            for (column, count) in zip(columns, counts.values) {
                values[.column(table: name, name: column)] = count
            }
        }
    }
}
