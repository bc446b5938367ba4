/// Why a text is not JSON.
public struct JSONError: Error, Hashable, Sendable {
    /// What was found, for people: `expected ',' or '}'`.
    public let message: String
    /// Where it was found: a byte offset into the text.
    public let offset: Int

    /// A fault at a byte offset.
    public init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }
}
