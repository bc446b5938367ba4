import Bytes

/// The words that parameters other than filters are called by (rest.md §4). Any other name is a
/// column's, and so is one of these in quotes.
public enum ParameterWord: CaseIterable, Sendable {
    case select, columns, onConflict
    // Of an embed as well, after its path.
    case order, limit, offset, and, or

    /// How URLs spell it.
    public var spelling: StaticString {
        switch self {
        case .select: "select"
        case .columns: "columns"
        case .onConflict: "on_conflict"
        case .order: "order"
        case .limit: "limit"
        case .offset: "offset"
        case .and: "and"
        case .or: "or"
        }
    }

    /// The word that these bytes spell.
    public init?(_ bytes: Span<UInt8>) {
        for word in Self.all where ASCII.equal(bytes, word.spelling) {
            self = word
            return
        }
        return nil
    }

    /// The word that a parameter's name is, decoded.
    public init?(_ name: String) {
        let bytes = Array(name.utf8)
        self.init(bytes.span)
    }

    private static let all = allCases
}
