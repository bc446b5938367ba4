import Bytes
import Schema
import Values

/// What a snippet does.
enum SnippetUse: String, CaseIterable {
    case read, insert, update, delete, subscribe
}

/// Where snippets call, and with which key.
struct SnippetServer {
    let url: String
    /// The key of anybody, or what stands for it.
    let key: String
    /// The person that snippets sign up.
    static let email = "ada@example.org"
    static let password = "correct horse"
}

/// What snippets need to know of a model.
struct SnippetModel {
    let name: String
    /// Whether anybody but the service role may use the verb.
    let verbs: Set<Verb>
    /// Whether everybody reads all rows, signed in or not.
    let isOpen: Bool
    let hasFeed: Bool
    /// What tells one row: the column as requests name it, the value as a text and as JSON.
    let key: [(name: String, text: String, json: JSONValue)]
    let insert: [ExampleRows.Member]
    let update: [ExampleRows.Member]

    init(_ model: Model, _ rows: ExampleRows) {
        name = model.name
        verbs = Set(model.access.filter { $0.value.isForAnybody }.keys)
        isOpen = model.access[.read]?.using.text == "true"
        hasFeed = model.realtime != nil
        key = rows.key(model).compactMap { column, value in
            guard let text = column.type.text(of: value),
                let json = try? JSONDocument(parsing: Array(column.json(value).utf8))
            else { return nil }
            return (RequestName.quoted(column.name), text, json.root)
        }
        insert = rows.insert(model)
        update = rows.update(model)
    }

    /// Whether a write may show what it has written.
    var showsRows: Bool { verbs.contains(.read) }

    /// What clients may do at all, in the order of the page.
    var uses: [SnippetUse] {
        SnippetUse.allCases.filter { use in
            switch use {
            case .read: verbs.contains(.read)
            case .insert: verbs.contains(.create)
            case .update: verbs.contains(.update) && !key.isEmpty && !update.isEmpty
            case .delete: verbs.contains(.delete) && !key.isEmpty
            case .subscribe: hasFeed && verbs.contains(.read)
            }
        }
    }
}

extension AccessRule {
    /// Whether there is a row that it lets somebody have.
    fileprivate var isForAnybody: Bool { using.text != "false" && check.text != "false" }
}

/// Names as requests write them (rest.md §6).
enum RequestName {
    private static let words: Set = [
        "select", "columns", "on_conflict", "order", "limit", "offset", "and", "or", "not",
    ]

    /// A name, in double quotes where it would mean something else without.
    static func quoted(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "_")
        }
        if isPlain, !name.isEmpty, !words.contains(name) { return name }
        return "\"" + name.escaping(["\"", "\\"], by: "\\") + "\""
    }
}

extension String {
    /// With a text before each of some characters.
    func escaping(_ characters: Set<Unicode.Scalar>, by text: String) -> String {
        var escaped = ""
        for scalar in unicodeScalars {
            if characters.contains(scalar) { escaped += text }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }

    /// As one word of a shell.
    var shellQuoted: String {
        "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }
}

/// A language, or a tool, that snippets are written for.
protocol SnippetWriter: Sendable {
    /// What the page calls it.
    var name: String { get }
    /// What comes before all others.
    func connect(_ server: SnippetServer) -> String
    /// Makes the person's account; the requests behind it are theirs.
    func signUp(_ server: SnippetServer) -> String
    /// Nil where the language cannot.
    func snippet(_ use: SnippetUse, _ model: SnippetModel, _ server: SnippetServer) -> String?
}

/// The languages, in the order of the page.
enum SnippetLanguages {
    static let all: [any SnippetWriter] = [
        JavaScriptSnippets(), PythonSnippets(), SwiftSnippets(), CurlSnippets(),
    ]
}
