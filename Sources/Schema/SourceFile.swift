import Bytes
import Configuration
import Diagnostics
import Store

/// One file being read, with what is needed to point into it.
struct SourceFile: Sendable {
    let path: String
    let bytes: [UInt8]
    private let lines: LineMap

    init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
        lines = LineMap(bytes)
    }

    /// Whether the file is one that may be read; reports when not.
    func isReadable(_ report: Report) -> Bool {
        if bytes.count > SchemaLimits.fileBytesMax {
            report.fault(
                "the file is larger than \(SchemaLimits.fileBytesMax >> 20) MiB", at: location(0))
            return false
        }
        // Windows' editors begin files with one; RFC 8259 §8.1 forbids it.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            report.fault(
                "the file begins with a byte order mark; save it as UTF-8 without one",
                at: location(0))
            return false
        }
        return true
    }

    /// The place of a byte.
    func location(_ offset: Int) -> SourceLocation {
        let position = lines.position(of: offset)
        return SourceLocation(file: path, line: position.line, column: position.column)
    }

    /// The text of a JSON string as an expression that can point back into the file.
    func expression(_ value: JSONValue) -> ExpressionSource {
        ExpressionSource(
            value.string ?? "", at: location(value.offset + 1),
            written: Array(value.raw.dropFirst().dropLast()))
    }

    /// A rule: a string, or `true` and `false` for everybody and nobody.
    func rule(_ value: JSONValue) -> ExpressionSource {
        if let always = value.bool {
            return ExpressionSource(always ? "true" : "false", at: location(value.offset))
        }
        return expression(value)
    }
}

/// Collects the faults of one reading. Confined to the call that makes it.
final class Report {
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var warnings: [Diagnostic] = []

    func fault(_ message: String, at location: SourceLocation, suggestion: String? = nil) {
        diagnostics.append(Diagnostic(message, at: location, suggestion: suggestion))
    }

    func warn(_ message: String, at location: SourceLocation) {
        warnings.append(Diagnostic(message, at: location))
    }

    func throwIfAny() throws(SchemaFailure) {
        if !diagnostics.isEmpty { throw SchemaFailure(diagnostics: diagnostics) }
    }
}

/// Reads one file: checks its words against a vocabulary and reports what is wrong.
struct FileReader {
    let file: SourceFile
    let report: Report

    /// A member of an object whose names are free.
    struct Member {
        let name: String
        let key: JSONValue
        let value: JSONValue
    }

    /// The document's root; nil, with the fault reported, when the file is not JSON.
    func parse() -> JSONValue? {
        guard file.isReadable(report) else { return nil }
        do {
            return try JSONDocument(parsing: file.bytes, depthMax: SchemaLimits.jsonDepthMax).root
        } catch {
            report.fault("this is not JSON: \(error.message)", at: file.location(error.offset))
            return nil
        }
    }

    func fault(_ message: String, at value: JSONValue, suggestion: String? = nil) {
        report.fault(message, at: file.location(value.offset), suggestion: suggestion)
    }

    /// The members of an object with free names; repeated names are faults and left out.
    func members(of object: JSONValue) -> [Member] {
        var seen = Set<String>()
        return object.members.compactMap { key, value in
            let name = key.string ?? ""
            guard seen.insert(name).inserted else {
                fault("\"\(name)\" stands here twice", at: key)
                return nil
            }
            return Member(name: name, key: key, value: value)
        }
    }

    /// The members of an object that are words of `vocabulary` and have the right shape. All else
    /// is reported: unknown and repeated words, wrong shapes, words missing.
    func words(
        of object: JSONValue, _ vocabulary: Vocabulary, kind: PropertyKind? = nil
    ) -> [String: Member] {
        guard object.kind == .object else {
            fault("\(vocabulary.noun) must be an object", at: object)
            return [:]
        }
        var found: [String: Member] = [:]
        for member in members(of: object) {
            guard let word = vocabulary.word(member.name) else {
                unknown(member, vocabulary)
                continue
            }
            if let kind, let kinds = word.kinds, !kinds.contains(kind) {
                fault("\"\(word.name)\" does not apply to \(kind.wording)", at: member.key)
            } else if word.shape.accepts(member.value) {
                found[word.name] = member
            } else {
                misshapen(member, word, vocabulary)
            }
        }
        for word in vocabulary.words where word.isRequired && object[word.name] == nil {
            fault("\(vocabulary.noun) needs \"\(word.name)\"", at: object)
        }
        return found
    }

