import Bytes
import PostgresWire
import Store

extension DatabaseError {
    /// What a unit failed with, in words for whoever writes migrations.
    ///
    /// - Parameter statement: the text that positions in errors are counted in.
    init(migrating failure: UnitFailure, in statement: String) {
        if case .server(let error, step: _) = failure {
            self = Self.told(error, statement)
        } else {
            self = DatabaseError(failure)
        }
    }

    private static func told(_ error: ServerError, _ statement: String) -> DatabaseError {
        let table = error.table ?? ""
        switch error.sqlState.text {
        case "23505": return unique(error, table)
        case "23502": return .notNull(table: table, column: error.column ?? "")
        case "23503": return .foreignKey
        case "23514": return .check(name: error.constraint ?? "")
        default: return other(error, statement)
        }
    }

    /// What only the author of the statement can mend is told in the server's words.
    private static func other(_ error: ServerError, _ statement: String) -> DatabaseError {
        let known = DatabaseError(error)
        switch known {
        case .unexpected, .invalidValue: break
        case .timeout, .busy, .readOnly, .full, .unavailable, .unreachable, .unique,
            .uniqueIndex, .notNull, .check, .foreignKey, .sequenceExhausted, .stillReferenced,
            .tooLarge, .noMemory, .tooDeep, .other:
            return known
        }
        // What depends on what is only said in the detail.
        let detail = error.sqlState.text == "2BP01" ? error.detail ?? "" : ""
        let facts = detail.split(separator: "\n").joined(separator: "; ")
        return .other(
            code: code(of: error.sqlState),
            message: error.message + (facts.isEmpty ? "" : ": \(facts)"),
            line: error.position.map { line(of: $0, in: statement) })
    }

    /// The detail is `Key (a, b)=(…) …` in whatever language.
    private static func unique(_ error: ServerError, _ table: String) -> DatabaseError {
        let detail = error.detail ?? ""
        let tokens = SQLLexer.tokens(of: detail, .postgres).drop { !$0.isSymbol("(") }.dropFirst()
            .prefix { !$0.isSymbol(")") }
        let columns = tokens.filter { $0.name != nil }.map(\.spelled)
        // Anything else is an index over expressions.
        let isPlain = tokens.allSatisfy { $0.name != nil || $0.isSymbol(",") }
        guard isPlain, !table.isEmpty, tokens.count == columns.count * 2 - 1 else {
            return .uniqueIndex(error.constraint ?? "")
        }
        return .unique(table: table, columns: columns)
    }

    /// As ``Store/DatabaseError/other(code:message:line:)`` has it.
    static func code(of state: SQLState) -> String { "PostgreSQL \(state)" }

    /// - Parameter position: counted in characters from 1.
    private static func line(of position: Int, in statement: String) -> Int {
        1 + statement.unicodeScalars.prefix(position - 1).count { $0 == "\n" }
    }

    /// Whether what a statement makes is there already: a table or index, a column, a constraint or
    /// trigger.
    var isRepetition: Bool {
        guard case .other(let code, _, _) = self else { return false }
        return ["42P07", "42701", "42710"].contains { code == "PostgreSQL \($0)" }
    }
}
