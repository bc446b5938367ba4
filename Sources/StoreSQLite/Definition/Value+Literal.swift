import Bytes
import Values

extension Value {
    /// The value of an SQL literal, given as its tokens; nil for other expressions.
    init?(sqlLiteral text: String) {
        if text.hasPrefix("'"), text.hasSuffix("'"), text.utf8.count > 1 {
            // Inside, a quote is written twice.
            var isFirstOfTwo = false
            let characters = text.dropFirst().dropLast().filter { character in
                isFirstOfTwo = character == "'" && !isFirstOfTwo
                return !isFirstOfTwo
            }
            self = .text(String(characters))
            return
        }
        if text.hasPrefix("x'") || text.hasPrefix("X'") {
            guard let bytes = Hex.decode(text.utf8.dropFirst(2).dropLast()) else { return nil }
            self = .blob(bytes)
            return
        }
        let number = text.filter { $0 != " " }
        if let integer = Int64(number) {
            self = .integer(integer)
        } else if let real = Double(number) {
            self = .real(real)
        } else {
            return nil
        }
    }
}
