import Bytes
import Database
import Values

extension Function {
    static let text = [lower, upper, length, trim, startsWith, concatenate]

    static let lower = Function(
        "lower", spelled: ["lower"], .types([.text]), gives: .type(.text),
        sql: .call("apus_lower"), memory: .text { .text(SQLFunctions.lower($0)) })

    static let upper = Function(
        "upper", spelled: ["upper"], .types([.text]), gives: .type(.text),
        sql: .call("apus_upper"), memory: .text { .text(SQLFunctions.upper($0)) })

    static let length = Function(
        "length", spelled: ["length", "char_length"], .types([.text]), gives: .type(.integer),
        sql: SQLForm { renderer, operands in
            renderer.list(renderer.isDefinition ? "length(" : "apus_length(", operands)
        }, memory: .text { .integer(SQLFunctions.length($0)) })

    /// PostgreSQL's and SQLite's `trim` take off nothing but spaces.
    static let trim = Function(
        "trim", spelled: ["trim", "btrim"], .types([.text]), gives: .type(.text),
        sql: .call("trim"), memory: .text { .text($0.trimmingSpaces) })

    static let startsWith = Function(
        "starts_with", spelled: ["starts_with"], .types([.text, .text]), gives: .type(.boolean),
        sql: SQLForm(.comparison) { renderer, operands in
            renderer.append("substr(")
            renderer.append(operands[0])
            renderer.append(", 1, length(")
            renderer.append(operands[1])
            renderer.append(")) = ")
            renderer.append(operands[1], .operation)
        }, memory: .texts { Value(SQLFunctions.startsWith($0, $1)) })

    /// `||`
    static let concatenate: Function = Function(
        "||", .types([.text, .text]), gives: .type(.text),
        sql: SQLForm(.operation, nesting: .operation) { renderer, operands in
            // A chain to the left needs no parentheses, which would deepen it.
            let isChain = if case .call(concatenate, _) = operands[0] { true } else { false }
            renderer.append(operands[0], isChain ? .any : .primary)
            renderer.append(" || ")
            renderer.append(operands[1], .primary)
        }, memory: .texts { .text($0 + $1) })
}
