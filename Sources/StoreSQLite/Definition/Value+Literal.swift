import Bytes
import Values

extension Value {
    /// The value of an SQL literal, given as its tokens; nil for other expressions.
    init?(sqlLiteral text: String) {
        let quote = UInt8(ascii: "'")
        let bytes = Array(text.utf8)
        if bytes.first == quote, bytes.last == quote, bytes.count > 1 {
            // Inside, a quote is written twice.
            var isFirstOfTwo = false
            let characters = bytes.dropFirst().dropLast().filter { byte in
                isFirstOfTwo = byte == quote && !isFirstOfTwo
                return !isFirstOfTwo
            }
            self = .text(String(utf8: characters))
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
