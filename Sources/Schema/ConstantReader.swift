import Bytes
import Diagnostics
import Store
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
