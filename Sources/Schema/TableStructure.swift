/// A table as its SQL text builds it, in a form that can be compared: cases, quotes, blanks,
/// comments and the place of a constraint (at its column or at the table) make no difference.
struct TableStructure: Hashable, Sendable {
    struct Column: Hashable, Sendable {
        let name: String
        let type: String
        var isNotNull = false
        /// The default's tokens, nil without one.
        var defaultValue: String?
        /// What else stands there: collations, generated columns.
        var rest: [String] = []
    }

    struct Key: Hashable, Sendable {
        let columns: [String]
        let target: String
        /// Empty when the key refers to the target's primary key without naming it.
        var targetColumns: [String]
        var onDelete = "no action"
        var rest: [String] = []
    }

    var name: String
    var columns: [Column] = []
    var primaryKey: [String] = []
    var uniques: Set<[String]> = []
    var keys: Set<Key> = []
    /// The conditions of all checks.
    var checks: Set<String> = []
    var options: Set<String> = []

    func column(_ name: String) -> Column? { columns.first { $0.name == name } }
}

/// An index as its SQL text builds it.
struct IndexStructure: Hashable, Sendable {
    let name: String
    let table: String
    let isUnique: Bool
    /// The columns with their directions, as tokens.
    let parts: [String]
    let predicate: String?

    /// The columns when the index is a unique constraint in all but name.
    var uniqueColumns: [String]? { isUnique && predicate == nil && isPlain ? parts : nil }

    /// Whether every part is a column, perhaps descending: what a model file can declare.
    var isPlain: Bool {
        parts.allSatisfy { part in
            let words = part.split(separator: " ")
            return words.count == 1 || (words.count == 2 && words[1] == "desc")
        }
    }
}

/// The tables and indexes of a database, without the server's own.
public struct DatabaseStructure: Hashable, Sendable {
    var tables: [String: TableStructure] = [:]
    var indexes: [String: IndexStructure] = [:]

    /// The structure that `CREATE TABLE` and `CREATE INDEX` statements build; others are passed
    /// over.
    /// For a live database these are the texts of `sqlite_schema`, which SQLite keeps up to date.
    public init(statements: [String]) {
        for statement in statements {
            let tokens = SQLLexer.tokens(of: statement)
            if var parser = TableParser(tokens) {
                let table = parser.parse()
                if !Self.isInternal(table.name) { tables[table.name] = table }
            } else if let index = IndexParser.parse(tokens), !Self.isInternal(index.table) {
                indexes[index.name] = index
            }
        }
        nameTargets()
    }

    /// `REFERENCES t` without columns means the key of `t`.
    private mutating func nameTargets() {
        let known = tables
        for (name, table) in known where table.keys.contains(where: { $0.targetColumns.isEmpty }) {
            tables[name]?.keys = Set(
                table.keys.map { key in
                    var key = key
                    if key.targetColumns.isEmpty {
                        key.targetColumns = known[key.target]?.primaryKey ?? []
                    }
                    return key
                })
        }
    }

    /// Whether a table belongs to the server or to SQLite.
    static func isInternal(_ name: String) -> Bool {
        name.hasPrefix("_apus_") || name.hasPrefix("sqlite_")
    }

    /// The sets of columns that are unique in `table`, by constraint or by index.
    func uniques(of table: String) -> Set<[String]> {
        let byIndex = indexes.values.filter { $0.table == table }.compactMap(\.uniqueColumns)
        return (tables[table]?.uniques ?? []).union(byIndex)
    }
}

extension DatabaseStructure {
    /// Whether all that `after` has more than `before` is here too; there may be still more.
    func contains(what after: DatabaseStructure, adds before: DatabaseStructure) -> Bool {
        let hasTables = after.tables.allSatisfy { name, table in
            before.tables[name] == table || tables[name]?.covers(table) == true
        }
        let hasIndexes = after.indexes.allSatisfy { name, index in
            before.indexes[name] == index || indexes[name] == index
        }
        return hasTables && hasIndexes
    }
}

extension TableStructure {
    /// Whether this table is `other`, perhaps with columns and constraints added to it.
    func covers(_ other: TableStructure) -> Bool {
        other.columns.allSatisfy { column($0.name) == $0 }
            && primaryKey == other.primaryKey
            && uniques.isSuperset(of: other.uniques) && keys.isSuperset(of: other.keys)
            && checks.isSuperset(of: other.checks) && options == other.options
    }
}
