/// Why a client was refused, in the words that it was told.
public struct RefusalText: Sendable {
    /// The code, for programs; nil where there is none.
    public let code: String?
    private let message: String

    /// A reason with its code.
    public init(code: String? = nil, message: String) {
        self.code = code
        self.message = message
    }

    /// Both for a person at a terminal, cut where a line would become too long to read.
    var line: String {
        let text = (code.map { "\($0) " } ?? "") + message
        return text.count > Self.charactersMax ? text.prefix(Self.charactersMax) + "…" : text
    }

    private static let charactersMax = 300
}
