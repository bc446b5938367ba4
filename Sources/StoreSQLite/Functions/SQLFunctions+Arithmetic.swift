import Diagnostics
import SQLite
import Store
import Values

// Arithmetic that refuses what does not fit: SQLite's own goes on with reals.
extension SQLFunctions {
    /// What fails a statement for a number that does not fit, in the words of SQLite's `abs`.
    static let overflow = "integer overflow"

    /// What computes with reals, or with exact numbers whose result has a scale.
    static func name(of operation: Arithmetic, scale: Int?) -> String {
        guard let scale else { return "apus_\(operation.rawValue)_real" }
        return "apus_\(operation.rawValue)" + (scale == 0 ? "" : "_decimal")
    }

    static func defineArithmetic(on connection: Connection) throws(SQLiteError) {
        for operation in Arithmetic.allCases {
            try define(name(of: operation, scale: nil), on: connection) {
                (call) throws(Problem) in
                if let number = try operation.real(call[0].real, call[1].real) {
                    call.answer(real: number)
                } else {
                    call.answerNull()
                }
            }
            try define(name(of: operation, scale: 0), on: connection) {
                (call) throws(Problem) in
                call.answer(try operation.whole(call[0].integer, call[1].integer))
            }
            try define(name(of: operation, scale: 1), on: connection) {
                (call) throws(Problem) in
                call.answer(try operation.decimal(call[0].integer, call[1].integer))
            }
        }
    }

    private static func define(
        _ name: String, on connection: Connection,
        _ compute: @escaping (FunctionCall) throws(Problem) -> Void
    ) throws(SQLiteError) {
        try connection.define(name, argumentCount: 2) { call in
            if call[0].storageClass == .null || call[1].storageClass == .null {
                return call.answerNull()
            }
            do throws(Problem) { try compute(call) } catch { call.fail(overflow) }
        }
    }
}
