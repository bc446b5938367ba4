/// A text that equals those of the same bytes alone. Swift's own `==` holds canonically equivalent
/// ones for equal, as `K` and the sign of the unit kelvin are: clients and databases do not.
public struct ExactText: Hashable, Sendable {
    /// The text.
    public let text: String

    /// A text to be compared.
    public init(_ text: String) { self.text = text }

    /// Whether the bytes are the same.
    public static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    /// Equal bytes give equal hashes.
    public func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
}
