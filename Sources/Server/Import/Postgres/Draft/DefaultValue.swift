import Bytes

/// What a default of a column becomes: a constant, or an expression.
struct DefaultValue {
    private let database: SourceDatabase
    private let column: SourceColumn
    private let type: SQLType

    init(_ database: SourceDatabase, _ column: SourceColumn) {
        self.database = database
        self.column = column
        type = database.resolved(column.type)
    }

    /// Nil where it is NULL, as without one.
    func json(_ value: SourceExpression) throws(Untranslated) -> JSON? {
        guard let node = value.node else {
            throw Untranslated(value.fault ?? "it is not understood")
        }
        if node.isNull { return nil }
        if let constant = try constant(node, as: PropertyType(column.type, in: database).form) {
            return constant
        }
        let rule = try RuleTranslator(database, .value, of: nil).rule(value)
        return ["$expr": .string(rule.text)]
    }

    /// The value of a constant; nil for what is computed.
    private func constant(_ node: SQLNode, as form: ValueForm) throws(Untranslated) -> JSON? {
        if case .boolean(let truth) = node { return .bool(truth) }
        if case .number(let text) = node {
            return form == .text ? .string(text) : Self.number(text)
        }
        if let text = node.constant { return try Self.value(of: text, form) }
        if case .cast(let inner, _) = node { return try constant(inner, as: form) }
        guard case .array(let nodes) = node, case .array(let inner) = form else { return nil }
        var elements: [JSON] = []
        for node in nodes {
            guard let element = try constant(node, as: inner) else { return nil }
            elements.append(element)
        }
        return .array(elements)
    }

    private static func number(_ text: String) -> JSON? {
        Int64(text).map { .integer($0) } ?? Double(text).map { .number($0) }
    }

    private static func value(of text: String, _ form: ValueForm) throws(Untranslated) -> JSON? {
        switch form {
        case .text, .moment:
            if form == .moment, ["now", "today"].contains(text) {
                throw Untranslated("'\(text)' is the time at which the table was made")
            }
            return .string(text)
        case .number:
            guard let number = number(text) else { throw Untranslated("'\(text)' is no number") }
            return number
        case .truth: return .bool(["t", "true", "on", "yes", "1"].contains(text.lowercased()))
        case .json:
            guard let document = try? JSONDocument(parsing: Array(text.utf8)) else {
                throw Untranslated("'\(text)' is no JSON")
            }
            return document.root.tree
        case .array(let inner):
            guard let elements = ArrayText.elements(of: text) else {
                throw Untranslated("'\(text)' is no array of one dimension")
            }
            var values: [JSON] = []
            for element in elements {
                values.append(
                    try element.map { (text) throws(Untranslated) in
                        try value(of: text, inner) ?? .null
                    } ?? .null)
            }
            return .array(values)
        }
    }
}

extension SQLNode {
    fileprivate var isNull: Bool {
        if case .cast(let inner, _) = self { inner.isNull } else { self == .null }
    }
}

extension JSONValue {
    /// The value as a tree.
    fileprivate var tree: JSON {
        switch kind {
        case .null: .null
        case .bool: .bool(bool ?? false)
        case .number: int64.map { .integer($0) } ?? .number(double ?? 0)
        case .string: .string(string ?? "")
        case .array: .array(elements.map(\.tree))
        case .object:
            .object(members.map { JSON.Member($0.key.string ?? "", $0.value.tree) })
        }
    }
}
