public import Store
public import Values

/// PostgreSQL's spelling for what stands in the database itself and is read without a server of
/// ours: policies, functions and defaults of a project that leaves for a PostgreSQL of its own. The
/// caller is who Supabase's functions say, the tables are in `public`, and functions of ours in a
/// schema that goes with them.
public struct PolicyDialect: Dialect {
    /// Where the project's tables are.
    public static let tables = "public"
    /// Where the functions are that go with them.
    public static let functions = "apus"

    /// Columns that each table there has already.
    public static let systemColumns: Set = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"]

    private let base = PostgresDialect(tables: tables, schema: functions, hasEndOfDay: true)

    /// The dialect.
    public init() {}

    /// How the tables themselves are defined.
    public var definitions: any DefinitionDialect { base }

    /// See ``Store/Dialect/parameter(_:_:)``: what the context's parameters are read from.
    public func parameter(_ number: Int, _ type: ColumnType) -> String {
        switch ContextSlot(rawValue: number) {
        // In a query of its own each is read once for a statement, and not for each row.
        case .userID: "(SELECT auth.uid())"
        case .role: "(SELECT auth.role())"
        case .email: "(SELECT auth.email())"
        case .jwt: "(SELECT auth.jwt())"
        case .aal: "(SELECT coalesce(auth.jwt() ->> 'aal', 'aal1'))"
        case .now: "now()"
        case nil: preconditionFailure("a rule has no arguments")
        }
    }

    /// A condition or value as text.
    public func text(of expression: ValueExpression) -> String {
        var writer = StatementWriter(self)
        writer.append(expression)
        return writer.statement.text
    }

    /// The call of a function that makes a UUID which sorts by time.
    public static let uuidv7 = quoted(identifier: functions) + ".uuidv7()"

    /// The statements that make those functions of ours which some texts call, each behind those
    /// that it calls.
    public func functions(calledIn texts: [String]) -> [String] {
        var found: [String] = []
        for function in DatabaseFunction.all.reversed() {
            let call = base.call(function)
            guard (texts + found).contains(where: { $0.holds(call) }) else { continue }
            found.insert(function.statement(schema: Self.functions), at: 0)
        }
        guard texts.contains(where: { $0.holds(Self.uuidv7) }) else { return found }
        return found + [
            "CREATE OR REPLACE FUNCTION \(Self.uuidv7) RETURNS uuid LANGUAGE sql VOLATILE "
                + "RETURN \(base.text(of: .uuidv7))"
        ]
    }

    /// A text as a literal.
    public func literal(_ text: String) -> String { PostgresDialect.literal(text) }

    // MARK: As everywhere

    /// See ``Store/Dialect/name``.
    public var name: String { base.name }
    /// See ``Store/Dialect/distinct``.
    public var distinct: String { base.distinct }
    /// See ``Store/Dialect/notDistinct``.
    public var notDistinct: String { base.notDistinct }
    /// See ``Store/Dialect/textOrder``.
    public var textOrder: String { base.textOrder }
    /// See ``Store/Dialect/likeBinding``.
    public var likeBinding: StatementWriter.Binding { base.likeBinding }

    /// See ``Store/Dialect/table(_:)``.
    public func table(_ name: String) -> String { base.table(name) }

    /// See ``Store/Dialect/view(of:)``: one that callers cannot name.
    public func view(of query: TableQuery) -> String? {
        "\(Self.functions).\(quoted(identifier: query.name))"
    }

    /// The statement that makes the view of a query, with all that its text names.
    public func definition(of query: TableQuery) -> String {
        let columns = query.columns.map { column in
            SelectStatement.Column(.column(column.name, of: Alias.seen, type: column.type))
        }
        let select = SelectStatement(columns, from: [.init(.query(query), as: Alias.seen)])
        let names = query.columns.map { quoted(identifier: $0.name) }.joined(separator: ", ")
        return "CREATE VIEW \(view(of: query) ?? "") (\(names)) AS\n  \(base.text(of: select).text)"
    }

    /// See ``Store/Dialect/value(_:ofQueryAs:)``.
    public func value(_ column: String, ofQueryAs type: ColumnType) -> String {
        base.value(column, ofQueryAs: type)
    }

    /// See ``Store/Dialect/literal(_:_:)``.
    public func literal(_ value: Value, _ type: ColumnType) -> String { base.literal(value, type) }

    /// See ``Store/Dialect/binding(of:_:)``.
    public func binding(
        of function: StoreFunction, _ operands: [ValueExpression]
    ) -> StatementWriter.Binding { base.binding(of: function, operands) }

    /// See ``Store/Dialect/write(_:_:to:)``.
    public func write(
        _ function: StoreFunction, _ operands: [ValueExpression], to writer: inout StatementWriter
    ) { base.write(function, operands, to: &writer) }

    /// See ``Store/Dialect/writeLike(_:_:ignoresCase:to:)``.
    public func writeLike(
        _ operand: ValueExpression, _ pattern: ValueExpression, ignoresCase: Bool,
        to writer: inout StatementWriter
    ) { base.writeLike(operand, pattern, ignoresCase: ignoresCase, to: &writer) }

    /// See ``Store/Dialect/writeObject(_:_:to:)``.
    public func writeObject(
        _ layout: RowLayout, _ select: SelectStatement, to writer: inout StatementWriter
    ) { base.writeObject(layout, select, to: &writer) }

    /// See ``Store/Dialect/writeArray(_:_:to:)``.
    public func writeArray(
        _ layout: RowLayout, _ select: SelectStatement, to writer: inout StatementWriter
    ) { base.writeArray(layout, select, to: &writer) }

    /// See ``Store/Dialect/writeIdentity(of:as:to:)``.
    public func writeIdentity(
        of table: Table, as alias: String, to writer: inout StatementWriter
    ) { base.writeIdentity(of: table, as: alias, to: &writer) }

    /// See ``Store/Dialect/restoring(_:parameter:)``.
    public func restoring(_ table: RestoredTable, parameter number: Int) -> String {
        base.restoring(table, parameter: number)
    }

    /// See ``Store/Dialect/rows(of:)``.
    public func rows(of table: RestoredTable) -> Value { base.rows(of: table) }
}

extension String {
    /// Whether another text is a part of it.
    fileprivate func holds(_ part: String) -> Bool {
        utf8.indices.contains { utf8[$0...].starts(with: part.utf8) }
    }
}
