import Diagnostics
import Values

extension Function {
    static let numbers =
        [absolute, roundReal, roundWhole]
        + scales.map(roundDecimal) + ([0] + scales).flatMap { [real($0), floor($0), ceiling($0)] }

    /// The scales that decimals have.
    private static let scales = Array(1...ColumnType.decimalPrecisionMax)

    static let absolute = Function(
        "abs", spelled: ["abs"], .number(.any), gives: .same,
        sql: .call("abs"),
        memory: .one { (operand) throws(Problem) in
            switch operand {
            case .integer(.min):
                throw Problem(code: "22003", status: 400, message: "bigint out of range")
            case .integer(let number): return .integer(abs(number))
            case .real(let number): return .real(abs(number))
            case .null, .text, .blob: return .null
            }
        })

    /// Half to even, as PostgreSQL rounds `float8`.
    ///
    /// SQLite's own `round` takes halves away from zero. From 2^52 on doubles have no fraction, so
    /// adding 2^52 makes the processor round, half to even, and taking it off again leaves a whole.
    private static let roundReal = Function(
        "round", spelled: ["round"], .number(.real), gives: .type(.real),
        sql: SQLForm { renderer, operands in
            let operand = operands[0]
            let whole = "4503599627370496.0"
            renderer.append("CASE WHEN abs(")
            renderer.append(operand)
            renderer.append(") >= \(whole) THEN ")
            renderer.append(operand)
            renderer.append(" WHEN ")
            renderer.append(operand, .operation)
            renderer.append(" < 0 THEN (")
            renderer.append(operand, .primary)
            renderer.append(" - \(whole)) + \(whole) ELSE (")
            renderer.append(operand, .primary)
            renderer.append(" + \(whole)) - \(whole) END")
        },
        memory: .one {
            if case .real(let number) = $0 {
                .real(number.rounded(.toNearestOrEven))
            } else {
                .null
            }
        })

    private static let roundWhole = Function(
        "round/0", spelled: ["round"], .number(.whole), gives: .same,
        sql: SQLForm { renderer, operands in renderer.append(operands[0], .primary) },
        memory: .one { $0 })

    /// Half away from zero to a whole number, as PostgreSQL rounds `numeric`.
    private static func roundDecimal(_ scale: Int) -> Function {
        let factor = powerOfTen(scale)
        return Function(
            "round/\(scale)", spelled: ["round"], .number(.scaled(scale)), gives: .type(.integer),
            sql: .quotient(by: factor) { renderer, operand in
                renderer.append(" + (")
                renderer.append(operand, .primary)
                renderer.append(" % \(factor) >= \(factor / 2)) - (")
                renderer.append(operand, .primary)
                renderer.append(" % \(factor) <= -\(factor / 2))")
            },
            memory: .integer { number in
                let rest = number % factor
                let step: Int64 = rest >= factor / 2 ? 1 : rest <= -(factor / 2) ? -1 : 0
                return .integer(number / factor + step)
            })
    }

    /// An exact number of this scale as a real.
    static func real(_ scale: Int) -> Function {
        let factor = powerOfTen(scale)
        return Function(
            "real/\(scale)", .number(scale == 0 ? .whole : .scaled(scale)), gives: .type(.real),
            sql: .around(
                "CAST(", factor == 1 ? " AS REAL)" : " AS REAL) / \(factor).0",
                binding: .operation),
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
            sql: .quotient(by: factor) { renderer, operand in
                renderer.append(" - (")
                renderer.append(operand, .primary)
                renderer.append(" % \(factor) < 0)")
            },
            memory: .integer { .integer($0 / factor - ($0 % factor < 0 ? 1 : 0)) })
    }

    /// A scaled integer divided by its power of ten, rounded up.
    static func ceiling(_ scale: Int) -> Function {
        let factor = powerOfTen(scale)
        return Function(
            "ceiling/\(scale)", .number(scale == 0 ? .whole : .scaled(scale)),
            gives: .type(.integer),
            sql: .quotient(by: factor) { renderer, operand in
                renderer.append(" + (")
                renderer.append(operand, .primary)
                renderer.append(" % \(factor) > 0)")
            },
            memory: .integer { .integer($0 / factor + ($0 % factor > 0 ? 1 : 0)) })
    }
}

extension Function.SQLForm {
    /// `operand / factor` and what corrects its rounding.
    fileprivate static func quotient(
        by factor: Int64,
        _ correction: @escaping @Sendable (inout SQLRenderer, Expression) -> Void
    ) -> Function.SQLForm {
        Function.SQLForm(.operation) { renderer, operands in
            renderer.append(operands[0], .primary)
            renderer.append(" / \(factor)")
            correction(&renderer, operands[0])
        }
    }
}
