/// A text that only whoever uses it may see: printing shows nothing of it.
public struct SecretText: Hashable, Sendable {
    /// The text itself.
    public let text: String

    /// Takes a text as it is.
    public init(_ text: String) { self.text = text }
}

extension SecretText: CustomStringConvertible, CustomReflectable {
    /// What a secret is printed as.
    static let mask = "(secret)"

    /// Shows nothing.
    public var description: String { Self.mask }

    /// Shows nothing to `dump` and to debuggers either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
