import Diagnostics
import Schema

// `exists`, `can` and named rules: the parts of the language that reach other rows and other rules.
extension Resolver {
    func exists(
        _ name: String, alias: String?, _ condition: Syntax?, at offset: Int, _ scope: Scope
    ) -> Typed {
        guard scope.purpose.allowsOtherRows else {
            return fault("\(scope.purpose.name) cannot read other rows", at: offset, scope)
        }
        guard let model = catalogue.model(name) else {
            if unknown.models.contains(name) { return .invalid(at: offset) }
            return fault(
                "unknown model \"\(name)\"", at: offset, scope,
                suggestion: nearest(name, in: catalogue.models.map(\.name)))
        }
        let rowName = alias ?? name
        if scope.row(called: rowName) != nil {
            return fault(
                "\"\(rowName)\" already names an outer row: give this one an alias, "
                    + "exists(\(name) as …)", at: offset, scope)
        }
        let row = ScopeRow(model: model, number: nextRow(), name: rowName)
        let inner = scope.inside(row)
        let matched = condition.map { truth(resolve($0, inner), inner) } ?? Expression.yes
        return .boolean(
            .exists(
                Subquery(
                    model: model, row: row.number,
                    condition: .conjunction([matched, .isThere(model, row: row.number)]))),
            at: offset)
    }

    /// `can(verb, relation)`: the related row is there, and its own rule lets the caller at it.
    func can(_ verb: String, _ relation: [String], at offset: Int, _ scope: Scope) -> Typed {
        guard let verb = Verb(rawValue: verb), verb != .create else {
            return fault(
                "can() takes read, update or delete, not \"\(verb)\"", at: offset, scope,
                suggestion: nearest(verb, in: ["read", "update", "delete"]))
        }
        var relations = relation[...]
        var start = scope.innermost
        if let first = relation.first, relation.count > 1, let row = scope.row(called: first) {
            start = row
            relations = relations.dropFirst()
        }
        guard let start else {
            return fault("can() needs a row, and a named rule has none", at: offset, scope)
        }
        guard let found = follow(relations, from: start, at: offset, scope) else {
            return .invalid(at: offset)
        }
        guard let source = found.model.access[verb]?.using else {
            return .boolean(.no, at: offset)
        }
        let name = "\(found.model.name).\(verb.rawValue)"
        let inner = Scope(
            source: source, purpose: .access,
            rows: [ScopeRow(model: found.model, number: found.row, name: found.model.name)])
        guard let allowed = expand(name, source, inner, at: offset, scope) else {
            return .invalid(at: offset)
        }
        let condition = Expression.conjunction([found.condition, truth(allowed, inner)])
        return .boolean(
            .exists(Subquery(model: found.model, row: found.row, condition: condition)), at: offset)
    }

    /// A call of a rule of `rules.json`; its body sees the parameters and no row.
    func namedRule(
        _ rule: NamedRule, _ arguments: [Typed], at offset: Int, _ scope: Scope
    ) -> Typed {
        guard arguments.count == rule.parameters.count else {
            return fault(
                "\(rule.name)(\(rule.parameters.joined(separator: ", "))) takes "
                    + "\(rule.parameters.count) arguments, not \(arguments.count)",
                at: offset, scope)
        }
        var purpose = scope.purpose
        purpose.allowsOld = false
        var inner = Scope(source: rule.body, purpose: purpose, rows: [])
        for (index, name) in rule.parameters.enumerated() {
            let type = index < rule.parameterTypes.count ? rule.parameterTypes[index] : nil
            let argument = arguments[index]
            inner.parameters[name] =
                if let type { settle(argument, as: type, scope) } else {
                    settleAlone(argument, scope)
                }
        }
        return expand("\(rule.name)()", rule.body, inner, at: offset, scope)
            ?? .invalid(at: offset)
    }

    /// Checks a rule's body on its own, so that a rule nobody calls is checked too.
    func checkBody(of rule: NamedRule) {
        var scope = Scope(source: rule.body, purpose: .access, rows: [])
        for (index, name) in rule.parameters.enumerated() {
            let type = index < rule.parameterTypes.count ? rule.parameterTypes[index] : nil
            scope.parameters[name] = Typed(
                .null, type.map(StaticType.known) ?? .invalid, at: 0)
        }
        guard let syntax = syntax(of: rule.body) else { return }
        expansion = ["\(rule.name)()"]
        _ = truth(resolve(syntax, scope), scope)
        expansion = []
    }

    /// Resolves another rule's text in place of its name; nil when it is recursive or broken.
    private func expand(
        _ name: String, _ source: ExpressionSource, _ inner: Scope, at offset: Int, _ scope: Scope
    ) -> Typed? {
        if let first = expansion.firstIndex(of: name) {
            let circle = (expansion[first...] + [name]).joined(separator: " → ")
            report("rules must not call themselves: \(circle)", at: offset, scope)
            return nil
        }
        guard let syntax = syntax(of: source) else { return nil }
        expansion.append(name)
        defer { expansion.removeLast() }
        return resolve(syntax, inner)
    }
}
