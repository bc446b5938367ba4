import Diagnostics
import Values

// Functions whose result is one of their operands.
extension Function {
    static let choices = [coalesce, nullIf, greatest, least]

    static let coalesce = Function(
        "coalesce", spelled: ["coalesce"], .alike(1...Int.max, isOrdered: false), gives: .same,
        sql: SQLForm { renderer, operands in
            if operands.count == 1 {
                renderer.append(operands[0], .primary)
            } else {
                renderer.list("coalesce(", operands)
            }
        },
        memory: .any { (count, operand) throws(Problem) in
            for index in 0..<count {
                let candidate = try operand(index)
                if !candidate.isNull { return candidate }
            }
            return .null
        })

    static let nullIf = Function(
        "nullif", spelled: ["nullif"], .alike(2...2, isOrdered: true), gives: .same,
        sql: .call("nullif"),
        memory: .any { (_, operand) throws(Problem) in
            let first = try operand(0)
            return first.equals(try operand(1)) == true ? .null : first
        })

    static let greatest = extreme("greatest", "max(") { $0 > 0 }
    static let least = extreme("least", "min(") { $0 < 0 }

    /// `greatest` and `least` ignore NULL; SQLite's scalar `max` and `min` do not. Each operand
    /// falls back to the others, so that NULL is left only when all are.
    private static func extreme(
        _ name: String, _ start: String, _ isBetter: @escaping @Sendable (Int) -> Bool
    ) -> Function {
        Function(
            name, spelled: [name], .alike(1...Int.max, isOrdered: true), gives: .same,
            sql: SQLForm { renderer, operands in
                guard operands.count > 1 else { return renderer.append(operands[0], .primary) }
                renderer.append(start)
                for index in operands.indices {
                    if index > 0 { renderer.append(", ") }
                    let rotated = Array(operands[index...] + operands[..<index])
                    renderer.list("coalesce(", rotated)
                }
                renderer.append(")")
            },
            memory: .any { (count, operand) throws(Problem) in
                var best = Value.null
                for index in 0..<count {
                    let candidate = try operand(index)
                    if best.isNull {
                        best = candidate
                    } else if let order = candidate.order(best), isBetter(order) {
                        best = candidate
                    }
                }
                return best
            })
    }
}
