import Bytes
import Database
import Values

extension Value {
    /// The value as an SQL literal.
    var sqlLiteral: String {
        switch self {
        case .null: return "NULL"
        case .integer(let number): return String(number)
        case .real(let number):
            if number.isInfinite { return number < 0 ? "-9e999" : "9e999" }
            var text: [UInt8] = []
            text.append(shortest: number)
            let isWhole = text.allSatisfy { ASCII.isDigit($0) || $0 == ASCII.minus }
            return String(utf8: text) + (isWhole ? ".0" : "")
        case .text(let text): return Dialect.sqlite.quoted(literal: text)
        case .blob(let bytes): return "X'\(Hex.encode(bytes))'"
        }
    }
}
