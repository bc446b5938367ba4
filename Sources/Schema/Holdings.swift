public import Diagnostics
public import Store

/// How much is in what could go: the tables and columns that no model declares or no migration file
/// builds.
public struct Holdings: Sendable {
    /// Rows by table.
    private(set) var rows: [String: Int] = [:]
    /// Rows with a value in a column. One that no model declares holds nothing where it has its
    /// constant default; one that is declared otherwise would have another value then.
    private(set) var values: [SchemaPart: Int] = [:]

    /// Counts in the midst of a transaction.
    public init(
        in transaction: any MigrationTransaction, of live: DatabaseStructure,
        besides recorded: DatabaseStructure, _ declared: Catalogue
    ) throws(Problem) {
        var models: [String: Set<String>] = [:]
        for model in declared.models {
            models[model.name.lowercased()] = Set(
                model.columns.flatMap { [$0.name, $0.renamedFrom].compactMap(\.self) }
                    .map { $0.lowercased() })
        }
        for (name, table) in live.tables {
            let columns = table.columns.compactMap { column -> CountedColumn? in
                if models[name]?.contains(column.name) != true {
                    return CountedColumn(column.name, besides: column.constantDefault)
                }
                let isRecorded = recorded.tables[name]?.column(column.name) != nil
                return isRecorded ? nil : CountedColumn(column.name)
            }
            let mayGo = models[name] == nil || recorded.tables[name] == nil
            guard mayGo || !columns.isEmpty else { continue }
            let counts = try migrating { () throws(DatabaseError) in
                try transaction.counts(of: columns, in: name)
            }
            rows[name] = counts.rows
            for (column, count) in zip(columns, counts.values) {
                values[.column(table: name, name: column.name)] = count
            }
        }
    }
}

extension TableStructure.Column {
    /// The words of its default, where that is a constant: other expressions may do something.
    fileprivate var constantDefault: String? {
        defaultValue.flatMap { $0.value == nil ? nil : $0.text }
    }
}
