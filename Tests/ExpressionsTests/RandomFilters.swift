import Bytes
import TestSupport

/// Writes random URL filters over items that are right.
struct RandomFilters {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func pick<T>(_ choices: [T]) -> T {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    /// A parameter's name and value.
    mutating func parameter() -> (name: String, value: String) {
        if Int.random(in: 0..<3, using: &random) > 0 {
            let (column, test) = test(inGroup: false)
            return (column, test)
        }
        return (pick(["and", "or", "not.and", "not.or"]), group(depth: 3))
    }

    private mutating func group(depth: Int) -> String {
        let parts = (0...Int.random(in: 0..<4, using: &random)).map { _ -> String in
            if depth > 0, Int.random(in: 0..<3, using: &random) == 0 {
                return pick(["and", "or", "not.and", "not.or"]) + group(depth: depth - 1)
            }
            let (column, test) = test(inGroup: true)
            return "\(column).\(test)"
        }
        return "(\(parts.joined(separator: ",")))"
    }

    private mutating func test(inGroup: Bool) -> (String, String) {
        let negation = pick(["", "", "not."])
        let column = pick([
            "title", "body", "owner", "flag", "n", "m", "price", "weight", "score", "made", "day",
            "data->>a", "data->list->>0", "data->a",
        ])
        let isText = column == "title" || column == "body" || column.contains("->>")
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return (column, negation + pick(["is.null", "is.not_null"]))
        case 1 where column == "flag":
            return (column, negation + pick(["is.true", "is.false", "is.unknown"]))
        case 2 where isText:
            let pattern = pick(["a*", "%b%", "_", "*", "", "É", "e\u{301}*", "ss"])
            return (column, negation + pick(["like.", "ilike."]) + quote(pattern, inGroup))
        case 3:
            let list = (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                quote(value(column), true)
            }
            return (column, "\(negation)in.(\(list.joined(separator: ",")))")
        case 4: return (column, "\(negation)isdistinct.\(quote(value(column), inGroup))")
        case 5 where !column.hasSuffix("->a"):
            let list = (0..<Int.random(in: 1..<4, using: &random)).map { _ in
                quote(value(column), true)
            }
            let sign = pick(["eq(any)", "gt(all)", "lte(any)"])
            let literal = "{\(list.joined(separator: ","))}"
            return (column, "\(negation)\(sign).\(inGroup ? quote(literal, true) : literal)")
        default:
            let signs =
                column == "data->a" ? ["eq", "neq"] : ["eq", "neq", "gt", "gte", "lt", "lte"]
            return (column, "\(negation)\(pick(signs)).\(quote(value(column), inGroup))")
        }
    }

    private mutating func value(_ column: String) -> String {
        switch column {
        case "owner": pick([Pool.ann, Pool.bob.uppercased()])
        case "flag": pick(["true", "f", "YES"])
        case "n": pick(Pool.integers.map(String.init))
        case "m": pick(["0", "1", "-1", "2147483647"])
        case "price", "weight": pick(Pool.numbers)
        case "score": pick(["0", "0.5", "-2.5", "1e300", "-Infinity", "0.1", "9007199254740993"])
        case "made": pick(Pool.timestamps)
        case "day": pick(Pool.dates)
        case "data->a": pick(["1", "1.0", "1e0", #""x""#, "null", #"{"b": [1, 2.0]}"#])
        default: pick(Pool.drawn)
        }
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
