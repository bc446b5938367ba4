import Bytes
import Values

// Casts: `Function.cast` finds them by the types they join.
extension Function {
    static let conversions = [
        textOfInteger, textOfBoolean, booleanOfText, uuidOfText, dateOfTimestamp, timestampOfDate,
    ]

    private static let textOfInteger = Function(
        "text of integer", .number(.whole), gives: .type(.text), sql: .around("CAST(", " AS TEXT)"),
        memory: .integer { .text(String($0)) })

    private static let textOfBoolean = Function(
        "text of boolean", .types([.boolean]), gives: .type(.text),
        sql: .around("CASE ", " WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"),
        memory: .integer { .text($0 == 0 ? "false" : "true") })

    private static let booleanOfText = Function(
        "boolean of text", .types([.text]), gives: .type(.boolean),
        sql: SQLForm { renderer, operands in
            func list(_ words: [String]) -> String {
                words.map { "'\($0)'" }.joined(separator: ", ")
            }
            renderer.append("CASE WHEN lower(")
            renderer.append(operands[0])
            renderer.append(") IN (\(list(BooleanText.trueSpellings))) THEN 1 WHEN lower(")
            renderer.append(operands[0])
            renderer.append(") IN (\(list(BooleanText.falseSpellings))) THEN 0 END")
        },
        memory: .text { BooleanText.truth(of: $0).map { Value($0) } ?? .null })

    /// The lower-cased text: equal to a uuid exactly if it spells that uuid.
    private static let uuidOfText = Function(
        "uuid of text", .types([.text]), gives: .type(.uuid), sql: .call("lower"),
        memory: .text { .text(String(utf8: $0.utf8.map(ASCII.lowercased))) })

    private static let dateOfTimestamp = Function(
        "date of timestamp", .types([.timestamp]), gives: .type(.date),
        sql: .around("substr(", ", 1, 10)"), memory: .text { .text(String($0.prefix(10))) })

    private static let timestampOfDate = Function(
        "timestamp of date", .types([.date]), gives: .type(.timestamp),
        sql: SQLForm { renderer, operands in
            renderer.append("(")
            renderer.append(operands[0], .primary)
            renderer.append(" || 'T00:00:00+00:00')")
        }, memory: .text { .text($0 + "T00:00:00+00:00") })
}
