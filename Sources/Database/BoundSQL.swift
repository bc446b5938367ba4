public import Values

/// SQL whose text is finished, kept apart from its arguments, as cached plans keep it.
public struct BoundSQL: Sendable {
    /// The text, with the context's parameters written `?1` … `?6` and the arguments from `?7` on.
    public internal(set) var text: String
    /// The values of `?7`, `?8`, …
    public var arguments: [Value]
    /// The arguments that a repeated request replaces.
    public internal(set) var slots: [ArgumentSlot] = []

    /// The number of the first argument's parameter.
    public static var firstArgument: Int { ContextSlot.last.rawValue + 1 }

    /// A text that already numbers its `arguments` from `?7`.
    public init(text: String, arguments: [Value]) {
        self.text = text
        self.arguments = arguments
    }
}
