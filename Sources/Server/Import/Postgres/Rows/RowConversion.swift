import Bytes

/// Makes JSON objects of rows whose values are PostgreSQL's texts.
struct RowConversion {
    /// The columns, in the order of the rows.
    let columns: [String]
    private let forms: [ValueForm]
    /// What stands before each value.
    private let leads: [[UInt8]]

    /// Columns whose values are left out for now.
    private let left: Set<Int>

    /// - Parameters:
    ///   - names: the columns of the rows.
    ///   - forms: how their values are written; as texts where that is not said.
    ///   - left: columns that are to be null, whatever stands there.
    init(_ names: [String], _ forms: [String: ValueForm], leaving left: Set<String> = []) {
        columns = names
        self.forms = names.map { forms[$0] ?? .text }
        self.left = Set(names.indices.filter { left.contains(names[$0]) })
        leads = names.enumerated().map { index, name in
            var lead: [UInt8] = [index == 0 ? ASCII.leftBrace : ASCII.comma]
            lead.append(jsonString: name)
            lead.append(ASCII.colon)
            return lead
        }
    }

    /// A row as a JSON object; nil where it has another number of values.
    func object(_ values: [Value]) -> [UInt8]? {
        guard values.count == columns.count else { return nil }
        var json: [UInt8] = []
        json.reserveCapacity(leads.count * 24)
        for (index, value) in values.enumerated() {
            append(value, index, to: &json)
            // What is left out at the beginning leaves its comma behind.
            if json.first == ASCII.comma { json[0] = ASCII.leftBrace }
        }
        if json.isEmpty { json.append(ASCII.leftBrace) }
        json.append(ASCII.rightBrace)
        return json
    }

    /// A value as it stands in the source.
    enum Value {
        case null
        case text([UInt8])
        /// It is left to the default.
        case missing
    }

    /// The columns of which a row has values.
    func columns(_ values: [Value]) -> [String] {
        let given = values.map { if case .missing = $0 { false } else { true } }
        return given.allSatisfy(\.self) ? columns : zip(columns, given).filter(\.1).map(\.0)
    }

    private func append(_ value: Value, _ index: Int, to json: inout [UInt8]) {
        switch value {
        case .missing: break
        case .null: appendNull(index, to: &json)
        case .text(let text): append(text.span, index, to: &json)
        }
    }

    /// Appends the name of a column, and a value that stands somewhere.
    func append(_ text: Span<UInt8>, _ index: Int, to json: inout [UInt8]) {
        if !left.isEmpty, left.contains(index) { return appendNull(index, to: &json) }
        json += leads[index]
        json.append(text, as: forms[index])
    }

    /// Appends the name of a column, and null.
    func appendNull(_ index: Int, to json: inout [UInt8]) {
        json += leads[index]
        json.append(ascii: "null")
    }
}

extension [UInt8] {
    /// Appends a text of PostgreSQL's as JSON. What is not of the form becomes a text, which the
    /// server refuses by its name.
    fileprivate mutating func append(_ text: Span<UInt8>, as form: ValueForm) {
        switch form {
        case .text, .moment: append(jsonString: text)
        case .number:
            if text.isJSONNumber { append(span: text) } else { append(jsonString: text) }
        case .truth:
            switch text.count > 0 ? text[0] : 0 {
            case UInt8(ascii: "t"): append(ascii: "true")
            case UInt8(ascii: "f"): append(ascii: "false")
            default: append(jsonString: text)
            }
        case .json: append(span: text)
        case .array(let inner):
            guard let node = ArrayText.parse([UInt8](copying: text)) else {
                return append(jsonString: text)
            }
            append(node, of: inner)
        }
    }

    /// Appends an array, or an element of one.
    private mutating func append(_ node: ArrayText.Node, of form: ValueForm) {
        switch node {
        case .null: append(ascii: "null")
        case .text(let bytes): append(bytes.span, as: form)
        case .list(let nodes):
            // Arrays in arrays have the form of their elements in the end.
            var inner = form
            if case .array(let element) = form { inner = element }
            append(ASCII.leftBracket)
            for (index, node) in nodes.enumerated() {
                if index > 0 { append(ASCII.comma) }
                if case .list = node { append(node, of: inner) } else { append(node, of: form) }
            }
            append(ASCII.rightBracket)
        }
    }
}

extension Span<UInt8> {
    /// Whether it is a number as JSON writes it, and not `NaN` or `Infinity`.
    fileprivate var isJSONNumber: Bool {
        guard count > 0 else { return false }
        let first = self[0]
        return ASCII.isDigit(first)
            || first == ASCII.minus && count > 1 && ASCII.isDigit(self[1])
    }
}
