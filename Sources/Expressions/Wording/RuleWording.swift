public import Schema
import Values

/// Puts access rules into words, for the reference of a project's API. What it says is what the
/// rule says, shortened nowhere: a rule with a part that has no words is told as it was written.
public struct RuleWording {
    typealias Words = [RuleWords.Piece]

    private let catalogue: Catalogue

    /// The rules of a catalogue that has been compiled without faults.
    public init(_ catalogue: Catalogue) { self.catalogue = catalogue }

    /// The words of a rule about rows of `model`.
    public func words(of rule: ExpressionSource, in model: Model) -> WordedRule {
        guard let syntax = try? Parser.parse(rule.text) else { return .written(rule.text) }
        if case .boolean(let truth, _) = syntax { return truth ? .everybody : .nobody }
        let scope = WordingScope(rows: [.init(model: model.name, name: model.name)])
        let parts = if case .any(let parts, _) = syntax { parts } else { [syntax] }
        var choices: [Words] = []
        for part in parts {
            guard let clause = clause(part, scope) else { return .written(rule.text) }
            choices.append(clause)
        }
        return .rows(RuleWords(choices: choices))
    }

    /// The rule that an expression calls, with what stands for its parameters; nil for functions.
    func namedRule(
        _ name: String, _ arguments: [Syntax], _ scope: WordingScope
    ) -> (body: Syntax, scope: WordingScope)? {
        guard let rule = catalogue.rules.first(where: { $0.name.lowercased() == name }),
            !scope.expanded.contains(name), rule.parameters.count == arguments.count,
            let body = try? Parser.parse(rule.body.text)
        else { return nil }
        var inner = scope
        inner.expanded.append(name)
        inner.arguments = [:]
        for (parameter, argument) in zip(rule.parameters, arguments) {
            inner.arguments[parameter] = .init(syntax: argument, scope: [scope])
        }
        return (body, inner)
    }

    // MARK: Clauses

    /// What is said when an expression is true; or, negated, when it is false.
    ///
    /// - Parameter isPart: whether it stands beside others, so that its own `and` and `or` need
    ///   parentheses.
    func clause(
        _ syntax: Syntax, _ scope: WordingScope, not isNegated: Bool = false, isPart: Bool = false
    ) -> Words? {
        switch syntax {
        case .not(let operand, _): clause(operand, scope, not: !isNegated, isPart: isPart)
        case .all(let operands, _):
            joined(operands, by: isNegated ? "or" : "and", scope, isNegated, isPart: isPart)
        case .any(let operands, _):
            joined(operands, by: isNegated ? "and" : "or", scope, isNegated, isPart: isPart)
        case .exists(let model, let alias, let condition, _):
            existence(model, alias, condition, scope, isNegated, isPart: isPart)
        case .isTruth(let operand, .isTrue, _): clause(operand, scope, not: isNegated)
        case .isTruth(let operand, .isFalse, _): clause(operand, scope, not: !isNegated)
        case .cast(let operand, _, _): clause(operand, scope, not: isNegated, isPart: isPart)
        case .call(let name, let arguments, _):
            call(name, arguments, scope, isNegated, isPart: isPart)
        case .can(let verb, let relation, _):
            relationWords(relation, scope).map {
                [.text("the caller \(isNegated ? "may not" : "may") \(verb) ")] + $0
            }
        case .changed(let column, _):
            name(column, scope).map { $0 + [.text(isNegated ? " stays as it is" : " changes")] }
        case .name(let parts, _): truth(of: parts, scope, isNegated, isPart: isPart)
        case .boolean(let truth, _): [.text(truth != isNegated ? "always" : "never")]
        case .comparison, .isNull, .isTruth, .isDistinct, .membership, .between, .like:
            test(syntax, scope, isNegated)
        case .text, .number, .null, .concatenation, .arithmetic, .choice, .member: nil
        }
    }

    private func joined(
        _ operands: [Syntax], by word: String, _ scope: WordingScope, _ isNegated: Bool,
        isPart: Bool
    ) -> Words? {
        var words: Words = []
        for operand in operands {
            guard let clause = clause(operand, scope, not: isNegated, isPart: true) else {
                return nil
            }
            words += (words.isEmpty ? [] : [.text(" \(word) ")]) + clause
        }
        return isPart ? [.text("(")] + words + [.text(")")] : words
    }

    private func existence(
        _ model: String, _ alias: String?, _ condition: Syntax?, _ scope: WordingScope,
        _ isNegated: Bool, isPart: Bool
    ) -> Words? {
        let start = isNegated ? "there is no row of " : "there is a row of "
        let there: Words = [.text(start), .code(model)]
        guard let condition else { return there }
        var inner = scope
        inner.rows.append(.init(model: model, name: alias ?? model))
        guard let clause = clause(condition, inner) else { return nil }
        let words = there + [.text(" where ")] + clause
        return isPart ? [.text("(")] + words + [.text(")")] : words
    }

    private func call(
        _ name: String, _ arguments: [Syntax], _ scope: WordingScope, _ isNegated: Bool,
        isPart: Bool
    ) -> Words? {
        if let (body, inner) = namedRule(name, arguments, scope) {
            return clause(body, inner, not: isNegated, isPart: isPart)
        }
        guard name == "starts_with", arguments.count == 2, let text = value(arguments[0], scope),
            let start = value(arguments[1], scope)
        else { return nil }
        return text + [.text(isNegated ? " does not start with " : " starts with ")] + start
    }

    /// What is said of a column, or of what stands for a parameter, that is true or false.
    private func truth(
        of parts: [String], _ scope: WordingScope, _ isNegated: Bool, isPart: Bool
    ) -> Words? {
        if parts.count == 1, let argument = scope.arguments[parts[0]],
            let outer = argument.scope.first
        {
            return clause(argument.syntax, outer, not: isNegated, isPart: isPart)
        }
        return name(parts, scope).map { $0 + [.text(isNegated ? " is false" : " is true")] }
    }
}
