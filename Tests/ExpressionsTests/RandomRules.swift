import Store
import TestSupport

@testable import Expressions

/// Writes random expressions that are right: every one must load, and mean the same in SQL and in
/// memory.
struct RandomRules {
    var random: SeededGenerator
    /// The rows in sight, the innermost last, as the prefix of their columns and their model.
    private var rows: [(prefix: String, model: String)] = [("items", "items")]
    private let allowsOld: Bool
    private var aliasCount = 0

    enum Kind: CaseIterable {
        case text, uuid, integer, decimal, real, timestamp, date, boolean
    }

    init(seed: UInt64, allowsOld: Bool) {
        random = SeededGenerator(seed: seed)
        self.allowsOld = allowsOld
    }

    mutating func rule() -> String { boolean(depth: Int.random(in: 1...4, using: &random)) }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func pick<T>(_ choices: [T]) -> T {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    // MARK: Conditions

    private mutating func boolean(depth: Int) -> String {
        guard depth > 0 else { return test(depth: 0) }
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1: return "(\(boolean(depth: depth - 1)) and \(boolean(depth: depth - 1)))"
        case 2, 3: return "(\(boolean(depth: depth - 1)) or \(boolean(depth: depth - 1)))"
        case 4: return "not (\(boolean(depth: depth - 1)))"
        case 5:
            let word = pick(["true", "false", "unknown", "not true", "not false", "not unknown"])
            return "(\(boolean(depth: depth - 1))) is \(word)"
        default: return test(depth: depth - 1)
        }
    }

    private mutating func test(depth: Int) -> String {
        let kind = pick(Kind.allCases)
        switch Int.random(in: 0..<14, using: &random) {
        case 0, 1, 2:
            let sign = pick(["=", "<>", "!=", "<", "<=", ">", ">="])
            return "\(value(kind, depth)) \(sign) \(value(kind, depth))"
        case 3: return "\(value(kind, depth)) is \(pick(["", "not "]))null"
        case 4:
            let word = pick(["is distinct from", "is not distinct from"])
            return "\(value(kind, depth)) \(word) \(value(kind, depth))"
        case 5:
            let list = (0...Int.random(in: 0..<4, using: &random)).map { _ in value(kind, 0) }
            return "\(value(kind, depth)) \(pick(["", "not "]))in (\(list.joined(separator: ", ")))"
        case 6:
            return "\(value(kind, depth)) \(pick(["", "not "]))between \(value(kind, 0)) "
                + "and \(value(kind, 0))"
        case 7:
            let word = pick(["like", "ilike", "not like", "not ilike"])
            return "\(value(.text, depth)) \(word) \(pick(Pool.patterns))"
        case 8: return "starts_with(\(value(.text, depth)), \(value(.text, depth)))"
        case 9: return numbersOfTwoKinds()
        case 10: return json()
        case 11 where rows.count == 1: return "status \(pick(["=", "<>", ">"])) 'draft'"
        case 12 where allowsOld: return "changed(\(pick(["owner", "title", "n", "price", "data"])))"
        default: return otherRows(depth: depth)
        }
    }

    private mutating func numbersOfTwoKinds() -> String {
        let numbers = ["items.n", "items.m", "items.price", "items.weight", "items.score"]
        let sign = pick(["=", "<>", "<", "<=", ">", ">=", "is distinct from"])
        if chance(20) {
            return "\(pick(numbers)) in (\(pick(numbers)), \(pick(Pool.numbers)), \(pick(numbers)))"
        }
        return "\(pick(numbers)) \(sign) \(chance(60) ? pick(numbers) : pick(Pool.numbers))"
    }

