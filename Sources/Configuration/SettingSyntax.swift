public import Bytes

/// How the values of a setting are written, for people, editors and tests.
public struct SettingSyntax: Sendable {
    /// What a value stands for in help texts: `N`, `DIR`.
    public var placeholder: String
    /// What a value is, as in `must be …` and `takes …`.
    public var wording: String
    /// What a value is in `project.json`, as JSON Schema.
    public var jsonSchema: JSON
    /// What an element of a value is where values are lists.
    public var element: Element?
    /// The words of a closed set, for "did you mean"; empty for values of other kinds.
    public var choices: [String] = []
    /// Texts that are values, different ones where there are several.
    public var examples: [String]
    /// A text that is none; nil where every text is one.
    public var counterexample: String?
    /// What more to say of a text that is no value; nil leaves it at the wording.
    public var objection: @Sendable (String) -> String? = { _ in nil }

    /// An element of a list.
    public struct Element: Sendable {
        /// What it is, as in `must be …`.
        public var wording: String
        /// Whether a value of `project.json` is one.
        public var accepts: @Sendable (JSONValue) -> Bool
    }
}
