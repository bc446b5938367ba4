import Diagnostics
import Query
import Schema
import Store
import Values

/// Resolves names and agrees types, collecting faults instead of stopping at the first. One
/// resolver serves one catalogue; what it makes is independent of it.
///
/// Files `Resolver+….swift` hold its parts: names, operators, functions, subqueries.
final class Resolver {
    let catalogue: Catalogue
    /// What may be declared otherwise than it seems: nothing is said of that.
    let unknown: UnknownParts
    private(set) var diagnostics: [Diagnostic] = []
    /// The rules being expanded, outermost first; a rule that would occur twice is an error.
    var expansion: [String] = []
    private var rowCount = 0
    private var nodeCount = 0
    private var isTooLarge = false
    private var parsed: [ExpressionSource: Syntax?] = [:]

    init(_ catalogue: Catalogue, unknown: UnknownParts = UnknownParts()) {
        self.catalogue = catalogue
        self.unknown = unknown
    }

    /// The predicate that `source` states about a row of `model`; nil when it has faults.
    func predicate(_ source: ExpressionSource, model: Model, purpose: Purpose) -> Predicate? {
        begin()
        let faults = diagnostics.count
        let row = ScopeRow(model: model, number: 0, name: model.name)
        let scope = Scope(source: source, purpose: purpose, rows: [row])
        guard let syntax = syntax(of: source) else { return nil }
        let condition = truth(resolve(syntax, scope), scope)
        guard diagnostics.count == faults else { return nil }
        let predicate = Predicate(model: model, root: condition)
        guard ExpressionDepth(predicate.definition).isTooDeep else { return predicate }
        report("nested too deeply for the database", at: 0, scope)
        return nil
    }

    /// The value that a column holds by what its model says is `computed`; nil when it has faults.
    func generated(
        _ source: ExpressionSource, model: Model, column: Column
    ) -> Expression? {
        begin()
        let faults = diagnostics.count
        let row = ScopeRow(model: model, number: 0, name: model.name)
        let scope = Scope(source: source, purpose: .generated, rows: [row])
        guard let syntax = syntax(of: source) else { return nil }
        let value = generated(resolve(syntax, scope), for: column, scope)
        guard diagnostics.count == faults else { return nil }
        guard ExpressionDepth(value.definition(as: column.type, in: model)).isTooDeep else {
            return value
        }
        report("nested too deeply for the database", at: 0, scope)
        return nil
    }

    /// The value as one of the column's type, which it must have but for what is certain to fit.
    private func generated(_ value: Typed, for column: Column, _ scope: Scope) -> Expression {
        if case .known(let type) = value.type, type != column.type {
            let fits =
                type.exactScale == 0 && column.type.exactScale == 0
                || type.exactScale != nil && type.exactScale == column.type.exactScale
                || type.isNumber && column.type == .real
            guard fits else {
                return fault(
                    "\(column.name) holds \(column.type.fullName), but this is \(type.fullName)",
                    at: value.offset, scope
                ).expression
            }
            if column.type != .real { return value.expression }
        }
        return settle(value, as: column.type, scope).expression
    }

    /// The value of `type` that `source` computes; nil when it has faults.
    func computed(_ source: ExpressionSource, model: Model, column: Column) -> Expression? {
        begin()
        let faults = diagnostics.count
        let row = ScopeRow(model: model, number: 0, name: model.name)
        let scope = Scope(source: source, purpose: .computed, rows: [row])
        guard let syntax = syntax(of: source) else { return nil }
        let value = assign(resolve(syntax, scope), to: column, scope)
        return diagnostics.count == faults ? value.expression : nil
    }

    private func begin() {
        rowCount = 0
        nodeCount = 0
        isTooLarge = false
        expansion = []
    }

    /// A number for a subquery's row.
    func nextRow() -> Int {
        rowCount += 1
        return rowCount
    }

    func report(
        _ message: String, at offset: Int, _ scope: Scope, suggestion: String? = nil
    ) {
        diagnostics.append(
            Diagnostic(message, at: scope.source.location(of: offset), suggestion: suggestion))
    }

    func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

    /// Reports and answers a type that fits everything, so that one fault is told once.
    func fault(
        _ message: String, at offset: Int, _ scope: Scope, suggestion: String? = nil
    ) -> Typed {
        report(message, at: offset, scope, suggestion: suggestion)
        return .invalid(at: offset)
    }

    /// Parses `source`, each text once.
    func syntax(of source: ExpressionSource) -> Syntax? {
        if let known = parsed[source] { return known }
        do throws(RuleFault) {
            let syntax = try Parser.parse(source.text)
            parsed[source] = .some(syntax)
            return syntax
        } catch {
            diagnostics.append(
                Diagnostic(
                    error.message, at: source.location(of: error.offset),
                    suggestion: error.suggestion))
            parsed[source] = .some(nil)
            return nil
        }
    }

