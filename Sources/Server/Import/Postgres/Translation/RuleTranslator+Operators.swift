// Operators and lists.
extension RuleTranslator {
    func binary(_ sign: String, _ left: SQLNode, _ right: SQLNode) throws(Untranslated) -> RuleText
    {
        switch sign {
        case "and", "or": return .joined([try say(left), try say(right)], by: sign)
        case "=", "<>", "<", "<=", ">", ">=": return try comparison(sign, left, right)
        case "like", "~~": return try like("like", left, right)
        case "ilike", "~~*": return try like("ilike", left, right)
        case "!~~": return try like("not like", left, right)
        case "!~~*": return try like("not ilike", left, right)
        case "||":
            let (a, b) = (try say(left).text(as: .operation), try say(right).text(as: .sum))
            guard kind(of: left) != .json, kind(of: left) != .other else {
                throw Untranslated("|| joins texts only")
            }
            return RuleText("\(a) || \(b)", .operation)
        case "->", "->>":
            let (a, b) = (try say(left).text(as: .operation), try say(right).text(as: .cast))
            return RuleText("\(a) \(sign) \(b)", .operation)
        case "#>", "#>>": return try path(sign, left, right)
        case "~", "~*", "!~", "!~*", "similar to":
            throw Untranslated("rules have no regular expressions")
        case "+", "-", "*": return try arithmetic(sign, left, right)
        case "/", "%", "^":
            throw Untranslated("division and powers are not part of the rule language")
        default: throw Untranslated("the rule language has no operator \(sign)")
        }
    }

    private func comparison(
        _ sign: String, _ left: SQLNode, _ right: SQLNode
    ) throws(Untranslated) -> RuleText {
        if case .query(let query) = left, !query.sources.isEmpty {
            return try comparison(of: query, sign, right, isFirst: true)
        }
        if case .query(let query) = right, !query.sources.isEmpty {
            return try comparison(of: query, sign, left, isFirst: false)
        }
        if sign != "=", sign != "<>" { try requireOrder(left, right) }
        if isPadded(left) || isPadded(right) {
            throw Untranslated("char(n) is compared without the blanks behind it")
        }
        // A truth may be compared as well; there null is not as good as false.
        var other = self
        other.isPositive = false
        var (a, b) = (try other.say(left), try other.say(right))
        if kind(of: left) == .caseless || kind(of: right) == .caseless {
            (a, b) = (RuleText("lower(\(a.text))"), RuleText("lower(\(b.text))"))
        }
        return RuleText("\(a.text(as: .range)) \(sign) \(b.text(as: .range))", .comparison)
    }

    private func arithmetic(
        _ sign: String, _ left: SQLNode, _ right: SQLNode
    ) throws(Untranslated) -> RuleText {
        let numbers: Set<SourceKind?> = [.whole, .number, nil]
        guard numbers.isSuperset(of: [kind(of: left), kind(of: right)]) else {
            throw Untranslated("arithmetic is part of the rule language for numbers only")
        }
        let (binding, tighter): (RuleText.Binding, RuleText.Binding) =
            sign == "*" ? (.product, .cast) : (.sum, .product)
        let (a, b) = (try say(left).text(as: binding), try say(right).text(as: tighter))
        return RuleText("\(a) \(sign) \(b)", binding)
    }

    private func like(
        _ word: String, _ left: SQLNode, _ right: SQLNode
    ) throws(Untranslated) -> RuleText {
        let isCaseless = kind(of: left) == .caseless
        let word = isCaseless && !word.hasSuffix("ilike") ? word.dropLast(4) + "ilike" : word[...]
        let (a, b) = (try say(left).text(as: .operation), try say(right).text(as: .operation))
        return RuleText("\(a) \(word) \(b)", .range)
    }

    /// A path `{a,b}` as one step after the other.
    private func path(
        _ sign: String, _ left: SQLNode, _ right: SQLNode
    ) throws(Untranslated) -> RuleText {
        guard let keys = constants(of: right), !keys.isEmpty else {
            throw Untranslated("the path of \(sign) is not constant")
        }
        var text = try say(left).text(as: .operation)
        for (index, key) in keys.enumerated() {
            let isLast = index == keys.count - 1
            // A number is a place in an array, or the name of a member.
            guard case .text(let key) = key, Int(key) == nil else {
                throw Untranslated("a path of \(sign)")
            }
            text += (isLast && sign == "#>>" ? " ->> " : " -> ") + key.asRuleText
        }
        return RuleText(text, .operation)
    }

