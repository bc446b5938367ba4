import Diagnostics
import Store
import Values

extension Function {
    static let numbers =
        [absolute, roundReal, roundWhole]
        + scales.map(roundDecimal) + ([0] + scales).flatMap { [real($0), floor($0), ceiling($0)] }

    /// The scales that decimals have.
    private static let scales = Array(1...ColumnType.decimalPrecisionMax)

    static let absolute = Function(
        "abs", spelled: ["abs"], .number(.any), gives: .same,
        as: .function(.absolute),
        memory: .one { (operand) throws(Problem) in
            switch operand {
            case .integer(.min): throw .bigintOutOfRange
            case .integer(let number): return .integer(abs(number))
            case .real(let number): return .real(abs(number))
            case .null, .text, .blob: return .null
            }
        })

    /// Half to even, as PostgreSQL rounds `float8`.
    private static let roundReal = Function(
        "round", spelled: ["round"], .number(.real), gives: .type(.real),
        as: .function(.roundReal),
        memory: .one {
            if case .real(let number) = $0 {
                .real(number.rounded(.toNearestOrEven))
            } else {
                .null
            }
        })

    private static let roundWhole = Function(
        "round/0", spelled: ["round"], .number(.whole), gives: .same,
        as: .operand, memory: .one { $0 })

    /// Half away from zero to a whole number, as PostgreSQL rounds `numeric`.
    private static func roundDecimal(_ scale: Int) -> Function {
        let factor = powerOfTen(scale)
        return Function(
            "round/\(scale)", spelled: ["round"], .number(.scaled(scale)), gives: .type(.integer),
            as: .function(.roundDecimal(to: 0)),
            memory: .integer { .integer($0.roundedQuotient(by: factor)) })
    }

    /// An exact number of this scale as a real.
    static func real(_ scale: Int) -> Function {
        let factor = powerOfTen(scale)
        return Function(
            "real/\(scale)", .number(scale == 0 ? .whole : .scaled(scale)), gives: .type(.real),
            as: .function(.real),
            memory: .one {
                switch $0 {
                case .integer(let number): .real(Double(number) / Double(factor))
                // A literal that its decimal column cannot hold is already a scaled real.
                case .real(let number): .real(number / Double(factor))
                case .null, .text, .blob: .null
                }
            })
    }

    /// A scaled integer divided by its power of ten, rounded down.
    static func floor(_ scale: Int) -> Function {
        let factor = powerOfTen(scale)
        return Function(
            "floor/\(scale)", .number(scale == 0 ? .whole : .scaled(scale)), gives: .type(.integer),
            as: .function(.floor(digits: scale)),
            memory: .integer { .integer($0 / factor - ($0 % factor < 0 ? 1 : 0)) })
    }

    /// A scaled integer divided by its power of ten, rounded up.
    static func ceiling(_ scale: Int) -> Function {
        let factor = powerOfTen(scale)
        return Function(
            "ceiling/\(scale)", .number(scale == 0 ? .whole : .scaled(scale)),
            gives: .type(.integer),
            as: .function(.ceiling(digits: scale)),
            memory: .integer { .integer($0 / factor + ($0 % factor > 0 ? 1 : 0)) })
    }
}
