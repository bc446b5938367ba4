public import Diagnostics
import Store
public import StoreSQLite

/// How much is in what could go: the tables and columns that no model declares or no migration file
/// builds.
public struct Holdings: Sendable {
    /// Rows by table.
    private(set) var rows: [String: Int] = [:]
    /// Rows with a value in a column.
    private(set) var values: [SchemaPart: Int] = [:]

    /// Counts in the midst of a write.
    public init(
        in transaction: WriteTransaction, of live: DatabaseStructure,
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
            let counts = try Self.counts(of: columns, in: name, transaction)
            rows[name] = counts[0]
            for (column, count) in zip(columns, counts.dropFirst()) {
                values[.column(table: name, name: column)] = count
            }
        }
    }

    /// The rows of a table, and those with a value in each of the columns.
    private static func counts(
        of columns: [String], in table: String, _ transaction: WriteTransaction
    ) throws(Problem) -> [Int] {
        let list = (["*"] + columns.map(DDL.quoted)).map { "count(\($0))" }
        let sql = SQL(text: "SELECT \(list.joined(separator: ", ")) FROM \(DDL.quoted(table))")
        return try transaction.migrating { transaction throws(DatabaseError) -> [Int] in
            try transaction.query(sql) { rows throws(DatabaseError) -> [Int] in
                _ = try rows.next()
                return list.indices.map { Int(rows.int64($0)) }
            }
        }
    }
}
