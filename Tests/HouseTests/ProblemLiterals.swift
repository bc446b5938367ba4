/// The problems that a source words: each `code: "…"` and the `message:` of the same call.
///
/// What is interpolated becomes `…`, so that one message reads the same wherever it is made and
/// however its variables are called. A message that is not a literal is `…` as a whole: the caller
/// words it.
struct ProblemLiterals {
    struct Wording: Hashable {
        let code: String
        let template: String
        let line: Int
    }

    /// Stands for what is not written out.
    static let blank = "…"

    private var rest: Substring
    private let text: String

    static func wordings(in text: String) -> [Wording] {
        var found: [Wording] = []
        var reader = ProblemLiterals(text: text, rest: text[...])
        while let start = reader.rest.firstRange(of: "code: \"") {
            let line = text[..<start.lowerBound].count { $0 == "\n" } + 1
            reader.rest = reader.rest[start.upperBound...]
            let code = String(reader.rest.prefix { $0 != "\"" })
            reader.rest = reader.rest.dropFirst(code.count + 1)
            var call = reader
            if call.skip(toLabel: "message:") {
                found.append(Wording(code: code, template: call.readTemplate(), line: line))
            }
        }
        return found
    }

    private init(text: String, rest: Substring) {
        self.text = text
        self.rest = rest
    }

    /// Goes behind a label of the call that the reader stands in; false at the call's end.
    private mutating func skip(toLabel label: String) -> Bool {
        var depth = 0
        while let character = rest.first {
            if depth == 0, rest.hasPrefix(label) {
                rest.removeFirst(label.count)
                return true
            }
            if character == "\"" {
                _ = readLiteral()
                continue
            }
            if character == "(" { depth += 1 }
            if character == ")" {
                if depth == 0 { return false }
                depth -= 1
            }
            rest.removeFirst()
        }
        return false
    }

    /// Reads an argument: literals, joined by `+` or not.
    private mutating func readTemplate() -> String {
        var template = ""
        var depth = 0
        var isLiteral = true
        while let character = rest.first, depth > 0 || (character != "," && character != ")") {
            if character == "\"" {
                let literal = readLiteral()
                if depth == 0 { template += literal }
                continue
            }
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if !character.isWhitespace, character != "+" { isLiteral = false }
            rest.removeFirst()
        }
        return isLiteral ? template : Self.blank
    }

    /// Reads a literal with its quotes, one line or several.
    private mutating func readLiteral() -> String {
        let quotes = rest.hasPrefix("\"\"\"") ? "\"\"\"" : "\""
        rest.removeFirst(quotes.count)
        var literal = ""
        while let character = rest.first, !rest.hasPrefix(quotes) {
            rest.removeFirst()
            guard character == "\\" else {
                literal.append(character)
                continue
            }
            let escaped = rest.popFirst()
            if escaped == "(" {
                skipInterpolation()
                literal += Self.blank
            } else if let escaped, escaped != "\n" {
                literal.append(escaped)
            } else {
                rest = rest.drop { $0 == " " }
            }
        }
        rest = rest.dropFirst(quotes.count)
        return literal
    }

    /// Goes behind the parenthesis that ends an interpolation.
    private mutating func skipInterpolation() {
        var depth = 1
        while depth > 0, let character = rest.first {
            if character == "\"" {
                _ = readLiteral()
                continue
            }
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            rest.removeFirst()
        }
    }
}
