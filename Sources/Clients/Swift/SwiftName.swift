/// Names as Swift writes them, made of any text.
enum SwiftName {
    /// `TeamMembers` of `team_members`.
    static func type(_ name: String) -> String {
        identifier(parts(of: name).map(capitalised).joined(), or: "Model")
    }

    /// `createdAt` of `created_at`, not yet escaped.
    static func member(_ name: String) -> String {
        let parts = parts(of: name)
        guard let first = parts.first else { return "value" }
        let start = first == first.uppercased() ? first.lowercased() : lowered(first)
        let found = identifier(
            start + parts.dropFirst().map(capitalised).joined(), or: "value")
        return taken.contains(found) ? found + "_" : found
    }

    /// A name where it is declared or used: a keyword stands in backquotes.
    static func escaped(_ name: String) -> String {
        keywords.contains(name) ? "`\(name)`" : name
    }

    /// A text in quotes.
    static func literal(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": literal += "\\" + String(scalar)
            case "\n": literal += "\\n"
            default:
                if isPrintable(scalar) {
                    literal.unicodeScalars.append(scalar)
                } else {
                    literal += "\\u{\(String(scalar.value, radix: 16))}"
                }
            }
        }
        return literal + "\""
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        !unprintable.contains(scalar.properties.generalCategory)
    }

    private static let unprintable: Set<Unicode.GeneralCategory> = [
        .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
        .paragraphSeparator,
    ]

    /// What stands between all that is neither a letter nor a digit.
    private static func parts(of name: String) -> [String] {
        name.split { !isPlain($0) }.map(String.init)
    }

    /// Letters that stand for themselves in any form that Unicode gives a text.
    private static func isPlain(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1
        else { return false }
        return scalar.isASCII
            ? character.isLetter || character.isNumber
            : scalar.value < 0x10000 && scalar.properties.isXIDContinue && character.isLetter
    }

    private static func capitalised(_ part: String) -> String {
        part.prefix(1).uppercased() + part.dropFirst()
    }

    private static func lowered(_ part: String) -> String {
        part.prefix(1).lowercased() + part.dropFirst()
    }

    private static func identifier(_ name: String, or other: String) -> String {
        guard let first = name.first else { return other }
        return first.isNumber ? "_" + name : name
    }

    /// Members that have a meaning of their own, or that no backquotes make a plain name of.
    private static let taken: Set<String> = [
        "self", "init", "hashValue", "rawValue", "stringValue", "intValue", "allCases", "none",
        "some",
    ]

    /// What no type of a project may be called, since the file means something else by it.
    static let takenTypes: Set<String> = [
        "Any", "Array", "Bool", "CaseIterable", "Codable", "CodingKey", "CodingKeys", "Database",
        "Decimal", "Decoder", "Decodable", "Dictionary", "Double", "Encodable", "Encoder",
        "Equatable", "Hashable", "Insert", "Int32", "Int64", "JSONValue", "Never", "Optional",
        "Protocol", "Row", "Self", "Sendable", "String", "Swift", "Type", "UUID", "Update",
    ]

    private static let keywords: Set<String> = [
        "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer",
        "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for",
        "func", "guard", "if", "import", "in", "inout", "internal", "is", "let", "nil",
        "operator", "precedencegroup", "private", "protocol", "public", "repeat", "rethrows",
        "return", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true",
        "try", "typealias", "var", "where", "while",
    ]
}
