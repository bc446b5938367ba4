import Database
import Values

extension Function {
    static let json = [jsonMember, jsonMemberText, jsonKey]

    /// `->`
    static let jsonMember = Function(
        "->", .member, gives: .type(.json), sql: .call("apus_json_get"),
        memory: .two { member(of: $0, at: $1, asText: false) })

    /// `->>`
    static let jsonMemberText = Function(
        "->>", .member, gives: .type(.text), sql: .call("apus_json_text"),
        memory: .two { member(of: $0, at: $1, asText: true) })

    /// What json values are equal by.
    static let jsonKey = Function(
        "json key", .types([.json]), gives: .type(.json), sql: .call("apus_json_key"),
        memory: .one { $0.jsonKey })

    /// Null where there is no such member.
    private static func member(of container: Value, at key: Value, asText: Bool) -> Value {
        guard case .text(let json) = container else { return .null }
        switch key {
        case .text(let name):
            return Value(
                asText
                    ? SQLFunctions.jsonText(json, key: name) : SQLFunctions.jsonGet(json, key: name)
            )
        case .integer(let index):
            return Value(
                asText
                    ? SQLFunctions.jsonText(json, index: index)
                    : SQLFunctions.jsonGet(json, index: index))
        case .null, .real, .blob: return .null
        }
    }
}
