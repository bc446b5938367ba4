public import Store
public import Values

/// SQLite 3.40 and later, with PostgreSQL's meaning.
///
/// Booleans are the integers 0 and 1, decimals are scaled integers, all else that SQLite has no
/// type for is text: functions whose names begin with `apus_` are ours (`SQLFunctions`).
public struct SQLiteDialect: Dialect {
    /// See ``Store/Dialect/name``.
    public let name = "sqlite"
    /// See ``Store/Dialect/distinct``.
    public let distinct = " IS NOT "
    /// See ``Store/Dialect/notDistinct``.
    public let notDistinct = " IS "
    /// See ``Store/Dialect/textOrder``: BINARY is SQLite's own.
    public let textOrder = ""
    /// See ``Store/Dialect/likeBinding``.
    public let likeBinding = StatementWriter.Binding.primary

    /// The dialect.
    public init() {}

    /// See ``Store/Dialect/table(_:)``. A session has one schema.
    public func table(_ name: String) -> String { quoted(identifier: name) }

    /// See ``Store/Dialect/table(behind:)``: no expression has a schema.
    public func table(behind name: String) -> String { "main." + quoted(identifier: name) }

    /// See ``Store/Dialect/value(_:ofQueryAs:)``. Values are encoded by what they are, but for
    /// JSON, whose text is taken as it is.
    public func value(_ column: String, ofQueryAs type: ColumnType) -> String {
        type == .json ? "json(\(column))" : column
    }

    /// See ``Store/Dialect/parameter(_:_:)``.
    public func parameter(_ number: Int, _ type: ColumnType) -> String { "?\(number)" }

    /// See ``Store/Dialect/parameter(following:_:)``. SQLite keeps a list of the numbers that are
    /// written out, and goes through it for each of them; one that is not is the next
    /// (sqlite.org/lang_expr.html#varparam).
    public func parameter(following number: Int, _ type: ColumnType) -> String {
        number < DatabaseLimits.numberedParametersMax ? parameter(number + 1, type) : "?"
    }

    /// See ``Store/Dialect/writeLike(_:_:ignoresCase:to:)``.
    public func writeLike(
        _ operand: ValueExpression, _ pattern: ValueExpression, ignoresCase: Bool,
        to writer: inout StatementWriter
    ) {
        writer.list(ignoresCase ? "apus_ilike(" : "apus_like(", [operand, pattern])
    }

    /// See ``Store/Dialect/writeIdentity(of:as:to:)``. Every table has a rowid, and no column may
    /// be called so.
    public func writeIdentity(
        of table: Table, as alias: String, to writer: inout StatementWriter
    ) {
        writer.append(identifier: alias)
        writer.append(".rowid")
    }

    // MARK: JSON

    /// See ``Store/Dialect/writeObject(_:_:to:)``.
    public func writeObject(
        _ layout: RowLayout, _ select: SelectStatement, to writer: inout StatementWriter
    ) {
        writer.append("(SELECT ")
        layout.appendCall(to: &writer) { index, writer in
            writer.append(select.columns[index].value)
        }
        writer.appendTail(of: select)
        writer.append(" LIMIT 1)")
    }

    /// See ``Store/Dialect/writeArray(_:_:to:)``.
    ///
    /// The members of the objects are columns of a subquery of their own, and not arguments of the
    /// function there: SQLite's parser has a stack of 100 entries, of which a level of embeds so
    /// takes 10 and not 15.
    public func writeArray(
        _ layout: RowLayout, _ select: SelectStatement, to writer: inout StatementWriter
    ) {
        var rows = select
        for index in rows.columns.indices { rows.columns[index].name = Alias.member(index) }
        writer.append("(SELECT apus_array(")
        layout.appendCall(to: &writer) { index, writer in
            writer.append(identifier: Alias.member(index))
        }
        writer.append(") FROM (")
        writer.append(rows)
        writer.append("))")
    }
}
