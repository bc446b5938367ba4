import Bytes
import Store
import Values

// Casts: `Function.cast` finds them by the types they join.
extension Function {
    static let conversions = [
        textOfInteger, textOfBoolean, booleanOfText, uuidOfText, dateOfTimestamp, timestampOfDate,
        asStored(.uuid), asStored(.date), asStored(.time),
    ]

    private static let textOfInteger = Function(
        "text of integer", .number(.whole), gives: .type(.text), as: .function(.textOfInteger),
        memory: .integer { .text(String($0)) })

    private static let textOfBoolean = Function(
        "text of boolean", .types([.boolean]), gives: .type(.text),
        as: .function(.textOfBoolean), memory: .integer { .text($0 == 0 ? "false" : "true") })

    /// The text of a type whose values are kept as that text.
    private static func asStored(_ type: ColumnType) -> Function {
        Function(
            "text of \(type.formalName)", .types([type]), gives: .type(.text),
            as: .function(.textAsStored), memory: .one { $0 })
    }

    private static let booleanOfText = Function(
        "boolean of text", .types([.text]), gives: .type(.boolean),
        as: .function(.booleanOfText),
        memory: .text { BooleanText.truth(of: $0).map { Value($0) } ?? .null })

    /// The lower-cased text; null for one that spells no uuid.
    private static let uuidOfText = Function(
        "uuid of text", .types([.text]), gives: .type(.uuid), as: .function(.uuidOfText),
        memory: .text { Value(TextFunctions.uuid($0)) })

    private static let dateOfTimestamp = Function(
        "date of timestamp", .types([.timestamp]), gives: .type(.date),
        as: .function(.dateOfTimestamp), memory: .text { .text(String($0.prefix(10))) })

    private static let timestampOfDate = Function(
        "timestamp of date", .types([.date]), gives: .type(.timestamp),
        as: .function(.timestampOfDate), memory: .text { .text($0 + "T00:00:00+00:00") })
}
