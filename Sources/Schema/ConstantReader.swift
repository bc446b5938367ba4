import Bytes
import Database
import Diagnostics
import Values

/// Reads constants of a column's type: defaults, enum values, bounds.
struct ConstantReader {
    let reader: FileReader
    let type: ColumnType

    /// The constant as a value of the type; nil, reported, when it is of another type.
    func constant(_ value: JSONValue, _ what: String) -> Value? {
        guard isRightKind(value) else {
            reader.fault("\(what) must be \(type.traits.literal.noun)", at: value)
            return nil
        }
        do throws(Problem) {
            return try type.value(from: value)
        } catch {
            reader.fault("\(what) is not right: \(error.message)", at: value)
            return nil
        }
    }

    private func isRightKind(_ value: JSONValue) -> Bool {
        switch type.traits.literal {
        case .string: value.kind == .string
        case .integer: value.int64 != nil
        case .number: value.kind == .number
        case .numberOrString: value.kind == .number || value.kind == .string
        case .boolean: value.kind == .bool
        case .any: true
        }
    }

    /// A default: an expression where `{"$expr": …}` stands, else a constant. Null is no default.
    func defaultValue(_ value: JSONValue, isRequired: Bool) -> ColumnDefault? {
        if value.kind == .object, value["$expr"] != nil {
            let word = reader.words(of: value, .expression)["$expr"]
            return word.map { .expression(reader.file.expression($0.value)) }
        }
        if value.isNull {
            if isRequired { reader.fault("a required column cannot default to null", at: value) }
            return nil
        }
        if type != .text, type != .json, let text = value.string, text.hasSuffix(")"),
            text.contains("(")
        {
            reader.fault(
                "the default is a constant here; an expression is written {\"$expr\": \"\(text)\"}",
                at: value)
            return nil
        }
        return constant(value, "the default").map(ColumnDefault.constant)
    }

    func enumeration(_ list: JSONValue) -> [Value] {
        var values: [Value] = []
        for element in list.elements {
            guard let value = constant(element, "an enum value") else { continue }
            if values.contains(value) {
                reader.fault("this enum value stands here twice", at: element)
            } else {
                values.append(value)
            }
        }
        return values
    }
}

/// Reads the words that constrain a column's values.
struct ConstraintReader {
    let reader: FileReader
    let type: ColumnType
    let kind: PropertyKind
    let words: [String: FileReader.Member]

    func read() -> ColumnConstraints {
        var constraints = ColumnConstraints()
        constraints.minLength = count("minLength")
        constraints.maxLength = count("maxLength")
        ordered("minLength", "maxLength", constraints.minLength, constraints.maxLength)
        if let word = words["pattern"] { constraints.pattern = reader.pattern(word.value) }
        constraints.minimum = bound("minimum")
        constraints.maximum = bound("maximum")
        constraints.exclusiveMinimum = bound("exclusiveMinimum")
        constraints.exclusiveMaximum = bound("exclusiveMaximum")
        constraints.multipleOf = bound("multipleOf")
        checkBounds(constraints)
        if type == .json, kind != .any || words["enum"] != nil {
            constraints.json = JSONRuleReader(reader: reader).columnRule(kind, words)
        }
        return constraints
    }

    private func count(_ word: String) -> Int? { words[word]?.value.int64.map { Int($0) } }

    private func bound(_ word: String) -> Value? {
        guard let value = words[word]?.value else { return nil }
        return ConstantReader(reader: reader, type: type).constant(value, "\"\(word)\"")
    }

    private func ordered(_ low: String, _ high: String, _ a: Int?, _ b: Int?) {
        if let a, let b, a > b, let word = words[low] {
            reader.fault("\"\(low)\" is larger than \"\(high)\"", at: word.value)
        }
    }

    private func checkBounds(_ constraints: ColumnConstraints) {
        if let low = constraints.minimum, let high = constraints.maximum, high.isLess(than: low),
            let word = words["minimum"]
        {
            reader.fault("\"minimum\" is larger than \"maximum\"", at: word.value)
        }
        if let step = constraints.multipleOf, !Value.integer(0).isLess(than: step),
            let word = words["multipleOf"]
        {
            reader.fault("\"multipleOf\" must be larger than 0", at: word.value)
        }
    }
}

extension Value {
    /// Whether a number is smaller than another; false for other values.
    func isLess(than other: Value) -> Bool { order(other).map { $0 < 0 } ?? false }
}
