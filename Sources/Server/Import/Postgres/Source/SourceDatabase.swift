/// What a database of PostgreSQL's has, as far as an import looks at it: read out of a script of
/// `pg_dump`, or out of what a server says of itself.
struct SourceDatabase: Sendable {
    var tables: [SourceTable] = []
    private var places: [SourceName: Int] = [:]
    /// The values of enumerations.
    var enums: [SourceName: [String]] = [:]
    var domains: [SourceName: SourceDomain] = [:]
    var functions: [SourceName: SourceFunction] = [:]
    var views: [SourceView] = []
    var triggers: [SourceTrigger] = []
    /// Tables of the publication that Supabase's feeds are made of.
    var published: Set<SourceName> = []
    var publishesAll = false
    /// Whether anything says who may do what: a dump may leave that out.
    var hasGrants = false
    /// Roles that may use schemas, by these. Everybody may use the first one, unless it is said.
    var usage: [String: Set<String>] = ["public": ["public"]]
    /// The columns that sequences belong to.
    var sequences: [SourceName: SourceColumnName] = [:]
    /// The last numbers that sequences have given.
    var lastNumbers: [SourceName: Int64] = [:]
    /// Rows of tables that are not there: the line of the first, and how many they are.
    var strayRows: [SourceName: (line: Int, count: Int)] = [:]
    /// Statements that nothing is made of and that should be told, a line each.
    var passedOver: [SourceNote] = []
    /// The buckets of files.
    var storedObjects = 0

    /// The rows of a table, those of its parts included.
    func rows(of name: SourceName) -> [SourceRows] {
        let parts = tables.filter { $0.partOf == name && $0.name != name }
        return (table(name)?.rows ?? []) + parts.flatMap { rows(of: $0.name) }
    }

    /// How many rows a table has, those of its parts included.
    func rowCount(of name: SourceName) -> Int { rows(of: name).reduce(0) { $0 + $1.rowCount } }

    /// Rows of tables that none of these is or has as a part; not those of Supabase's own.
    func rowsLeft(besides names: [SourceName]) -> Int {
        let taken = Set(names)
        let left = tables.filter { table in
            !taken.contains(table.name) && table.partOf.map { !taken.contains($0) } ?? true
                && !SupabaseSchemas.own.contains(table.name.schema)
        }
        return left.reduce(0) { sum, table in table.rows.reduce(sum) { $0 + $1.rowCount } }
            + strayRows.values.reduce(0) { $0 + $1.count }
    }

    /// `, and neither are its 3 rows`, for a table that is left; nothing where there are none.
    func andItsRows(_ name: SourceName) -> String {
        switch rowCount(of: name) {
        case 0: ""
        case 1: ", and neither is its 1 row"
        case let count: ", and neither are its \(count) rows"
        }
    }

    /// The last number that a column was given by its sequence; nil where that is not said.
    func lastNumber(of column: SourceColumn, in table: SourceName) -> Int64? {
        let own = SourceColumnName(table: table, column: column.name)
        var names = sequences.filter { $0.value == own }.map(\.key)
        names.append(SourceName(table.schema, "\(table.name)_\(column.name)_seq"))
        if let name = column.countingSequence { names.append(name) }
        return names.compactMap { lastNumbers[$0] }.max()
    }

    func table(_ name: SourceName) -> SourceTable? { places[name].map { tables[$0] } }

    /// Whether there is such a table, changed by `body` if so.
    @discardableResult
    mutating func change(_ name: SourceName, _ body: (inout SourceTable) -> Void) -> Bool {
        guard let place = places[name] else { return false }
        body(&tables[place])
        return true
    }

    mutating func add(_ table: SourceTable) {
        guard places[table.name] == nil else { return }
        places[table.name] = tables.count
        tables.append(table)
    }
}

/// A column of a table.
struct SourceColumnName: Hashable, Sendable {
    let table: SourceName
    let column: String
}

/// Something that should be told, and where it stands.
struct SourceNote: Hashable, Sendable {
    let line: Int
    let text: String
}

