extension RequestGenerator {
    /// The columns that a request may ask for; rarely the hidden one, which is refused.
    mutating func asked(of model: GeneratedModel) -> [GeneratedColumn] {
        guard hidesRows, dice.chance(95) else { return model.columns }
        return model.columns.filter { $0.name != "secret" }
    }

    /// Filters of a model's rows, as parameters.
    ///
    /// - Parameter path: what leads to the embed, with a dot; empty for the table of the URL.
    mutating func filters(
        on model: GeneratedModel, path: String = "", most: Int = 3, isWild: Bool
    ) -> [ModelWord] {
        (0..<dice.number(0...most)).map { _ in
            if dice.chance(25) {
                let name = dice.pick(["and", "or", "not.and", "not.or"])
                return (path + name, group(on: model, depth: 2, isWild: isWild))
            }
            let (field, test) = test(of: dice.pick(asked(of: model)), isInGroup: false, isWild: isWild)
            return (path + field, test)
        }
    }

    private mutating func group(on model: GeneratedModel, depth: Int, isWild: Bool) -> String {
        let nodes = (0...dice.number(0...2)).map { _ -> String in
            if depth > 0, dice.chance(30) {
                return dice.pick(["and", "or", "not.and", "not.or"])
                    + group(on: model, depth: depth - 1, isWild: isWild)
            }
            let (field, test) = test(of: dice.pick(asked(of: model)), isInGroup: true, isWild: isWild)
            return "\(field).\(test)"
        }
        return "(" + nodes.joined(separator: ",") + ")"
    }

    /// A field and what is asked of it.
    private mutating func test(
        of column: GeneratedColumn, isInGroup: Bool, isWild: Bool
    ) -> (field: String, test: String) {
        var field = column.name == "order" ? "\"order\"" : column.name
        if isWild, dice.chance(10) { field = dice.pick(["nope", "ROWID", "a b", "\"x", "a->"]) }
        let negation = dice.chance(15) ? "not." : ""
        if column.kind.isJSON, dice.chance(75) {
            return (field + jsonPath(), negation + jsonTest(isInGroup, isWild))
        }
        if isWild, dice.chance(25) { return (field, negation + strangeTest(isInGroup)) }
        return (field, negation + plainTest(of: column, isInGroup, isWild))
    }

    private mutating func plainTest(
        of column: GeneratedColumn, _ isInGroup: Bool, _ isWild: Bool
    ) -> String {
        switch dice.number(0...9) {
        case 0: return dice.pick(["is.null", "is.not_null", "is.NULL"])
        case 1 where column.kind == .boolean:
            return dice.pick(["is.true", "is.false", "is.unknown"])
        case 1 where column.kind == .text, 2 where column.kind == .text:
            let pattern = dice.pick(["a*", "%b%", "_", "*", "", "É*", "*\\%", "i*", "ss", "*σ"])
            let quantified = dice.chance(15)
            let operand = quantified ? "{\(pattern.isEmpty ? "x" : pattern),b*}" : pattern
            return dice.pick(["like", "ilike"]) + (quantified ? dice.pick(["(any)", "(all)"]) : "")
                + "." + quote(operand, isInGroup)
        case 3:
            let list = (0..<dice.number(0...3)).map { _ in
                quote(operand(of: column, isWild), true)
            }
            return "in.(\(list.joined(separator: ",")))"
        case 4: return "isdistinct.\(quote(operand(of: column, isWild), isInGroup))"
        case 5 where column.isComparable:
            let list = (0..<dice.number(1...3)).map { _ in quote(operand(of: column, isWild), true)
            }
            let word = dice.pick(["eq(any)", "gt(all)", "lte(any)", "lt(all)"])
            return "\(word).\(quote("{\(list.joined(separator: ","))}", isInGroup))"
        default:
            let words =
                column.isComparable
                ? ["eq", "eq", "neq", "gt", "gte", "lt", "lte"] : ["eq", "neq"]
            return "\(dice.pick(words)).\(quote(operand(of: column, isWild), isInGroup))"
        }
    }

    /// What is wrong, or asks for what is not there.
    private mutating func strangeTest(_ isInGroup: Bool) -> String {
        dice.pick([
            "is.nil", "eq", "nope.1", "in.1", "in.(", "eq(some).1", "fts.cat", "cs.{a}", "like.a*",
            "match.^a", "is.true", "eq.", "gt.null", "not.not.eq.1", "in.()", "ov.{1}", "eq(any).1",
        ])
    }

    mutating func jsonPath() -> String {
        dice.pick(["->>a", "->a", "->b->>0", "->>0", "->-1", "->a->b", "->>nope", "->a->>b"])
    }

    private mutating func jsonTest(_ isInGroup: Bool, _ isWild: Bool) -> String {
        let values = ["1", "x", "\"x\"", "1.0", "null", "[1,2]", "a"]
        let words = isWild ? ["eq", "neq", "gt", "like"] : ["eq", "neq", "is", "in", "isdistinct"]
        switch dice.pick(words) {
        case "is": return dice.pick(["is.null", "is.not_null"])
        case "in": return "in.(\(quote(dice.pick(values), true)),\(quote("1", true)))"
        case let word: return "\(word).\(quote(dice.pick(values), isInGroup))"
        }
    }

    private mutating func operand(of column: GeneratedColumn, _ isWild: Bool) -> String {
        if isWild, dice.chance(25), let bad = dice.pickIfAny(column.badValues) {
            return bad.operand
        }
        if !column.hiddenKeys.all.isEmpty, dice.chance(20) {
            return dice.pick(column.hiddenKeys.all).operand
        }
        return (dice.pickIfAny(column.values) ?? .null).operand
    }

    /// The value in quotes, where the surroundings end at commas and parentheses.
    private func quote(_ text: String, _ isNeeded: Bool) -> String {
        guard isNeeded else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
