import Diagnostics
import Store
import StoreSQLite
import Values

/// What a write does with a row, in both tables at once.
enum RowStep {
    case insert(String, bytes: Int = 10)
    case bump(String)
    case delete(String)

    /// The work of a write.
    typealias Body = @Sendable (SQLiteTransaction) throws(DatabaseError) -> Void

    private static let sequence = IdentitySequence(table: "items", column: "id", maximum: .max)

    /// A write of these steps, one after the other.
    static func body(_ steps: [RowStep]) -> Body {
        { transaction throws(DatabaseError) in
            for step in steps { try step.perform(transaction) }
        }
    }

    /// What becomes of the versions by token.
    func apply(to rows: inout [String: Int64]) {
        switch self {
        case .insert(let token, _): rows[token] = 1
        case .bump(let token): rows[token, default: 0] += 1
        case .delete(let token): rows[token] = nil
        }
    }

    private func perform(_ transaction: SQLiteTransaction) throws(DatabaseError) {
        switch self {
        case .insert(let token, let bytes): try Self.insert(token, bytes, transaction)
        case .bump(let token):
            try Self.change(
                "UPDATE TABLE SET version = version + 1 WHERE token = ?7", token, transaction)
        case .delete(let token):
            try Self.change("DELETE FROM TABLE WHERE token = ?7", token, transaction)
        }
    }

    private static func insert(
        _ token: String, _ bytes: Int, _ transaction: SQLiteTransaction
    ) throws(DatabaseError) {
        let number = try transaction.upcomingNumbers(1, of: sequence).lowerBound
        transaction.use(number...number, of: sequence)
        try transaction.run(
            text: "INSERT INTO sparks(token) VALUES (?7)", arguments: [.text(token)])
        for table in ["items", "twins"] {
            try transaction.run(
                text: "INSERT INTO \(table)(id, token, version, payload) "
                    + "VALUES (?7, ?8, 1, zeroblob(?9))",
                arguments: [.integer(number), .text(token), .integer(Int64(bytes))])
        }
    }

    private static func change(
        _ statement: String, _ token: String, _ transaction: SQLiteTransaction
    ) throws(DatabaseError) {
        for table in ["items", "twins"] {
            let text = statement.replacing("TABLE", with: table)
            guard try transaction.run(text: text, arguments: [.text(token)]) == 1 else {
                throw .invalidValue(
                    Problem(code: "P0002", status: 404, message: "\(token) is not there"))
            }
        }
    }
}
