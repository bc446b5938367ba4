import Diagnostics
import Store
import Values

/// The LIKE patterns of a condition that are known beforehand, read once for all rows.
struct KnownPatterns: Sendable {
    private struct Key: Hashable {
        let text: ExactText
        let ignoresCase: Bool
    }

    private var patterns: [Key: LikePattern] = [:]

    /// No pattern is known.
    init() {}

    /// All patterns of a condition that are constants or arguments.
    init(of root: Expression, arguments: [Value]) {
        root.walk { node in
            insert(node, arguments: arguments)
            return true
        }
    }

    /// Reads the pattern of a node, if it is a `like` with one that is known. What cannot be read
    /// is left to the evaluation, which says so.
    mutating func insert(_ node: Expression, arguments: [Value] = []) {
        guard case .like(_, let pattern, let ignoresCase) = node else { return }
        let value: Value? =
            switch pattern {
            case .constant(let value): value
            case .argument(let index): index < arguments.count ? arguments[index] : nil
            case .context, .column, .comparison, .distinct, .all, .any, .not, .isNull,
                .membership, .like, .call, .exists, .scalar, .related:
                nil
            }
        guard case .text(let text)? = value else { return }
        let key = Key(text: ExactText(text), ignoresCase: ignoresCase)
        patterns[key] = try? LikePattern(text, ignoresCase: ignoresCase)
    }

    /// The pattern of a text: a known one, or read now.
    ///
    /// - Throws: 22025 when it ends in a lone backslash.
    func pattern(_ text: String, ignoresCase: Bool) throws(Problem) -> LikePattern {
        let key = Key(text: ExactText(text), ignoresCase: ignoresCase)
        if let known = patterns[key] { return known }
        return try LikePattern(text, ignoresCase: ignoresCase)
    }
}