    private func unknown(_ member: Member, _ vocabulary: Vocabulary) {
        if let setting = vocabulary.elsewhere.first(where: { $0.word == member.name }) {
            fault("\"\(setting)\" \(setting.absence)", at: member.key)
            return
        }
        var message = "\(vocabulary.noun) has no word \"\(member.name)\""
        let kind = Vocabulary.Name.allCases.first { Vocabulary.named($0).noun == vocabulary.noun }
        if let advice = kind.flatMap({ ForeignWords.advice(on: member.name, in: $0) }) {
            return fault("\(message): \(advice)", at: member.key)
        }
        let near = nearest(member.name, in: vocabulary.words.map(\.name))
        if near == nil {
            if let listing = vocabulary.listing {
                message += "; it has \(listing)"
            } else if let other = Vocabulary.Name.allCases.lazy.map(Vocabulary.named)
                .first(where: { $0.word(member.name) != nil })
            {
                message += "; \(other.noun) has it"
            }
        }
        fault(message, at: member.key, suggestion: near)
    }

    /// Reports what is wrong with the value of a setting.
    ///
    /// - Returns: whether there is anything.
    private func report(_ faults: [SettingSyntax.Fault]) -> Bool {
        for found in faults {
            fault(found.message, at: found.place, suggestion: found.suggestion)
        }
        return !faults.isEmpty
    }

    /// Reports a setting that is given in another way, in the place of a section of its name.
    private func misplaced(_ setting: Setting, at member: Member) {
        fault(
            "\"\(member.name)\" must be an object here; what \(setting.otherWays) gives does not "
                + "stand in project.json", at: member.value)
    }

    /// Reports a value of the wrong shape; for a list, the first element at fault.
    private func misshapen(_ member: Member, _ word: Word, _ vocabulary: Vocabulary) {
        if case .object = word.shape,
            let setting = vocabulary.elsewhere.first(where: { $0.word == word.name })
        {
            return misplaced(setting, at: member)
        }
        if case .choice(let names) = word.shape, names == Vocabulary.typeNames,
            let objection = objection(toType: member.value)
        {
            return fault(objection, at: member.value)
        }
        if case .setting(let setting) = word.shape, report(setting.syntax.faults(member.value)) {
            return
        }
        var shape = word.shape
        var value = member.value
        while case .list(let element, _) = shape,
            let wrong = value.elements.first(where: { !element.accepts($0) })
        {
            shape = element
            value = wrong
        }
        var wording = shape.wording
        if case .setting(let setting) = shape, let element = setting.syntax.element,
            let wrong = value.elements.first(where: { !element.accepts($0) })
        {
            wording = element.wording
            value = wrong
        }
        let subject = value.offset == member.value.offset ? "" : "an element of "
        let objection = shape.objection(to: value) ?? "must be \(wording)"
        fault(
            "\(subject)\"\(word.name)\" \(objection)", at: value,
            suggestion: value.string.flatMap { nearest($0, in: shape.choices) })
    }

    /// What is wrong with the type of a column, where it is known what is meant.
    private func objection(toType value: JSONValue) -> String? {
        if value.kind == .array {
            return "a column has one type; leave the column out of \"required\" to let it be null"
        }
        guard let word = value.string, let words = TypeSpelling.words(for: word) else { return nil }
        return "there is no type \"\(word)\": write \(words)"
    }

    /// The names of a `renamedFrom`, the last one first.
    func formerNames(_ word: Member?) -> [String] {
        guard let value = word?.value else { return [] }
        let names = value.kind == .array ? value.elements : [value]
        return names.compactMap { element in
            guard let name = element.string else { return nil }
            isValid(name: name, "the former name", at: file.location(element.offset))
            return name
        }
    }

    /// Whether `name` can be the name of a rule or of its parameter, which rules name bare; reports
    /// when not.
    func isPlain(name: String, _ what: String, at location: SourceLocation) -> Bool {
        let bytes = name.utf8
        guard bytes.allSatisfy(ASCII.isNameByte), bytes.first.map(ASCII.isDigit) != true else {
            report.fault(
                "\(what) \"\(name)\" may only hold letters (a-z, A-Z), digits and _, and not start "
                    + "with a digit", at: location)
            return false
        }
        return isValid(name: name, what, at: location)
    }

    /// Whether `name` can be the name of a table, column, index or constraint: any that PostgreSQL
    /// has; reports when not.
    @discardableResult
    func isValid(name: String, _ what: String, at location: SourceLocation) -> Bool {
        func fails(_ message: String) -> Bool {
            report.fault(message, at: location)
            return false
        }
        if name.isEmpty { return fails("\(what) may not be empty") }
        if name.utf8.contains(0) { return fails("\(what) may not hold the character NUL") }
        guard name.utf8.count <= SchemaLimits.nameBytesMax else {
            return fails("\(what) \"\(name)\" is longer than \(SchemaLimits.nameBytesMax) bytes")
        }
        if EngineNames.isReserved(name) {
            return fails(
                "\(what) \"\(name)\" starts with a prefix kept for the server's own tables")
        }
        return true
    }
}

extension ASCII {
    static func isNameByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: "_")
    }
}
