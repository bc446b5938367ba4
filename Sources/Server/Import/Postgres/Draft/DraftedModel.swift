import Bytes

/// A model file that is being drafted. What it says besides its columns is in parts, so that one
/// that turns out not to work can be taken out alone.
struct DraftedModel: Sendable {
    /// Something that may be taken out.
    struct Part: Sendable {
        /// Where it goes.
        enum Place: Sendable {
            /// A word of a column.
            case property(String, word: String)
            /// A column whole.
            case column(String)
            /// A member of an object of the model: `checks`, `access`.
            case member(of: String, String)
            /// An element of a list of the model: `indexes`, `unique`, `references`, `required`.
            case element(of: String)
            /// A word of the model.
            case word(String)
        }

        let place: Place
        let value: JSON
        /// What is told where it is taken out; the reason comes to its text.
        let note: ImportNote
    }

    let name: String
    let table: SourceTable
    /// The columns in their order, each with the words that nothing can be wrong with.
    var columns: [(name: String, words: [JSON.Member], form: ValueForm)] = []
    var description: String?
    var primaryKey: [String]
    var required: [String] = []
    /// The last number that its identity column was given; nil where that is not said.
    var lastNumber: Int64?
    var parts: [Part] = []

    /// The file that it makes with some of its parts.
    func json(with parts: [Part]) -> JSON {
        var properties = columns.map { JSON.Member($0.name, .object($0.words)) }
        var words: [JSON.Member] = [
            JSON.Member("$schema", "../../.apus/model.schema.json"),
            JSON.Member("primaryKey", .array(primaryKey.map(JSON.string))),
        ]
        // Where nothing is said the key is "id".
        if primaryKey == ["id"] { words.removeLast() }
        if let description { words.append(JSON.Member("description", .string(description))) }
        if !required.isEmpty {
            words.append(JSON.Member("required", .array(required.map(JSON.string))))
        }
        for part in parts {
            switch part.place {
            case .property(let column, let word):
                guard let place = properties.firstIndex(where: { $0.key == column }) else { break }
                properties[place].value[word] = part.value
            case .column(let name): properties.append(JSON.Member(name, part.value))
            case .member(let word, let name): words.put(part.value, as: name, in: word)
            case .element(let word): words.append(part.value, to: word)
            case .word(let word): words.append(JSON.Member(word, part.value))
            }
        }
        words.append(JSON.Member("properties", .object(properties)))
        return .object(words)
    }
}

extension [JSON.Member] {
    /// Puts a member into an object among these, which is made where it is missing.
    fileprivate mutating func put(_ value: JSON, as name: String, in word: String) {
        let place = firstIndex { $0.key == word }
        guard let place, case .object(let members) = self[place].value else {
            append(JSON.Member(word, .object([JSON.Member(name, value)])))
            return
        }
        self[place].value = .object(members + [JSON.Member(name, value)])
    }

    fileprivate mutating func append(_ value: JSON, to word: String) {
        let place = firstIndex { $0.key == word }
        guard let place, case .array(let elements) = self[place].value else {
            append(JSON.Member(word, .array([value])))
            return
        }
        self[place].value = .array(elements + [value])
    }
}
