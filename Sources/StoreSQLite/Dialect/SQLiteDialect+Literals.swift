import Bytes
import SQLite
import Store
public import Values

extension SQLiteDialect {
    /// The value as a literal (lang_expr.html §3), which reads back as the same value of the same
    /// storage class. For DDL and for constants of rules: what a request sends is bound.
    ///
    /// NaN is NULL, as it is when it is bound (c3ref/bind_blob.html).
    public func literal(_ value: Value, _ type: ColumnType) -> String {
        switch value {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .real(let number): literal(number)
        case .text(let text): literal(text)
        case .blob(let bytes): "X'\(Hex.encode(bytes))'"
        }
    }

    private func literal(_ number: Double) -> String {
        if number.isNaN { return "NULL" }
        if number.isInfinite { return number < 0 ? "-9e999" : "9e999" }
        // Always with a point or an exponent, without which it would be an integer.
        let decimal = "\(number)"
        return Self.reads(decimal, as: number) ? decimal : Self.product(number)
    }

    /// Whether the library in use reads a decimal as this number. SQLite promises no more than
    /// fifteen digits (floatingpoint.html §2), and keeps less: 3.40 rounds twice and reads one
    /// decimal in some ten thousand as the double beside it. Only it can tell which; constants with
    /// a fraction are few, and asked about once, when schemas are loaded.
    private static func reads(_ decimal: String, as number: Double) -> Bool {
        if number == number.rounded(), number.magnitude < 0x1p53 { return true }
        do throws(SQLiteError) {
            let connection = try Connection(
                path: ":memory:",
                options: ConnectionOptions(
                    mode: .create, busyTimeoutMilliseconds: 0, cachedStatementsMax: 1,
                    cachedStatementBytesMax: 65_536))
            var run = try connection.run("SELECT \(decimal)")
            return try run.step() && run.cell(0).real == number
        } catch {
            return false
        }
    }

    /// The number as a whole one, divided or multiplied by powers of two: each step is exact.
    private static func product(_ number: Double) -> String {
        var whole = number.significand
        var exponent = Int(number.exponent)
        while whole != whole.rounded() {
            whole *= 2
            exponent -= 1
        }
        var text = number < 0 ? "(-\(whole)" : "(\(whole)"
        while exponent != 0 {
            let step = min(abs(exponent), 50)
            text += exponent < 0 ? " / " : " * "
            text += "\(Double(sign: .plus, exponent: step, significand: 1))"
            exponent += exponent < 0 ? step : -step
        }
        return text + ")"
    }

    private func literal(_ text: String) -> String {
        // A statement ends at a NUL.
        if text.utf8.contains(0) { return "CAST(X'\(Hex.encode(Array(text.utf8)))' AS TEXT)" }
        return "'\(text.replacing(byte: UInt8(ascii: "'"), with: "''"))'"
    }
}
