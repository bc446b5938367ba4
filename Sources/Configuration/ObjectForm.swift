import Bytes
import Diagnostics

/// How an object is written that is the value of a setting, or an element of one: its words, each
/// with the form of what stands behind it.
struct ObjectForm<Target: Hashable & Sendable>: Sendable {
    /// A word and what it sets.
    struct Member: Sendable {
        let name: String
        /// What it is for, for editors.
        let summary: String
        let syntax: SettingSyntax
        let isRequired: Bool
        let set: @Sendable (JSONValue, inout Target) -> Bool
        /// Nil where the value is the one that is left out.
        let json: @Sendable (Target) -> JSON?

        init<Value: Hashable & Sendable>(
            _ name: String, _ path: any WritableKeyPath<Target, Value> & Sendable,
            _ form: SettingForm<Value>, leftOut: Value? = nil, _ summary: String
        ) {
            self.name = name
            self.summary = summary
            syntax = form.syntax
            isRequired = leftOut == nil
            set = { json, target in
                guard let value = form.read(json) else { return false }
                target[keyPath: path] = value
                return true
            }
            json = { target in
                let value = target[keyPath: path]
                // Not a nil literal, which JSON takes for null.
                return value == leftOut ? Optional<JSON>.none : form.json(value)
            }
        }

        fileprivate var jsonSchema: JSON {
            var schema = syntax.jsonSchema
            schema["description"] = .string(summary)
            return schema
        }
    }

    /// What such an object is called: `a limit`.
    let noun: String
    /// An object whose words have all been left out.
    let blank: Target
    let members: [Member]
    /// What is wrong with an object whose words are all right.
    let objection: @Sendable (Target) -> String?

    /// An object of these words; nil when it has faults.
    func read(_ value: JSONValue) -> Target? {
        guard faults(of: value).isEmpty else { return nil }
        return filled(value)
    }

    private func filled(_ value: JSONValue) -> Target {
        var target = blank
        for member in members {
            if let given = value[member.name] { _ = member.set(given, &target) }
        }
        return target
    }

    /// All that is wrong with an object.
    func faults(of value: JSONValue) -> [SettingSyntax.Fault] {
        guard value.kind == .object else { return [.init("\(noun) must be an object", value)] }
        var faults: [SettingSyntax.Fault] = []
        var seen: Set<String> = []
        for (key, value) in value.members {
            let name = key.string ?? ""
            if !seen.insert(name).inserted {
                faults.append(.init("\"\(name)\" stands here twice", key))
            } else if let member = members.first(where: { $0.name == name }) {
                if let fault = fault(of: value, member) { faults.append(fault) }
            } else {
                let words = members.map(\.name)
                let near = nearest(name, in: words)
                let listing = near == nil ? "; it has " + words.joined(separator: ", ") : ""
                faults.append(
                    .init("\(noun) has no word \"\(name)\"\(listing)", key, suggestion: near))
            }
        }
        for member in members where member.isRequired && !seen.contains(member.name) {
            faults.append(.init("\(noun) needs \"\(member.name)\"", value))
        }
        if faults.isEmpty, let objection = objection(filled(value)) {
            faults.append(.init(objection, value))
        }
        return faults
    }

    private func fault(of value: JSONValue, _ member: Member) -> SettingSyntax.Fault? {
        var target = blank
        if member.set(value, &target) { return nil }
        let element = member.syntax.element
        let wrong = element.flatMap { element in
            value.elements.first { !element.accepts($0) }
        }
        guard let element, let wrong else {
            let message = "\"\(member.name)\" must be \(member.syntax.wording)"
            let near = value.string.flatMap { nearest($0, in: member.syntax.choices) }
            guard let element else { return .init(message, value, suggestion: near) }
            // One element stands where a list of it is meant.
            let meant = element.accepts(value) ? value.string : near
            let list = meant.map { "; write " + String(utf8: JSON.array([.string($0)]).bytes) }
            return .init(message + (list ?? ""), value)
        }
        return .init(
            "an element of \"\(member.name)\" must be \(element.wording)", wrong,
            suggestion: wrong.string.flatMap { nearest($0, in: member.syntax.choices) })
    }

    /// As it would stand in `project.json`.
    func json(_ target: Target) -> JSON {
        .object(
            members.compactMap { member in
                member.json(target).map { JSON.Member(member.name, $0) }
            })
    }

    /// As JSON Schema.
    var jsonSchema: JSON {
        [
            "type": "object", "additionalProperties": false,
            "properties": .object(members.map { .init($0.name, $0.jsonSchema) }),
            "required": .array(members.filter(\.isRequired).map { .string($0.name) }),
        ]
    }
}

extension SettingForm {
    /// A list of values of one form in `project.json`, which is not empty: nobody could say
    /// whether that means none or all.
    static func list<Element: Hashable & Sendable>(
        of form: SettingForm<Element>, called wording: String
    ) -> SettingForm where Value == [Element] {
        let syntax = SettingSyntax(
            metavar: "JSON", wording: wording,
            jsonSchema: ["type": "array", "items": form.syntax.jsonSchema, "minItems": 1],
            element: .init(wording: form.syntax.wording) { form.read($0) != nil },
            choices: form.syntax.choices, examples: [], counterexample: nil)
        return .scalar(
            syntax,
            { value in
                let elements = value.elements.compactMap(form.read)
                guard value.kind == .array, value.count > 0, elements.count == value.count else {
                    return nil
                }
                return elements
            }, json: { .array($0.map(form.json)) })
    }
}

extension SettingForm<String> {
    /// A text that a pattern of JSON Schema and a predicate agree on.
    static func text(
        _ wording: String, pattern: String, _ accepts: @escaping @Sendable (String) -> Bool
    ) -> SettingForm {
        .string(
            SettingSyntax(
                metavar: "TEXT", wording: wording,
                jsonSchema: ["type": "string", "pattern": .string(pattern)], examples: [],
                counterexample: nil),
            { accepts($0) ? $0 : nil }, print: { $0 })
    }
}
