import Store
import Values

extension Function {
    static let json = [jsonMember, jsonMemberText, jsonKey]

    /// `->`
    static let jsonMember = Function(
        "->", .member, gives: .type(.json), as: .function(.jsonMember),
        memory: .two { member(of: $0, at: $1, asText: false) })

    /// `->>`
    static let jsonMemberText = Function(
        "->>", .member, gives: .type(.text), as: .function(.jsonMemberText),
        memory: .two { member(of: $0, at: $1, asText: true) })

    /// What json values are equal by.
    static let jsonKey = Function(
        "json key", .types([.json]), gives: .type(.json), as: .function(.jsonKey),
        memory: .one { $0.jsonKey })

    /// Null where there is no such member.
    private static func member(of container: Value, at key: Value, asText: Bool) -> Value {
        guard case .text(let json) = container else { return .null }
        switch key {
        case .text(let name):
            return Value(
                asText
                    ? TextFunctions.jsonText(json, key: name)
                    : TextFunctions.jsonGet(json, key: name)
            )
        case .integer(let index):
            return Value(
                asText
                    ? TextFunctions.jsonText(json, index: index)
                    : TextFunctions.jsonGet(json, index: index))
        case .null, .real, .blob: return .null
        }
    }
}
