import Values

// Tests of values: comparisons and what is like them.
extension RuleWording {
    func test(_ syntax: Syntax, _ scope: WordingScope, _ isNegated: Bool) -> Words? {
        switch syntax {
        case .comparison(let comparison, let left, let right, _):
            return binary(left, Self.verb(comparison, isNegated), right, scope)
        case .isDistinct(let left, let right, _):
            return binary(left, isNegated ? "is the same as" : "differs from", right, scope)
        case .isNull(.call("auth.uid", _, _), _):
            return [.text(isNegated ? "the caller is signed in" : "the caller is not signed in")]
        case .isNull(let operand, _), .isTruth(let operand, .isUnknown, _):
            return value(operand, scope).map { $0 + [.text(isNegated ? " is set" : " is null")] }
        case .membership(let operand, let list, _):
            guard let operand = value(operand, scope) else { return nil }
            return alternatives(list, scope).map {
                operand + [.text(isNegated ? " is none of " : " is one of ")] + $0
            }
        case .between(let operand, let low, let high, _):
            guard let operand = value(operand, scope), let low = value(low, scope),
                let high = value(high, scope)
            else { return nil }
            let verb = isNegated ? " is not between " : " is between "
            return operand + [.text(verb)] + low + [.text(" and ")] + high
        case .like(let operand, let pattern, let ignoresCase, _):
            let verb = isNegated ? "does not match the pattern" : "matches the pattern"
            return binary(operand, verb, pattern, scope).map {
                $0 + (ignoresCase ? [.text(" in any case")] : [])
            }
        case .name, .text, .number, .boolean, .null, .not, .all, .any, .isTruth, .concatenation,
            .arithmetic, .choice, .member, .cast, .call, .exists, .can, .changed:
            return nil
        }
    }

    private func binary(
        _ left: Syntax, _ verb: String, _ right: Syntax, _ scope: WordingScope
    ) -> Words? {
        guard let left = value(left, scope), let right = value(right, scope) else { return nil }
        return left + [.text(" \(verb) ")] + right
    }

    private func alternatives(_ list: [Syntax], _ scope: WordingScope) -> Words? {
        var words: Words = []
        for (index, item) in list.enumerated() {
            guard let item = value(item, scope) else { return nil }
            let separator = index == 0 ? nil : index == list.count - 1 ? " or " : ", "
            words += (separator.map { [.text($0)] } ?? []) + item
        }
        return words
    }

    private static func verb(_ comparison: Comparison, _ isNegated: Bool) -> String {
        switch comparison {
        case .equal: isNegated ? "is not" : "is"
        case .notEqual: isNegated ? "is" : "is not"
        case .less: isNegated ? "is at least" : "is less than"
        case .lessOrEqual: isNegated ? "is more than" : "is at most"
        case .greater: isNegated ? "is at most" : "is more than"
        case .greaterOrEqual: isNegated ? "is less than" : "is at least"
        }
    }

    // MARK: Values

    /// What a value is called; nil where it has no words.
    func value(_ syntax: Syntax, _ scope: WordingScope) -> Words? {
        switch syntax {
        case .name(let parts, _): name(parts, scope)
        case .text(let text, _): [.code("'\(text)'")]
        case .number(let text, _): [.code(text)]
        case .boolean(let truth, _): [.code(truth ? "true" : "false")]
        case .null: [.code("null")]
        case .cast(let operand, _, _): value(operand, scope)
        case .concatenation(let left, let right, _):
            binary(left, "followed by", right, scope)
        case .member(let container, .text(let key, _), _, _):
            value(container, scope).map { [.text("the member "), .code(key), .text(" of ")] + $0 }
        case .call(let name, let arguments, _): call(name, arguments, scope)
        case .not, .all, .any, .comparison, .isNull, .isTruth, .isDistinct, .membership, .between,
            .like, .member, .arithmetic, .choice, .exists, .can, .changed:
            nil
        }
    }

    private func call(_ name: String, _ arguments: [Syntax], _ scope: WordingScope) -> Words? {
        if let (body, inner) = namedRule(name, arguments, scope) { return value(body, inner) }
        if arguments.isEmpty { return Self.facts[name].map { [.text($0)] } }
        guard arguments.count == 1, let (before, after) = Self.changes[name] else { return nil }
        return value(arguments[0], scope).map { [.text(before)] + $0 + [.text(after)] }
    }

    /// What functions without operands tell.
    private static let facts = [
        "auth.uid": "the caller's id", "auth.role": "the caller's role",
        "auth.email": "the caller's email address", "auth.jwt": "the caller's token",
        "auth.aal": "the caller's assurance level", "now": "the time of the request",
    ]

    /// What functions make of one operand: the words around it.
    private static let changes = [
        "length": ("the length of ", ""), "char_length": ("the length of ", ""),
        "lower": ("", " in lower case"), "upper": ("", " in upper case"),
        "trim": ("", " without spaces around it"), "btrim": ("", " without spaces around it"),
        "abs": ("the size of ", ""), "round": ("", " rounded"),
    ]

    // MARK: Names

    /// A column, also of a related row or as it was, or what stands for a parameter.
    func name(_ parts: [String], _ scope: WordingScope) -> Words? {
        if parts.count == 1, let argument = scope.arguments[parts[0]],
            var outer = argument.scope.first
        {
            if scope.rows.count > outer.rows.count { outer.isDistant = true }
            return value(argument.syntax, outer)
        }
        if parts.count == 2, parts[0] == "old", scope.row(called: "old") == nil {
            return [.text("the former "), .code(parts[1])]
        }
        guard let (row, path) = place(of: parts, scope), let last = path.last else { return nil }
        let owner = row.isNear ? [] : WordingScope.owner(row.row, isJudged: row.isJudged)
        guard path.count > 1 else { return owner + [.code(last)] }
        let relations = path.dropLast().reversed().map { [RuleWords.Piece.code($0)] }
        let way = Array(relations.joined(separator: [RuleWords.Piece.text(" of the ")]))
        return [.text("the "), .code(last), .text(" of ")]
            + (row.isNear ? [.text("its ")] : owner) + way
    }

    /// A related row.
    func relationWords(_ path: [String], _ scope: WordingScope) -> Words? {
        guard let (row, path) = place(of: path, scope), !path.isEmpty else { return nil }
        let owner =
            row.isNear ? [.text("its ")] : WordingScope.owner(row.row, isJudged: row.isJudged)
        let relations = path.reversed().map { [RuleWords.Piece.code($0)] }
        return owner + Array(relations.joined(separator: [RuleWords.Piece.text(" of the ")]))
    }

    /// The row that a name begins at, and what follows.
    private func place(
        of parts: [String], _ scope: WordingScope
    ) -> (row: (row: WordingScope.Row, isNear: Bool, isJudged: Bool), path: [String])? {
        if parts.count > 1, let row = scope.row(called: parts[0]) {
            return (row, Array(parts.dropFirst()))
        }
        return scope.nearest.map { ($0, parts) }
    }
}
