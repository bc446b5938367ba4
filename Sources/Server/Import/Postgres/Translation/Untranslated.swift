import Bytes

/// Why something of the source is not said here.
struct Untranslated: Error, Hashable, Sendable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// A part of a rule, and how tightly it binds.
struct RuleText: Hashable, Sendable {
    /// Loosest first.
    enum Binding: Int, Hashable, Comparable, Sendable {
        case disjunction, conjunction, negation, test, comparison, range, operation, sum, product
        case cast, primary

        static func < (a: Binding, b: Binding) -> Bool { a.rawValue < b.rawValue }
    }

    let text: String
    let binding: Binding

    init(_ text: String, _ binding: Binding = .primary) {
        self.text = text
        self.binding = binding
    }

    static let yes = RuleText("true")
    static let no = RuleText("false")

    /// Its text where something that binds so tightly is to stand.
    func text(as least: Binding) -> String { binding < least ? "(\(text))" : text }

    /// Several of which all hold, or one does; those that say nothing are left out.
    static func joined(_ parts: [RuleText], by word: String) -> RuleText {
        let (neutral, decisive): (RuleText, RuleText) = word == "and" ? (.yes, .no) : (.no, .yes)
        if parts.contains(decisive) { return decisive }
        var found: [RuleText] = []
        for part in parts where part != neutral && !found.contains(part) { found.append(part) }
        guard found.count > 1 else { return found.first ?? neutral }
        let binding: Binding = word == "and" ? .conjunction : .disjunction
        // Chains of one word need no parentheses.
        let texts = found.map { $0.binding == binding ? $0.text : $0.text(as: binding) }
        return RuleText(texts.joined(separator: " \(word) "), binding)
    }
}

extension String {
    /// A text as a constant of a rule.
    var asRuleText: String {
        "'" + replacing(byte: 0x27, with: "''") + "'"
    }
}
