/// Writes random rules and checks in the rule language.
struct RuleWriter {
    let models: [GeneratedModel]
    var dice: Dice
    /// Whether rows of a `vault` must be hidden, also from rules of other models.
    var hidesRows = false

    mutating func addRules(to model: inout GeneratedModel, at index: Int) {
        if dice.chance(hidesRows ? 60 : 25) {
            let check = condition(on: model, at: index, prefix: "", isCheck: true, depth: 0)
            model.words.append(("checks", "{\"check_1\": \(quoted("(\(check)) is not false"))}"))
        }
        model.words.append(("access", access(of: model, at: index)))
        if hidesRows { model.openAccess = openAccess() }
        for place in model.columns.indices where dice.chance(8) {
            let column = model.columns[place]
            guard !model.key.contains(column.name), column.reference == nil else { continue }
            let rule = condition(on: model, at: index, prefix: "", depth: 0)
            let verb = dice.pick(["read", "read", "write", "update", "create"])
            let other = verb == "read" ? "write" : "read"
            model.columns[place].words.append(
                ("access", "{\(quoted(verb)): \(quoted(rule)), \(quoted(other)): true}"))
        }
    }

    private mutating func access(of model: GeneratedModel, at index: Int) -> String {
        if dice.chance(15) { return hidesRows ? openAccess() : "{\"all\": true}" }
        let verbs = ["read", "create", "update", "delete"].filter { _ in dice.chance(92) }
        let rules = verbs.map { verb -> String in
            if verb == "update", dice.chance(40) {
                let column = dice.pick(model.columns).name
                let using = guarded(rule(on: model, at: index))
                return "\"update\": {\"using\": \(quoted(using)), "
                    + "\"check\": \(quoted("not changed(\(name(column)))"))}"
            }
            let isOpen = verb == "create" && dice.chance(40)
            let rule = isOpen ? "true" : rule(on: model, at: index)
            return "\(quoted(verb)): \(quoted(verb == "create" ? rule : guarded(rule)))"
        }
        return "{" + rules.joined(separator: ", ") + "}"
    }

    private mutating func openAccess() -> String {
        let verbs = ["read", "update", "delete"].map { "\"\($0)\": \(quoted(guarded("true")))" }
        return "{" + verbs.joined(separator: ", ") + ", \"create\": true}"
    }

    /// The rule for rows that are not hidden, in one of the forms that nobody who asks can pass.
    private mutating func guarded(_ rule: String) -> String {
        guard hidesRows else { return rule }
        let guards = [
            "not vault", "vault = false", "(not vault or auth.email() = 'keeper@example.org')",
            "(not vault or auth.role() = 'keeper')", "coalesce(vault, true) = false",
        ]
        return "\(dice.pick(guards)) and (\(rule))"
    }

    /// Most of the time one that lets many in, for else there is little to compare.
    private mutating func rule(on model: GeneratedModel, at index: Int) -> String {
        switch dice.number(0...9) {
        case 0...3: return "true"
        case 4: return "signed_in()"
        case 5 where model["owner"] != nil: return "owner is null or owner = auth.uid()"
        default: return condition(on: model, at: index, prefix: "", depth: 2)
        }
    }

    // MARK: Conditions

    /// - Parameters:
    ///   - index: where the model stands; it may delegate to those before it.
    ///   - prefix: what its columns are written behind, with the dot.
    ///   - isCheck: only the row itself may be mentioned.
    private mutating func condition(
        on model: GeneratedModel, at index: Int, prefix: String, isCheck: Bool = false, depth: Int
    ) -> String {
        if depth > 0, dice.chance(45) {
            let left = condition(
                on: model, at: index, prefix: prefix, isCheck: isCheck, depth: depth - 1)
            if dice.chance(20) { return "not (\(left))" }
            let right = condition(
                on: model, at: index, prefix: prefix, isCheck: isCheck, depth: depth - 1)
            return "(\(left) \(dice.pick(["and", "or", "or"])) \(right))"
        }
        if !isCheck, dice.chance(45),
            let other = otherRows(of: model, at: index, prefix: prefix, depth: depth)
        {
            return other
        }
        // A number that is given cannot be told of a row that is refused, nor be looked for.
        let columns = model.columns.filter { !isCheck || !$0.name.hasPrefix("serial_") }
        guard let column = dice.pickIfAny(columns) else { return "true" }
        return test(column, prefix + name(column.name), isCheck: isCheck)
    }

