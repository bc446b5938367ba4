import Diagnostics
import Store
import Values

// Arithmetic. Operands are brought to one kind first: reals, or exact numbers whose points stand
// where the operation wants them. Functions are made for the scales that an expression has; the
// list has some of each kind.
extension Function {
    static let arithmetic =
        Arithmetic.allCases.flatMap { operation in
            [real(operation), exact(operation, 0, 0), exact(operation, 2, 2)]
        } + [
            exact(.add, 18, 18), exact(.multiply, 2, 0), exact(.multiply, 9, 9), finer(0, by: 2),
            finer(2, by: 16), roundDecimal(3, to: 1), roundDecimal(18, to: 2),
        ]

    /// Of two reals.
    static func real(_ operation: Arithmetic) -> Function {
        Function(
            "\(operation.sign) of reals", .types([.real, .real]), gives: .type(.real),
            as: .function(.arithmetic(operation, scale: nil)),
            memory: .two { (left, right) throws(Problem) in
                guard case .real(let left) = left, case .real(let right) = right else {
                    return .null
                }
                guard let number = try operation.real(left, right) else { return .null }
                return .real(number)
            })
    }

    /// Of two exact numbers of these scales: sums want the same.
    static func exact(_ operation: Arithmetic, _ left: Int, _ right: Int) -> Function {
        let scale = operation == .multiply ? left + right : left
        return Function(
            "\(operation.sign) of \(left) and \(right)",
            .types([.exact(scale: left), .exact(scale: right)]),
            gives: .type(.exact(scale: scale)),
            as: .function(.arithmetic(operation, scale: scale)),
            memory: .two { (left, right) throws(Problem) in
                guard case .integer(let left) = left, case .integer(let right) = right else {
                    return .null
                }
                return .integer(
                    scale == 0
                        ? try operation.whole(left, right) : try operation.decimal(left, right))
            })
    }

    /// An exact number of this scale with more digits behind its point.
    static func finer(_ scale: Int, by digits: Int) -> Function {
        let factor = powerOfTen(digits)
        return Function(
            "finer/\(scale)/\(digits)", .types([.exact(scale: scale)]),
            gives: .type(.exact(scale: scale + digits)),
            as: .function(.finer(digits: digits)),
            memory: .one { (number) throws(Problem) in
                guard case .integer(let number) = number else { return .null }
                return .integer(try Arithmetic.multiply.decimal(number, factor))
            })
    }

    /// A decimal with fewer digits behind its point, half away from zero, as PostgreSQL rounds
    /// `numeric`.
    static func roundDecimal(_ scale: Int, to digits: Int) -> Function {
        let factor = powerOfTen(scale - digits)
        return Function(
            "round/\(scale)/\(digits)", .types([.exact(scale: scale)]),
            gives: .type(.exact(scale: digits)), as: .function(.roundDecimal(to: digits)),
            memory: .integer { .integer($0.roundedQuotient(by: factor)) })
    }
}

extension Int64 {
    /// Divided by an even number, half away from zero.
    func roundedQuotient(by factor: Int64) -> Int64 {
        let rest = self % factor
        let step: Int64 = rest >= factor / 2 ? 1 : rest <= -(factor / 2) ? -1 : 0
        return self / factor + step
    }
}
