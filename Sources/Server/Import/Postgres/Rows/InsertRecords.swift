import Bytes

/// The rows of INSERT statements that stand behind one another, as `pg_dump --inserts` writes them.
struct InsertRecords: ImportRecords {
    private let reader: ScriptReader
    private let conversion: RowConversion
    /// Statements that are left.
    private var left: Int
    private var waiting: [ImportRecord] = []

    /// - Parameters:
    ///   - input: stands before the first statement.
    ///   - count: how many they are.
    init(_ input: InputBytes, _ conversion: RowConversion, count: Int) {
        reader = ScriptReader(input: input)
        self.conversion = conversion
        left = count
    }

    mutating func next() throws -> ImportRecord? {
        while waiting.isEmpty {
            guard left > 0, let statement = try reader.next() else { return nil }
            left -= 1
            do throws(ScriptFault) {
                waiting = try records(of: statement).reversed()
            } catch {
                throw ImportFault(
                    line: statement.line(of: error.offset), malformed: error.message)
            }
        }
        return waiting.popLast()
    }

    private func records(of statement: ScriptStatement) throws(ScriptFault) -> [ImportRecord] {
        var cursor = try TokenCursor(statement.bytes)
        guard cursor.accept("insert", "into") else { return [] }
        _ = try cursor.path()
        if cursor.current.isSymbol("(") { cursor.skipParentheses() }
        if cursor.accept("overriding") { cursor.advance(2) }
        try cursor.expect("values")
        var records: [ImportRecord] = []
        repeat {
            let line = statement.line(of: cursor.current.offset)
            let offset = cursor.current.offset
            try cursor.expect(symbol: "(")
            var values: [RowConversion.Value] = []
            for node in try cursor.list() { values.append(try Self.value(node, at: offset)) }
            try cursor.expect(symbol: ")")
            guard let json = conversion.object(values) else {
                throw ScriptFault(
                    "the row has \(values.count) values, and its table "
                        + "\(conversion.columns.count) columns", at: offset)
            }
            let columns = conversion.columns(values)
            records.append(ImportRecord(line: line, json: json, columns: columns))
        } while cursor.accept(symbol: ",")
        return records
    }

    private static func value(
        _ node: SQLNode, at offset: Int
    ) throws(ScriptFault) -> RowConversion.Value {
        if node == .null { return .null }
        if node == .name(["default"]) { return .missing }
        if case .boolean(let truth) = node { return .text(Array((truth ? "true" : "false").utf8)) }
        if case .number(let text) = node { return .text(Array(text.utf8)) }
        if case .text(let text) = node { return .text(Array(text.utf8)) }
        if case .cast(let inner, _) = node { return try value(inner, at: offset) }
        throw ScriptFault("a value of the row is no constant", at: offset)
    }
}