/// A table.
struct SourceTable: Sendable {
    let name: SourceName
    var columns: [SourceColumn] = []
    var primaryKey: [String]?
    var uniques: [(name: String, columns: [String])] = []
    var checks: [(name: String, condition: SourceExpression)] = []
    var references: [SourceReference] = []
    var indexes: [SourceIndex] = []
    var policies: [SourcePolicy] = []
    /// Whether row-level security is on.
    var isSecured = false
    /// Whether that binds who owns it, too.
    var isForced = false
    /// Whether something that is said of its policies is not understood.
    var isUnclear = false
    /// What roles may do, in lower case.
    var grants: [String: Set<String>] = [:]
    /// What roles may do with some columns alone.
    var columnGrants: [String: Set<String>] = [:]
    var comment: String?
    /// The table that it is a part of.
    var partOf: SourceName?
    /// Whether it is kept in parts.
    var hasParts = false
    /// Where its rows stand.
    var rows: [SourceRows] = []
    /// The line on which it is made.
    let line: Int

    func column(_ name: String) -> SourceColumn? { columns.first { $0.name == name } }

    mutating func change(column name: String, _ body: (inout SourceColumn) -> Void) {
        if let place = columns.firstIndex(where: { $0.name == name }) { body(&columns[place]) }
    }
}

/// A column.
struct SourceColumn: Sendable {
    let name: String
    var type: SQLType
    var isNullable = true
    var `default`: SourceExpression?
    var isIdentity = false
    /// What it is generated by.
    var generated: SourceExpression?
    var comment: String?
    /// Whether an array of some row has null among its elements.
    var hasNullElements = false
    /// Whether an array of some row has arrays in it: its type does not say.
    var hasNestedElements = false
    let line: Int

    /// The sequence that its default takes numbers from; nil where it has another.
    var countingSequence: SourceName? {
        guard case .call(["nextval"], let arguments)? = `default`?.node,
            let text = arguments.first?.constant
        else { return nil }
        return SourceName(quoted: text, in: "public")
    }
}

/// An expression, as it stands in the source and as far as it is understood.
struct SourceExpression: Hashable, Sendable {
    /// Its text in a row.
    let text: String
    let line: Int
    /// What it is; nil where it is not understood.
    let node: SQLNode?
    /// Why it is not.
    let fault: String?
}

/// A foreign key.
struct SourceReference: Sendable {
    let name: String
    let columns: [String]
    let target: SourceName
    /// Columns of the other table; none for its key.
    let targetColumns: [String]
    var onDelete = "noAction"
    /// What else it says that models do not.
    var excess: [String] = []
    let line: Int
}

/// An index.
struct SourceIndex: Sendable {
    let name: String
    let isUnique: Bool
    /// Columns with `desc` behind them where that is so; nil where there is an expression.
    let columns: [String]?
    let condition: SourceExpression?
    /// What it is of, where that is not a tree in order.
    let method: String
    let text: String
    let line: Int
}

/// A policy of row-level security.
struct SourcePolicy: Sendable {
    let name: String
    let isRestrictive: Bool
    /// `all`, `select`, `insert`, `update` or `delete`.
    let command: String
    let roles: [String]
    let using: SourceExpression?
    let check: SourceExpression?
    let line: Int
}

/// A type with conditions of its own.
struct SourceDomain: Sendable {
    let type: SQLType
    var isNullable = true
    var checks: [SourceExpression] = []
    var `default`: SourceExpression?
}

/// A function, as far as it may be a part of rules.
struct SourceFunction: Sendable {
    let name: SourceName
    let parameters: [String?]
    let language: String
    let body: String
    /// What it gives, as it stands in the source.
    let result: String
    let runsAsOwner: Bool
    /// What makes it mean something else than its body does where it is called; nil for nothing.
    let excess: String?
    let line: Int
}

/// A view.
struct SourceView: Sendable {
    let name: SourceName
    /// The query that it is, as it stands in the source.
    let query: String
    let isMaterialised: Bool
    let line: Int
}

/// A trigger.
struct SourceTrigger: Sendable {
    let name: String
    let table: SourceName
    let function: SourceName
    let arguments: [String]
    /// Of which columns, if it is not of all.
    let isBeforeUpdate: Bool
    let isConditional: Bool
    let line: Int
}

/// Where rows of a table stand.
struct SourceRows: Sendable {
    /// How they stand there.
    enum Form: Sendable {
        /// Lines behind COPY.
        case copy
        /// INSERT statements behind one another.
        case inserts
    }

    let form: Form
    /// The columns that they give; none for all of them, in order.
    let columns: [String]
    /// Where the first begins, in bytes of the file.
    let offset: Int
    /// The line of the first.
    let line: Int
    /// How many lines or statements they are.
    var count = 0
    /// How many rows they are: a statement may have several.
    var rowCount = 0
}