    private mutating func json() -> String {
        let container = pick([
            "items.data", "auth.jwt()", "items.data -> 'a'", "items.data -> 'list'",
        ])
        let key = pick(["'a'", "'b'", "'list'", "'role'", "0", "-1", "7", "'a.b'"])
        let literals = ["'1'", "'1.00'", "'\"x\"'", "'[1e0, 2]'", "'null'"]
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return "\(container) ->> \(key) = \(value(.text, 0))"
        case 1: return "(\(container) -> \(key)) is \(pick(["", "not "]))null"
        case 2: return "\(container) -> \(key) in (\(pick(literals)), items.data -> 'b')"
        case 3: return "\(container) -> \(key) is distinct from (items.data -> 'a')"
        default: return "\(container) -> \(key) \(pick(["=", "<>"])) \(pick(literals))"
        }
    }

    private mutating func otherRows(depth: Int) -> String {
        let outer = rows[rows.count - 1]
        switch Int.random(in: 0..<6, using: &random) {
        case 0 where outer.model == "items": return "team_member(\(outer.prefix).team_id)"
        case 1 where outer.model == "items":
            return "can(\(pick(["read", "delete"])), \(outer.prefix).team)"
        case 2: return "at_least(\(value(.integer, 0)), \(value(.integer, 0)))"
        case 3, 4:
            guard rows.count < 3 else { return "signed_in()" }
            return exists(from: outer, depth: depth)
        default: return "signed_in()"
        }
    }

    private mutating func exists(from outer: (prefix: String, model: String), depth: Int) -> String
    {
        let model = pick(["members", "teams"])
        aliasCount += 1
        let alias = "x\(aliasCount)"
        let key = outer.model == "teams" ? "id" : "team_id"
        let join =
            model == "members"
            ? "\(alias).team_id = \(outer.prefix).\(key)" : "id = \(outer.prefix).\(key)"
        rows.append((alias, model))
        let rest = boolean(depth: min(depth, 1))
        rows.removeLast()
        return "exists(\(model) as \(alias) where \(join) and \(rest))"
    }

    // MARK: Values

    private mutating func value(_ kind: Kind, _ depth: Int) -> String {
        if depth > 0, chance(35) { return composite(kind, depth - 1) }
        if chance(35) { return pick(Pool.literals(kind)) }
        return column(kind)
    }

    private mutating func column(_ kind: Kind) -> String {
        let row = rows[Int.random(in: 0..<rows.count, using: &random)]
        guard let name = Pool.columns[row.model]?[kind].map({ pick($0) }) else {
            return pick(Pool.literals(kind))
        }
        if row.model == "items", chance(15) {
            switch kind {
            case .uuid: return "items.team.owner_id"
            case .integer: return "items.team.rank"
            case .text: return "items.team.parent.name"
            default: break
            }
        }
        if allowsOld, row.model == "items", chance(25) { return "old.\(name)" }
        return "\(row.prefix).\(name)"
    }

    private mutating func composite(_ kind: Kind, _ depth: Int) -> String {
        // An integer and a decimal column have no common type here, so one column leads.
        if kind == .decimal {
            if chance(40) {
                return pick([
                    "(items.m * 0.25)", "round(items.weight * 1.5, 2)", "(items.price + items.m)",
                    "(items.price - 0.125)", "(-items.price)",
                    "case when \(test(depth: 0)) then items.price else items.m end",
                ])
            }
            let function = pick(["coalesce", "nullif", "greatest", "least"])
            return "\(function)(items.price, \(pick(Pool.literals(.decimal))))"
        }
        let choice = pick(["coalesce", "nullif", "greatest", "least", "case", "own", "own"])
        if choice == "case" {
            let arm = "when \(test(depth: 0)) then \(value(kind, depth))"
            let otherwise = chance(70) ? " else \(value(kind, depth))" : ""
            return "case \(arm)\(otherwise) end"
        }
        if choice == "nullif" { return "nullif(\(value(kind, depth)), \(value(kind, depth)))" }
        if choice != "own" {
            let operands = (0...Int.random(in: 0..<3, using: &random)).map { _ in value(kind, depth)
            }
            return "\(choice)(\(operands.joined(separator: ", ")))"
        }
        switch kind {
        case .text:
            switch Int.random(in: 0..<4, using: &random) {
            case 0: return "\(pick(["lower", "upper", "trim"]))(\(value(.text, depth)))"
            case 1: return "(\(value(.text, depth)) || \(value(.text, depth)))"
            case 2: return pick(["items.n::text", "items.flag::text", "items.owner::text"])
            default: return pick(["auth.role()", "auth.email()", "auth.aal()"])
            }
        case .uuid:
            return pick(["auth.uid()", "items.title::uuid", "(auth.jwt() ->> 'sub')::uuid"])
        case .integer:
            return pick([
                "length(\(value(.text, depth)))", "abs(items.m)", "round(items.price)",
                "(items.m * items.m)", "(items.m + length(\(value(.text, depth))))",
                "(-items.m - 7)",
            ])
        case .decimal: return "abs(items.price)"
        case .real:
            return pick([
                "abs(items.score)", "round(items.score)", "items.price::float8",
                "(items.price * 0.5::float8)", "(items.score - items.score)",
                "(items.score * 2 + items.m)",
            ])
        case .timestamp: return pick(["now()", "items.day::timestamptz"])
        case .date: return "items.made::date"
        case .boolean: return pick(["(items.title)::boolean", "(\(test(depth: 0)))"])
        }
    }
}
