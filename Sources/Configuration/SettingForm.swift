import Bytes

/// The kind of a setting's values: how they are written, read and printed.
struct SettingForm<Value: Hashable & Sendable>: Sendable {
    var syntax: SettingSyntax
    /// A value from the text of a flag or a variable; nil when it is none.
    var parse: @Sendable (String) -> Value?
    /// A value from `project.json`; nil when it is none.
    var read: @Sendable (JSONValue) -> Value?
    /// A value as it would stand in `project.json`.
    var json: @Sendable (Value) -> JSON
    /// A value of `project.json` as seen from outside of the project's folder.
    var located: @Sendable (Value, _ folder: String) -> Value = { value, _ in value }
}

extension SettingForm {
    /// A kind whose values are JSON strings, written the same way everywhere.
    static func string(
        _ syntax: SettingSyntax, _ parse: @escaping @Sendable (String) -> Value?,
        print: @escaping @Sendable (Value) -> String
    ) -> SettingForm {
        SettingForm(
            syntax: syntax, parse: parse, read: { $0.string.flatMap(parse) },
            json: { .string(print($0)) })
    }

    /// A kind whose values are written everywhere as JSON has them.
    static func scalar(
        _ syntax: SettingSyntax, _ read: @escaping @Sendable (JSONValue) -> Value?,
        json: @escaping @Sendable (Value) -> JSON
    ) -> SettingForm {
        SettingForm(
            syntax: syntax,
            parse: { text in
                (try? JSONDocument(parsing: Array(text.utf8))).flatMap { read($0.root) }
            }, read: read, json: json)
    }

    /// The same kind for a setting that may be left without a value. JSON has null for it.
    var optional: SettingForm<Value?> {
        let (parse, read, json, located) = (parse, read, json, located)
        return SettingForm<Value?>(
            syntax: syntax, parse: { parse($0).map(Optional.some) },
            read: { read($0).map(Optional.some) },
            json: { $0.map(json) ?? .null },
            located: { value, folder in value.map { located($0, folder) } })
    }
}