    private mutating func otherRows(
        of model: GeneratedModel, at index: Int, prefix: String, depth: Int
    ) -> String? {
        let references = model.columns.filter { $0.reference?.alias != nil }
        switch dice.number(0...6) {
        case 0:
            return dice.pick([
                "signed_in()", "auth.role() = 'authenticated'", "auth.email() like 'user0%'",
                "auth.aal() = 'aal1'", "auth.jwt() ->> 'role' = 'anon'", "now() > '2020-01-01'",
            ])
        case 1, 2:
            guard prefix.isEmpty, let reference = dice.pickIfAny(references)?.reference,
                let target = models.first(where: { $0.name == reference.model }),
                let column = dice.pickIfAny(target.columns), let alias = reference.alias
            else { return nil }
            let test = test(column, "\(alias).\(name(column.name))", isCheck: false)
            return hidesRows ? "(not \(alias).vault and \(test))" : test
        case 3:
            let earlier = models.prefix(index).map(\.name)
            let able = references.filter { earlier.contains($0.reference?.model ?? "") }
            guard prefix.isEmpty, let alias = dice.pickIfAny(able)?.reference?.alias else {
                return nil
            }
            return "can(\(dice.pick(["read", "read", "delete"])), \(alias))"
        case 4, 5: return prefix.isEmpty ? exists(from: model, depth: depth) : nil
        default:
            guard let text = dice.pickIfAny(model.columns.filter { $0.kind == .text }) else {
                return nil
            }
            return "is_short(\(prefix)\(name(text.name)), \(dice.number(1...6)))"
        }
    }

    /// Another model's row that refers to this one.
    private mutating func exists(from model: GeneratedModel, depth: Int) -> String? {
        let children = models.enumerated().flatMap { index, child in
            child.columns.filter { $0.reference?.model == model.name }.map { (index, child, $0) }
        }
        guard let (index, child, column) = dice.pickIfAny(children) else { return nil }
        let rest = condition(on: child, at: index, prefix: "x.", depth: 0)
        return "exists(\(child.name) as x where x.\(name(column.name)) = "
            + "\(model.name).\(name(model.key[0])) and \(rest)"
            + (hidesRows ? " and not x.vault)" : ")")
    }

    private mutating func test(
        _ column: GeneratedColumn, _ name: String, isCheck: Bool
    ) -> String {
        // Which numbers a server gives is its own affair: refused writes may use some up.
        if dice.chance(12) || column.name.hasPrefix("serial_") {
            return "\(name) is \(dice.pick(["", "not "]))null"
        }
        let sign = dice.pick(["=", "<>", "<", "<=", ">", ">="])
        let equality = dice.pick(["=", "<>", "is distinct from"])
        switch column.kind {
        case .text: return textTest(name, third: column.has("enum") ? "Ab" : "")
        case .uuid:
            if !isCheck, dice.chance(70) { return "\(name) = auth.uid()" }
            return "\(name) \(equality) '\(ColumnKind.uuids[0])'"
        case .timestamp:
            return "\(name) \(dice.pick(["<", ">="])) '2024-02-29T12:00:00Z'"
        case .date: return "\(name) \(sign) '2024-02-29'"
        case .time: return "\(name) \(sign) '12:00:00'"
        case .decimal: return dice.pick(["\(name) between 0 and 10", "abs(\(name)) \(sign) 1.5"])
        // What is never in a list must not be asked for.
        case .integer where column.has("enum"), .int32 where column.has("enum"):
            return "\(name) \(sign) \(dice.number(1...3))"
        case .integer, .int32:
            return dice.pick([
                "\(name) \(sign) \(dice.number(0...4))", "coalesce(\(name), 0) \(sign) 2",
                "\(name) in (1, 2, 1001)", "greatest(\(name), 2) \(sign) 3",
            ])
        case .number: return dice.pick(["\(name) \(sign) 0.5", "round(\(name)) = 5"])
        case .boolean: return dice.pick([name, "not \(name)", "\(name) is not true"])
        case .object, .any:
            return dice.pick(["\(name) ->> 'a' = 'x'", "\(name) -> 'a' is not null"])
        case .array: return "\(name) ->> 0 = 'a'"
        case .bytes: return "\(name) is not null"
        }
    }

    /// - Parameter third: One of the values of a list, which an enumeration must have.
    private mutating func textTest(_ name: String, third: String) -> String {
        dice.pick([
            "length(\(name)) < \(dice.number(1...8))", "\(name) like 'a%'", "\(name) ilike '%B'",
            "lower(\(name)) = 'ab'", "upper(\(name)) <> 'É'", "\(name) in ('a', 'b', '\(third)')",
            "trim(\(name)) = \(name)", "starts_with(\(name), 'a')", "\(name) > 'a'",
            "\(name) || 'x' <> 'ax'", "nullif(\(name), 'a') is null",
        ])
    }

    /// Words of the language are columns in quotes.
    private func name(_ column: String) -> String { column == "order" ? "\"order\"" : column }
}
