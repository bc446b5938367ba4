import Bytes
import Foundation
import TestSupport

/// An answer's JSON, for comparing: members sorted by name, numbers as they are written, and what
/// the server has made found out.
indirect enum AnswerTree {
    case leaf([AnswerPiece])
    case array([AnswerTree])
    case object([(name: String, value: AnswerTree)])

    /// Members whose values are others each time, and cannot be told by their form.
    private static let passing: Set<String> = [
        "refresh_token", "expires_at", "iat", "exp", "timestamp",
    ]

    init(_ value: JSONValue, member: String = "") {
        switch value.kind {
        case .null, .bool: self = .leaf([.text(String(utf8: value.raw))])
        case .number:
            let text = String(utf8: value.raw)
            let made = Mark(column: member, number: text)
            self = .leaf([made.map { .made($0) } ?? .text(text)])
        case .string:
            self = .leaf(AnswerPiece.pieces(of: quoted(value.string ?? "")))
        case .array: self = .array(value.elements.map { AnswerTree($0, member: member) })
        case .object:
            let members = value.members.map { name, value in
                let name = name.string ?? ""
                return (name, AnswerTree(value, member: name))
            }
            self = .object(members.sorted { $0.0 < $1.0 })
        }
        if Self.passing.contains(member) { self = .leaf([.text("‹passing›")]) }
    }

    /// In words, with symbols for what has some and the same mark for all that has not.
    func words(_ translator: Translator, isOrdered: Bool) -> String {
        switch self {
        case .leaf(let pieces): return pieces.words(translator)
        case .array(let elements):
            let words = elements.map { $0.words(translator, isOrdered: isOrdered) }
            let isSet = !isOrdered && isOfObjects
            return "[" + (isSet ? words.sorted() : words).joined(separator: ",\n ") + "]"
        case .object(let members):
            let words = members.map {
                "\(quoted($0.name)):\($0.value.words(translator, isOrdered: isOrdered))"
            }
            return "{" + words.joined(separator: ",") + "}"
        }
    }

    /// Gives symbols to what has none, in an order that does not depend on that of rows. Rows that
    /// differ in nothing else are left as they are.
    func name(_ translator: Translator, _ kind: String, isOrdered: Bool) {
        switch self {
        case .leaf(let pieces): pieces.name(translator, kind)
        case .object(let members):
            for member in members {
                member.value.name(translator, kind, isOrdered: isOrdered)
            }
        case .array(let elements):
            guard !isOrdered, isOfObjects else {
                for element in elements { element.name(translator, kind, isOrdered: isOrdered) }
                return
            }
            let told = elements.map { ($0.words(translator, isOrdered: false), $0) }
            let counts = Dictionary(told.map { ($0.0, 1) }, uniquingKeysWith: +)
            for (words, element) in told.sorted(by: { $0.0 < $1.0 }) where counts[words] == 1 {
                element.name(translator, kind, isOrdered: false)
            }
        }
    }

    /// Rows, rather than the value of a column.
    private var isOfObjects: Bool {
        guard case .array(let elements) = self else { return false }
        return elements.allSatisfy { if case .object = $0 { true } else { false } }
    }
}

extension [AnswerPiece] {
    func words(_ translator: Translator) -> String {
        map { piece in
            switch piece {
            case .text(let text): text
            case .made(let mark): translator.symbol(of: mark) ?? "‹made›"
            }
        }.joined()
    }

    func name(_ translator: Translator, _ kind: String) {
        for case .made(let mark) in self {
            translator.name(mark, mark.kind == "id" ? kind : mark.kind)
        }
    }
}

/// Fields that differ each time, or say nothing beside what is compared.
private let ignoredFields: Set<String> = [
    "date", "content-length", "x-request-id", "server-timing", "connection",
]

/// An answer as it is, but for the time and the number of the request.
///
/// - Parameter isAnyOrder: whether rows may come in any order, and are put in one here.
func exact(_ answer: HTTPAnswer, isAnyOrder: Bool = false) -> String {
    let lines = answer.head.components(separatedBy: "\r\n").filter { line in
        let name = line.prefix { $0 != ":" }.lowercased()
        return name != "date" && name != "x-request-id"
    }
    guard isAnyOrder else { return lines.joined(separator: "\n") + answer.text }
    // Rows of CSV are lines.
    let document = try? JSONDocument(parsing: answer.body)
    let body = document.map { sorted($0.root) } ?? answer.text.split(separator: "\n").sorted()
        .joined(separator: "\n")
    return lines.joined(separator: "\n") + body
}

/// A text of JSON with the objects of each array in one order, and all else as it is.
private func sorted(_ value: JSONValue) -> String {
    switch value.kind {
    case .null, .bool, .number, .string: return String(utf8: value.raw)
    case .object:
        let members = value.members.map { "\(quoted($0.string ?? "")):\(sorted($1))" }
        return "{" + members.joined(separator: ",") + "}"
    case .array:
        let isOfRows = value.elements.allSatisfy { $0.kind == .object }
        let elements = value.elements.map(sorted)
        return "[" + (isOfRows ? elements.sorted() : elements).joined(separator: ",") + "]"
    }
}

/// An answer as it is compared.
func comparable(
    _ answer: HTTPAnswer?, to request: GeneratedRequest, _ translator: Translator
) -> String {
    guard let answer else { return "no answer" }
    // Accounts have ids that no request about rows should mention.
    let kind = request.path.hasPrefix("/rest/") ? "id" : "account"
    var text = "\(answer.status)\n"
    for field in answer.lines.sorted(by: { $0.name < $1.name })
    where !ignoredFields.contains(field.name) {
        let pieces = AnswerPiece.pieces(of: field.value)
        pieces.name(translator, kind)
        text += "\(field.name): \(pieces.words(translator))\n"
    }
    guard !answer.body.isEmpty else { return text }
    guard let document = try? JSONDocument(parsing: answer.body) else {
        return text + AnswerPiece.pieces(of: answer.text).words(translator)
    }
    let tree = AnswerTree(document.root)
    tree.name(translator, kind, isOrdered: request.isOrdered)
    var words = tree.words(translator, isOrdered: request.isOrdered)
    if request.mayChangeSeveral, let code = rowCode(in: document) {
        return text + "\(code) of one of the rows"
    }
    if request.isNumbered { words = withoutNumber(words) }
    return text + (request.mentionsWhatIsMade ? withoutPlaces(words) : words)
}

/// The code of a problem that names the first row at fault. Rows have no order in which they are
/// changed, so which one that is, and which constraint it breaks, may differ.
private func rowCode(in document: JSONDocument) -> String? {
    guard let code = document.root["code"]?.string,
        ["23503", "23505", "23514"].contains(code)
    else { return nil }
    return code
}

/// The number that a refused row would have had: PostgreSQL's sequences do not tell it afterwards.
private func withoutNumber(_ words: String) -> String {
    words.replacing(/(Failing row contains (?:\(serial_[^()]*\) = )?\()(?:null|[0-9]{1,3})\b/) {
        "\($0.output.1)‹number›"
    }
}

/// A parser that stops inside an id tells which of its digits it met, and numbers are of any
/// length.
private func withoutPlaces(_ words: String) -> String {
    guard words.contains("\"PGRST100\"") else { return words }
    return words.replacing(/unexpected \\"[0-9a-f]\\"/, with: "unexpected ‹digit›")
        .replacing(/\(line 1, column [0-9]+\)/, with: "‹place›")
}
