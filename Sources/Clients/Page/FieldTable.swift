import Expressions
import Schema
import Values

/// The fields of a model, as its reference lists them.
struct FieldTable {
    private let model: Model
    private let wording: RuleWording

    init(_ model: Model, wording: RuleWording) {
        self.model = model
        self.wording = wording
    }

    var html: String {
        HTML.table(
            ["Field", "Type", "Left out", "Holds"],
            model.columns.enumerated().map { index, column in
                [
                    HTML.code(column.name), type(of: column), HTML.escaped(absence(of: column)),
                    notes(column, isKey: model.primaryKey.contains(index)),
                ]
            })
    }

    private func type(of column: Column) -> String {
        let type = column.jsonRule.map(TypeScriptShape.type) ?? column.type.formalName
        let name =
            if case .decimal(let precision, let scale) = column.type {
                "\(type)(\(precision), \(scale))"
            } else {
                type
            }
        return HTML.code(name) + (column.isNullable ? " or null" : "")
    }

    /// What a row gets where an insert gives nothing.
    private func absence(of column: Column) -> String {
        if let computed = column.computed { return computed.expression.text }
        return switch column.default {
        case .constant(let value)?: column.json(value)
        case .expression(let source)?: source.text
        case nil:
            column.isIdentity ? "the next number" : column.isNullable ? "null" : "is not possible"
        }
    }

    private func notes(_ column: Column, isKey: Bool) -> String {
        var notes: [String] = []
        if let text = column.description { notes.append(HTML.escaped(text)) }
        if isKey { notes.append("Key.") }
        if let key = column.reference { notes.append("Refers to \(HTML.code(key.target)).") }
        if column.computed != nil {
            notes.append("Always computed.")
        } else if column.isReadOnly {
            notes.append("Read only.")
        }
        if let source = column.onUpdate {
            notes.append("Every update makes it \(HTML.code(source.text)).")
        }
        notes += bounds(column)
        for verb in Verb.allCases {
            if let rule = column.access?.rules[verb] {
                let words = RuleList.html(wording.words(of: rule, in: model))
                notes.append("\(Self.intro(verb)) \(words)")
            }
        }
        return notes.joined(separator: " ")
    }

    private static func intro(_ verb: Verb) -> String {
        switch verb {
        case .read: "Shown:"
        case .create: "Given in new rows:"
        case .update: "Changed:"
        case .delete: "Deleted:"
        }
    }

    private func bounds(_ column: Column) -> [String] {
        var found: [String] = []
        if let values = column.enumeration {
            let list = values.map { HTML.code(column.json($0)) }
            found.append("One of \(list.joined(separator: ", ")).")
        }
        let noun = column.type == .bytes ? "bytes" : "characters"
        if let length = column.bounds.length.words(noun) { found.append("\(length).") }
        if let pattern = column.bounds.pattern {
            found.append("Matches \(HTML.code(pattern.source)).")
        }
        for (word, value) in column.bounds.numbers {
            let number = column.type.text(of: value) ?? ""
            found.append("Must be \(word.wording) \(HTML.code(number)).")
        }
        if let count = column.jsonRule?.itemCount.words("elements") { found.append("\(count).") }
        return found
    }
}

extension CountRange {
    /// `2 to 32 characters`; nil where nothing is said.
    fileprivate func words(_ noun: String) -> String? {
        switch (min, max) {
        case (nil, nil): nil
        case (let low?, nil): "At least \(low) \(noun)"
        case (nil, let high?): "At most \(high) \(noun)"
        case (let low?, let high?): low == high ? "\(low) \(noun)" : "\(low) to \(high) \(noun)"
        }
    }
}
