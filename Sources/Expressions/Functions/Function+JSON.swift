import Bytes
import Store
import Values

extension Function {
    static let json = [jsonMember, jsonMemberText, jsonKey]

    /// `->`
    static let jsonMember = Function(
        "->", .member, gives: .type(.json), as: .function(.jsonMember),
        memory: .two { member(of: $0, at: $1, as: TextFunctions.json) })

    /// `->>`
    static let jsonMemberText = Function(
        "->>", .member, gives: .type(.text), as: .function(.jsonMemberText),
        memory: .two { member(of: $0, at: $1, as: TextFunctions.text) })

    /// What json values are equal by.
    static let jsonKey = Function(
        "json key", .types([.json]), gives: .type(.json), as: .function(.jsonKey),
        memory: .one { $0.jsonKey })

    /// Null where there is no such member.
    private static func member(
        of container: Value, at key: Value, as form: (JSONValue) -> String?
    ) -> Value {
        guard case .text(let json) = container else { return .null }
        return Value(TextFunctions.member(of: json, at: key, as: form))
    }
}