    // MARK: The tree

    func resolve(_ syntax: Syntax, _ scope: Scope) -> Typed {
        nodeCount += 1
        guard nodeCount <= ExpressionLimits.nodesMax else {
            if isTooLarge { return .invalid(at: syntax.offset) }
            isTooLarge = true
            return fault(
                "expands to more than \(ExpressionLimits.nodesMax) parts", at: syntax.offset, scope)
        }
        return node(syntax, at: syntax.offset, scope)
    }

    private func node(_ syntax: Syntax, at offset: Int, _ scope: Scope) -> Typed {
        switch syntax {
        case .name(let parts, _): name(parts, at: offset, scope)
        case .text(let text, _): Typed(.constant(.text(text)), .text(text), at: offset)
        case .number(let text, _): Typed(.null, .number(text), at: offset)
        case .boolean(let truth, _): .boolean(.constant(Value(truth)), at: offset)
        case .null: Typed(.null, .null, at: offset)
        case .call(let name, let arguments, _): call(name, arguments, at: offset, scope)
        case .cast(let operand, let type, _):
            cast(resolve(operand, scope), to: type, at: offset, scope)
        case .member(let container, let key, let asText, _):
            member(container, key, asText: asText, at: offset, scope)
        case .concatenation(let left, let right, _):
            concatenation([resolve(left, scope), resolve(right, scope)], at: offset, scope)
        case .arithmetic(let operation, let left, let right, _):
            arithmetic(
                operation, resolve(left, scope), resolve(right, scope), at: offset, scope)
        case .choice(let arms, let otherwise, _): choice(arms, otherwise, at: offset, scope)
        case .not(let operand, _):
            .boolean(.negation(truth(resolve(operand, scope), scope)), at: offset)
        case .all(let operands, _): .boolean(.conjunction(truths(operands, scope)), at: offset)
        case .any(let operands, _): .boolean(.disjunction(truths(operands, scope)), at: offset)
        case .comparison(let comparison, let left, let right, _):
            compare(comparison, resolve(left, scope), resolve(right, scope), at: offset, scope)
        case .between(let operand, let low, let high, _):
            between(resolve(operand, scope), low, high, at: offset, scope)
        case .isNull(let operand, _):
            .boolean(.isNull(settleAlone(resolve(operand, scope), scope).expression), at: offset)
        case .isTruth(let operand, let test, _):
            truthTest(truth(resolve(operand, scope), scope), test, at: offset)
        case .isDistinct(let left, let right, _):
            distinct(resolve(left, scope), resolve(right, scope), at: offset, scope)
        case .membership(let operand, let list, _):
            membership(resolve(operand, scope), list, at: offset, scope)
        case .like(let operand, let pattern, let ignoresCase, _):
            like(resolve(operand, scope), resolve(pattern, scope), ignoresCase, at: offset, scope)
        case .exists(let model, let alias, let condition, _):
            exists(model, alias: alias, condition, at: offset, scope)
        case .can(let verb, let relation, _): can(verb, relation, at: offset, scope)
        case .changed(let parts, _): changed(parts, at: offset, scope)
        }
    }

    private func concatenation(_ operands: [Typed], at offset: Int, _ scope: Scope) -> Typed {
        if operands.contains(where: { $0.type == .known(.boolean) }) {
            return fault("|| joins texts: write \"or\"", at: offset, scope)
        }
        return Typed(
            calling: .concatenate, operands.map { settle($0, as: .text, scope) }, at: offset)
    }

    private func truths(_ operands: [Syntax], _ scope: Scope) -> [Expression] {
        operands.map { truth(resolve($0, scope), scope) }
    }

    private func between(
        _ value: Typed, _ low: Syntax, _ high: Syntax, at offset: Int, _ scope: Scope
    ) -> Typed {
        let bounds = [
            compare(.greaterOrEqual, value, resolve(low, scope), at: offset, scope),
            compare(.lessOrEqual, value, resolve(high, scope), at: offset, scope),
        ]
        return .boolean(.conjunction(bounds.map(\.expression)), at: offset)
    }

    private func truthTest(
        _ operand: Expression, _ test: Syntax.TruthTest, at offset: Int
    ) -> Typed {
        switch test {
        case .isUnknown: .boolean(.isNull(operand), at: offset)
        case .isTrue: .boolean(.negation(.distinct(operand, .yes)), at: offset)
        case .isFalse: .boolean(.negation(.distinct(operand, .no)), at: offset)
        }
    }
}

extension ColumnType {
    /// The name that messages use, with the digits of a decimal.
    fileprivate var fullName: String {
        guard case .decimal(let precision, let scale) = self else { return formalName }
        return "\(formalName)(\(precision), \(scale))"
    }
}
