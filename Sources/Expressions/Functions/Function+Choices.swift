import Diagnostics
import Store
import Values

// Functions whose result is one of their operands.
extension Function {
    static let choices = [coalesce, nullIf, greatest, least, firstTrue]

    /// `case when … then … else … end`
    static let firstTrue = Function(
        "case", .cases, gives: .last, as: .function(.firstTrue),
        memory: .any { (count, operand) throws(Problem) in
            for index in stride(from: 0, to: count - 1, by: 2) {
                if case .integer(let truth) = try operand(index), truth != 0 {
                    return try operand(index + 1)
                }
            }
            return try operand(count - 1)
        })

    static let coalesce = Function(
        "coalesce", spelled: ["coalesce"], .alike(1...Int.max, isOrdered: false), gives: .same,
        as: .function(.coalesce),
        memory: .any { (count, operand) throws(Problem) in
            for index in 0..<count {
                let candidate = try operand(index)
                if !candidate.isNull { return candidate }
            }
            return .null
        })

    static let nullIf = Function(
        "nullif", spelled: ["nullif"], .alike(2...2, isOrdered: true), gives: .same,
        as: .function(.nullIf),
        memory: .any { (_, operand) throws(Problem) in
            let first = try operand(0)
            return first.equals(try operand(1)) == true ? .null : first
        })

    static let greatest = extreme("greatest", .greatest) { $0 > 0 }
    static let least = extreme("least", .least) { $0 < 0 }

    /// `greatest` and `least` ignore NULL.
    private static func extreme(
        _ name: String, _ function: StoreFunction, _ isBetter: @escaping @Sendable (Int) -> Bool
    ) -> Function {
        Function(
            name, spelled: [name], .alike(1...Int.max, isOrdered: true), gives: .same,
            as: .function(function),
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
