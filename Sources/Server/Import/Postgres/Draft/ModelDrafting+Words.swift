import Bytes

// Checks that words of a column say: `enum`, bounds, lengths.
extension ModelDrafting {
    /// Says a check by words of a column, if all of it can be.
    ///
    /// - Returns: whether it is said.
    mutating func addWords(
        _ column: String, _ condition: SourceExpression, _ model: inout DraftedModel
    ) -> Bool {
        guard let node = condition.node, let source = model.table.column(column),
            let words = ColumnWords(source, database).words(node)
        else { return false }
        let taken = model.parts.compactMap { part in
            if case .property(column, let word) = part.place { word } else { nil }
        }
        let there = (model.columns.first { $0.name == column }?.words ?? []).map(\.key) + taken
        guard Set(there).isDisjoint(with: words.map(\.key)) else { return false }
        for word in words {
            model.parts.append(
                DraftedModel.Part(
                    place: .property(column, word: word.key), value: word.value,
                    note: ImportNote(
                        subject: .check, name: "\(model.name).\(column): \(word.key)",
                        text: "is not checked: values that the source refuses are taken",
                        line: condition.line, source: condition.text)))
        }
        return true
    }
}

/// What a condition of one column says in words of a property.
private struct ColumnWords {
    private let name: String
    private let kind: SourceKind

    init(_ column: SourceColumn, _ database: SourceDatabase) {
        name = column.name
        kind = database.kind(of: column.type)
    }

    /// Nil where it says anything else.
    func words(_ node: SQLNode) -> [JSON.Member]? {
        if case .binary("and", let a, let b) = node {
            guard let (one, other) = both(words(a), words(b)),
                Set(one.map(\.key)).isDisjoint(with: other.map(\.key))
            else { return nil }
            return one + other
        }
        if case .binary(let sign, let subject, let bound) = node {
            return comparison(sign, subject, bound)
        }
        if case .between(let subject, let low, let high) = node {
            return both(comparison(">=", subject, low), comparison("<=", subject, high))
                .map { $0 + $1 }
        }
        if case .any("=", let subject, let list) = node {
            guard case .array(let nodes)? = Optional(list.uncast) else { return nil }
            return choice(subject, nodes)
        }
        if case .inList(let subject, let nodes) = node { return choice(subject, nodes) }
        return nil
    }

    private func both<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
        if let a, let b { (a, b) } else { nil }
    }

    private func isColumn(_ node: SQLNode) -> Bool {
        guard case .name(let parts) = node.uncast else { return false }
        return parts.last == name
    }

    private func choice(_ subject: SQLNode, _ nodes: [SQLNode]) -> [JSON.Member]? {
        guard isColumn(subject), kind == .text else { return nil }
        var values: [JSON] = []
        for node in nodes {
            guard let text = node.constant else { return nil }
            values.append(.string(text))
        }
        return [JSON.Member("enum", .array(values))]
    }

    private func comparison(
        _ sign: String, _ subject: SQLNode, _ bound: SQLNode
    ) -> [JSON.Member]? {
        guard case .number(let text) = bound.asNumber else { return nil }
        if isColumn(subject), kind == .whole || kind == .number {
            guard let value = Int64(text).map(JSON.integer) ?? Double(text).map(JSON.number)
            else { return nil }
            let words = [
                ">=": "minimum", ">": "exclusiveMinimum", "<=": "maximum",
                "<": "exclusiveMaximum",
            ]
            return words[sign].map { [JSON.Member($0, value)] }
        }
        guard case .call(let function, let list) = subject, list.count == 1, isColumn(list[0]),
            ["char_length", "length", "character_length"].contains(function.joined(separator: ".")),
            kind == .text, let count = Int64(text), count >= 0
        else { return nil }
        switch sign {
        case "<=": return [JSON.Member("maxLength", .integer(count))]
        case "<": return count > 0 ? [JSON.Member("maxLength", .integer(count - 1))] : nil
        case ">=": return [JSON.Member("minLength", .integer(count))]
        case ">": return [JSON.Member("minLength", .integer(count + 1))]
        default: return nil
        }
    }
}

extension SQLNode {
    /// What is cast, without its casts.
    fileprivate var uncast: SQLNode {
        if case .cast(let inner, _) = self { inner.uncast } else { self }
    }

    /// The number that it is, where it is one in quotes.
    fileprivate var asNumber: SQLNode {
        let inner = uncast
        if case .text(let text) = inner, Double(text) != nil { return .number(text) }
        return inner
    }
}
