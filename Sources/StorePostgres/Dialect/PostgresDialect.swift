public import Store
public import Values

/// PostgreSQL 15 and later. Every type of column is the server's own
/// (``Values/ColumnType/typeName``), texts are compared and ordered by code point; functions that
/// the server has not, or not with our meaning, are ``DatabaseFunction``s, which the engine
/// installs.
///
/// The type of every parameter is declared (``Store/BoundSQL/parameterTypes``), so the text has no
/// casts for them.
public struct PostgresDialect: Dialect {
    /// See ``Store/Dialect/name``.
    public let name = "postgresql"
    /// See ``Store/Dialect/distinct``.
    public let distinct = " IS DISTINCT FROM "
    /// See ``Store/Dialect/notDistinct``.
    public let notDistinct = " IS NOT DISTINCT FROM "
    /// See ``Store/Dialect/textOrder``.
    public let textOrder = " COLLATE \"C\""
    /// See ``Store/Dialect/likeBinding``.
    public let likeBinding = StatementWriter.Binding.comparison

    /// The functions' schema, quoted, and a dot.
    private let place: String
    /// The same of the tables.
    private let tablePlace: String
    /// Whether a time may be `24:00:00`.
    let hasEndOfDay: Bool

    /// The dialect of a database that has our functions in a schema.
    ///
    /// - Parameters:
    ///   - tables: the schema of the project's tables. Nil for the first of the search path, as in
    ///     files that people run: a served request takes the path of no session, which a pooler may
    ///     have from another client, and which names schemas that anybody may make.
    ///   - hasEndOfDay: Whether a time may be `24:00:00`, as on SQLite.
    public init(
        tables: String? = nil, schema: String = DatabaseFunction.schema, hasEndOfDay: Bool = false
    ) {
        self.hasEndOfDay = hasEndOfDay
        place = quoted(identifier: schema) + "."
        tablePlace = tables.map { quoted(identifier: $0) + "." } ?? ""
    }

    /// See ``Store/Dialect/table(_:)``.
    public func table(_ name: String) -> String { tablePlace + quoted(identifier: name) }

    /// See ``Store/Dialect/value(_:ofQueryAs:)``. A cast to the type that a column has is none, and
    /// columns of tables are in the order of code points.
    public func value(_ column: String, ofQueryAs type: ColumnType) -> String {
        switch type {
        case .text: "(\(column)::text COLLATE \"C\")"
        case .decimal(let precision, let scale): "\(column)::numeric(\(precision), \(scale))"
        case .uuid, .timestamp, .date, .time, .integer, .integer32, .real, .boolean, .bytes, .json:
            "\(column)::\(type.typeName)"
        }
    }

    /// The start of a call to a function of ours.
    func call(_ function: DatabaseFunction) -> String { place + function.name + "(" }

    /// See ``Store/Dialect/parameter(_:_:)``.
    public func parameter(_ number: Int, _ type: ColumnType) -> String { "$\(number)" }

    /// See ``Store/Dialect/writeLike(_:_:ignoresCase:to:)``. The server raises 22025 for a pattern
    /// that ends in a lone backslash, but only if it gets as far.
    public func writeLike(
        _ operand: ValueExpression, _ pattern: ValueExpression, ignoresCase: Bool,
        to writer: inout StatementWriter
    ) {
        guard ignoresCase else {
            writer.append(operand, .operation)
            writer.append(" LIKE ")
            return writer.append(pattern, .operation)
        }
        writer.list(call(.lower), [operand])
        writer.append(" LIKE ")
        writer.list(call(.lower), [pattern])
    }

    /// See ``Store/Dialect/writeIdentity(of:as:to:)``: the primary key. Where a row stands changes
    /// with every update.
    public func writeIdentity(
        of table: Table, as alias: String, to writer: inout StatementWriter
    ) {
        for (index, column) in table.primaryKey.columns.enumerated() {
            if index > 0 { writer.append(", ") }
            writer.append(table.column(column, of: alias))
        }
    }
}
