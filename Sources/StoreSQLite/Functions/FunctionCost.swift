import Bytes

/// What a function does with each byte of a text, which decides how long it takes. Measured on
/// release builds.
enum FunctionCost {
    case copy
    case caseMapping
    case json

    /// What finding a key among the members of an object takes for each.
    static let nanosecondsPerMember = 8

    /// What a text takes.
    func nanoseconds(for text: Span<UInt8>) -> Int {
        switch self {
        case .copy: text.count / 4
        case .caseMapping: text.isASCII ? text.count : 40 * text.count
        case .json: 16 * text.count
        }
    }
}