    // MARK: Lists

    /// The elements of a constant array; nil for another one.
    func constants(of node: SQLNode) -> [SQLNode]? {
        if case .array(let list) = node { return list }
        if case .cast(let inner, _) = node { return constants(of: inner) }
        return node.constant.flatMap { ArrayText.elements(of: $0) }?
            .map { $0.map(SQLNode.text) ?? .null }
    }

    func any(
        _ sign: String, _ subject: SQLNode, _ list: SQLNode
    ) throws(Untranslated) -> RuleText {
        guard let values = constants(of: list) else {
            throw Untranslated("whether an array holds something is not part of rules")
        }
        if sign == "=" { return try membership(subject, values) }
        var parts: [RuleText] = []
        for value in values { parts.append(try binary(sign, subject, value)) }
        return .joined(parts, by: "or")
    }

    func all(
        _ sign: String, _ subject: SQLNode, _ list: SQLNode
    ) throws(Untranslated) -> RuleText {
        guard let values = constants(of: list) else {
            throw Untranslated("whether an array holds something is not part of rules")
        }
        var parts: [RuleText] = []
        for value in values { parts.append(try binary(sign, subject, value)) }
        return .joined(parts, by: "and")
    }

    func membership(
        _ subject: SQLNode, _ list: [SQLNode]
    ) throws(Untranslated) -> RuleText {
        if list.isEmpty { return .no }
        if isPadded(subject) {
            throw Untranslated("char(n) is compared without the blanks behind it")
        }
        if kind(of: subject) == .caseless {
            var parts: [RuleText] = []
            for value in list { parts.append(try binary("=", subject, value)) }
            return .joined(parts, by: "or")
        }
        var texts: [String] = []
        for value in list { texts.append(try say(value).text) }
        let text = try say(subject).text(as: .operation)
        return RuleText("\(text) in (\(texts.joined(separator: ", ")))", .range)
    }

    // MARK: CASE

    /// A choice; between truths where null is as good as false, as what holds of each arm, so that
    /// rules stay as people write them.
    func choice(
        _ subject: SQLNode?, _ arms: [SQLChoice], _ otherwise: SQLNode?
    ) throws(Untranslated) -> RuleText {
        let isTruth = (arms.map(\.then) + [otherwise].compactMap(\.self)).allSatisfy {
            $0 == .null || kind(of: $0) == .truth || isLogic($0)
        }
        guard isTruth, isPositive else { return try cases(subject, arms, otherwise) }
        var parts: [RuleText] = []
        var before: [RuleText] = []
        for arm in arms {
            let when = subject.map { SQLNode.binary("=", $0, arm.when) } ?? arm.when
            let holds = try say(.test(when, .true, isNegated: false))
            parts.append(.joined(before + [holds, try say(arm.then)], by: "and"))
            before.append(try say(.test(when, .true, isNegated: true)))
        }
        if let otherwise { parts.append(.joined(before + [try say(otherwise)], by: "and")) }
        return .joined(parts.filter { $0.text != "null" }, by: "or")
    }

    private func cases(
        _ subject: SQLNode?, _ arms: [SQLChoice], _ otherwise: SQLNode?
    ) throws(Untranslated) -> RuleText {
        var other = self
        other.isPositive = false
        var text = "case"
        for arm in arms {
            let when = subject.map { SQLNode.binary("=", $0, arm.when) } ?? arm.when
            text += " when \(try other.say(when).text) then \(try other.say(arm.then).text)"
        }
        if let otherwise { text += " else \(try other.say(otherwise).text)" }
        return RuleText(text + " end")
    }

    private func isLogic(_ node: SQLNode) -> Bool {
        if case .binary(let sign, _, _) = node {
            return ["and", "or", "=", "<>", "<", "<=", ">", ">=", "~~", "~~*"].contains(sign)
        }
        return false
    }
}
