import Bytes
import Store
import Values

extension Function {
    static let text = [lower, upper, length, trim, startsWith, concatenate]

    static let lower = Function(
        "lower", spelled: ["lower"], .types([.text]), gives: .type(.text),
        as: .function(.lower), memory: .text { .text(TextFunctions.lower($0)) })

    static let upper = Function(
        "upper", spelled: ["upper"], .types([.text]), gives: .type(.text),
        as: .function(.upper), memory: .text { .text(TextFunctions.upper($0)) })

    static let length = Function(
        "length", spelled: ["length", "char_length"], .types([.text]), gives: .type(.integer),
        as: .function(.length), memory: .text { .integer(TextFunctions.length($0)) })

    /// Takes off nothing but spaces.
    static let trim = Function(
        "trim", spelled: ["trim", "btrim"], .types([.text]), gives: .type(.text),
        as: .function(.trim), memory: .text { .text($0.trimmingSpaces) })

    static let startsWith = Function(
        "starts_with", spelled: ["starts_with"], .types([.text, .text]), gives: .type(.boolean),
        as: .function(.startsWith), memory: .texts { Value(TextFunctions.startsWith($0, $1)) })

    /// `||`
    static let concatenate: Function = Function(
        "||", .types([.text, .text]), gives: .type(.text),
        as: .function(.concatenate), memory: .texts { .text($0 + $1) })
}
