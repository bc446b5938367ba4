import Bytes

/// A name as it is written in a database. Two are alike where the engine takes one for the other.
public struct Spelling: Hashable, Sendable {
    /// The name, letter by letter.
    public let text: String
    /// What the engine compares, in bytes.
    private let told: [UInt8]

    /// A name.
    ///
    /// - Parameter foldsASCII: whether the engine tells no upper from lower case of a to z.
    public init(_ text: String, foldsASCII: Bool = false) {
        self.text = text
        told = text.utf8.map { foldsASCII ? ASCII.lowercased($0) : $0 }
    }

    /// Whether an engine takes them for one.
    public static func == (one: Self, other: Self) -> Bool { one.told == other.told }

    /// See `==`.
    public func hash(into hasher: inout Hasher) { hasher.combine(told) }
}
