/// Why a text is not JSON.
public struct JSONError: Error, Hashable, Sendable {
    /// What was found, for people: `expected ',' or '}'`.
    public let message: String
    /// Where it was found: a byte offset into the text.
    public let offset: Int

    /// Whether the outermost array has more elements than were allowed. It is not read further.
    public let isOversize: Bool

    /// A fault at a byte offset.
    public init(message: String, offset: Int, isOversize: Bool = false) {
        self.message = message
        self.offset = offset
        self.isOversize = isOversize
    }
}
