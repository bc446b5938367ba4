public import Bytes

/// How the values of a setting are written, for people, editors and tests.
public struct SettingSyntax: Sendable {
    /// What a value stands for in help texts: `N`, `DIR`.
    public var metavar: String
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
    /// What is wrong inside of a value of `project.json`, where values have parts; empty where all
    /// that is wrong is that it is of another kind.
    public var faults: @Sendable (JSONValue) -> [Fault] = { _ in [] }

    /// Something wrong inside of a value.
    public struct Fault: Sendable {
        /// What is wrong, in words.
        public let message: String
        /// The part that is wrong.
        public let place: JSONValue
        /// What may have been meant.
        public let suggestion: String?

        init(_ message: String, _ place: JSONValue, suggestion: String? = nil) {
            self.message = message
            self.place = place
            self.suggestion = suggestion
        }
    }

    /// An element of a list.
    public struct Element: Sendable {
        /// What it is, as in `must be …`.
        public var wording: String
        /// Whether a value of `project.json` is one.
        public var accepts: @Sendable (JSONValue) -> Bool
    }
}
