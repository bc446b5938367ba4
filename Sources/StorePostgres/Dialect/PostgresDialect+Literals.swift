import Bytes
import Store
public import Values

extension PostgresDialect {
    /// The value as a constant of the server's own type. For DDL and for constants of rules: what a
    /// request sends is bound.
    ///
    /// Texts hold no NUL: values are parsed without.
    public func literal(_ value: Value, _ type: ColumnType) -> String {
        switch value {
        // What nothing else gives a type is taken for a text by both sides.
        case .null: type == .text ? "NULL" : "NULL::\(type.typeName)"
        case .integer(let number): literal(number, type)
        case .real(let number): literal(number, type)
        case .text(let text):
            type == .text ? Self.literal(text) : "\(Self.literal(text))::\(type.typeName)"
        case .blob(let bytes): "\(Self.literal("\\x" + Hex.encode(bytes)))::bytea"
        }
    }

    private func literal(_ number: Int64, _ type: ColumnType) -> String {
        switch type {
        case .boolean: return number == 0 ? "false" : "true"
        case .decimal:
            var digits: [UInt8] = []
            type.appendJSON(integer: number, to: &digits)
            return "'\(String(utf8: digits))'::numeric"
        // Quoted, so that the sign belongs to the number.
        case .integer32, .real: return "'\(number)'::\(type.typeName)"
        case .integer, .text, .uuid, .timestamp, .date, .time, .json, .bytes:
            return "'\(number)'::int8"
        }
    }

    /// A real among exact numbers is one that they cannot hold; a decimal's is scaled as they are.
    private func literal(_ number: Double, _ type: ColumnType) -> String {
        if let scale = type.exactScale {
            return "'\(String(utf8: [UInt8](exactly: number, scale: scale)))'::numeric"
        }
        return "'\(number.postgresText)'::float8"
    }

    /// A backslash means itself in any session.
    static func literal(_ text: String) -> String {
        let quotes = text.replacing(byte: UInt8(ascii: "'"), with: "''")
        guard text.utf8.contains(ASCII.backslash) else { return "'\(quotes)'" }
        return "E'\(quotes.replacing(byte: ASCII.backslash, with: "\\\\"))'"
    }
}

extension Double {
    /// The number as PostgreSQL reads it.
    var postgresText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Infinity" : "Infinity" }
        return description
    }
}
