/// Whether a step's columns are told.
public enum ColumnsWanted: Hashable, Sendable {
    /// Never: the caller knows them.
    case never
    /// When the statement is parsed: what the caller knows is checked once.
    case whenParsed
    /// Each time.
    case always

    func isTold(isParsed: Bool) -> Bool {
        switch self {
        case .never: false
        case .whenParsed: isParsed
        case .always: true
        }
    }
}
