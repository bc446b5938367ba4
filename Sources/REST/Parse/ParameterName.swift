import Bytes
import Diagnostics

/// What a parameter of the query string is about, told by its name alone (rest.md §4).
struct ParameterName: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case select, columns, onConflict
        case order, limit, offset
        /// `and`, `or`, `not.and`, `not.or`: the name without its path.
        case logic(String)
        /// A field, with its JSON path, as written.
        case filter(String)
    }
    /// Names or aliases of embeds, outermost first; empty for the table of the URL.
    var path: [String]
    var kind: Kind

    init(_ name: String) throws(Problem) {
        switch name {
        case "select": self.init(path: [], kind: .select)
        case "columns": self.init(path: [], kind: .columns)
        case "on_conflict": self.init(path: [], kind: .onConflict)
        default: try self.init(dotted: name)
        }
    }

    private init(path: [String], kind: Kind) {
        self.path = path
        self.kind = kind
    }

    private init(dotted name: String) throws(Problem) {
        var parts = Self.parts(name)
        let last = parts.removeLast()
        switch last {
        case "order": self.init(path: try Self.names(parts), kind: .order)
        case "limit": self.init(path: try Self.names(parts), kind: .limit)
        case "offset": self.init(path: try Self.names(parts), kind: .offset)
        case "and", "or":
            let negations = parts.count { $0 == "not" }
            parts.removeAll { $0 == "not" }
            let word = negations % 2 == 1 ? "not." + last : last
            self.init(path: try Self.names(parts), kind: .logic(word))
        default: self.init(path: try Self.names(parts), kind: .filter(last))
        }
    }

    /// Splits at dots that stand outside quotes.
    private static func parts(_ name: String) -> [String] {
        var parts: [String] = []
        var current: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        for byte in name.utf8 {
            if byte == UInt8(ascii: "."), !isQuoted {
                parts.append(String(decoding: current, as: UTF8.self))
                current = []
                continue
            }
            if isEscaped {
                isEscaped = false
            } else if byte == ASCII.backslash, isQuoted {
                isEscaped = true
            } else if byte == ASCII.quote {
                isQuoted.toggle()
            }
            current.append(byte)
        }
        parts.append(String(decoding: current, as: UTF8.self))
        return parts
    }

    private static func names(_ parts: [String]) throws(Problem) -> [String] {
        var names: [String] = []
        for part in parts {
            var scanner = Scanner(part, subject: "filter")
            guard let name = try scanner.name(), scanner.isAtEnd else {
                throw scanner.failure(expecting: "an embed's name")
            }
            names.append(name)
        }
        return names
    }

    /// `name ("," name)*` of `columns` and `on_conflict`.
    static func list(_ text: String, subject: StaticString) throws(Problem) -> [String] {
        var scanner = Scanner(text, subject: subject)
        var names: [String] = []
        repeat {
            guard let name = try scanner.name() else {
                throw scanner.failure(expecting: "a column name")
            }
            names.append(name)
            guard names.count <= Limits.columnNamesMax else {
                throw scanner.failure(expecting: "fewer names")
            }
            scanner.skipBlanks()
        } while scanner.take(ASCII.comma)
        guard scanner.isAtEnd else { throw scanner.failure(expecting: "\",\" or end of input") }
        return names
    }
}
