import Expressions

/// Which rows a verb reaches.
enum RowRule: Sendable {
    case everybody
    case nobody
    case matching(Predicate)

    /// The rule of a predicate, simplified when it is a constant.
    init(_ predicate: Predicate) {
        switch predicate.constant {
        case true?: self = .everybody
        case false?: self = .nobody
        case nil: self = .matching(predicate)
        }
    }

    var isEverybody: Bool { if case .everybody = self { true } else { false } }
}
