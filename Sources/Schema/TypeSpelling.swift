import Bytes
import Values

/// What stands behind `type` in other tools, and how a model file says it: nobody who comes from
/// SQL has to look up what a `uuid` is called here.
enum TypeSpelling {
    /// What neither PostgreSQL's names nor the words for `format` say.
    private static let others: [String: ColumnType] = [
        "int": .integer, "smallint": .integer32, "int2": .integer32, "serial": .integer,
        "bigserial": .integer, "char": .text, "str": .text, "datetime": .timestamp,
        "single": .real, "float4": .real, "blob": .bytes, "binary": .bytes,
    ]

    /// The type that a word means elsewhere; nil for a word that nobody knows.
    static func type(_ word: String) -> ColumnType? {
        let word = word.lowercased()
        return others[word]
            ?? ColumnType.families.first { type in
                let traits = type.traits
                return traits.castNames.contains(word) || traits.formalName == word
                    || traits.formats.contains(word)
            }
    }

    /// What a model file writes for a type of elsewhere, which may have numbers in parentheses or
    /// `[]` behind it; nil for a word that nobody knows.
    static func words(for word: String) -> String? {
        if word.hasSuffix("[]") { return "\"type\": \"array\" with \"items\"" }
        let parts = word.split(separator: "(", maxSplits: 1)
        guard let type = parts.first.flatMap({ type(String($0).trimmingSpaces) }) else {
            return nil
        }
        let words = words(for: type)
        guard parts.count == 2, parts[1].hasSuffix(")") else { return words }
        let numbers = parts[1].dropLast().split(separator: ",").compactMap {
            Int64(String($0).trimmingSpaces)
        }
        guard let first = numbers.first else { return words }
        if type == .text { return "\(words), \"maxLength\": \(first)" }
        guard type == Self.type("decimal") else { return words }
        let scale = numbers.count > 1 ? numbers[1] : 0
        return "\(words), \"precision\": \(first), \"scale\": \(scale)"
    }

    /// What a model file writes for a type.
    static func words(for type: ColumnType) -> String {
        let traits = type.traits
        guard let word = traits.word else {
            return "\"type\": \"object\" or \"array\", or no \"type\" for any JSON value"
        }
        let format = traits.isWithoutFormat ? nil : traits.formats.first
        return "\"type\": \"\(word.rawValue)\"" + (format.map { ", \"format\": \"\($0)\"" } ?? "")
    }
}
