import Bytes
import Database

extension Function {
    /// How tightly the SQL of a call binds.
    var binding: SQLRenderer.Binding {
        switch self {
        case .startsWith: .comparison
        case .concatenate, .real, .floorDivide, .ceilingDivide, .roundDecimal: .operation
        default: .primary
        }
    }
}

extension SQLRenderer {
    /// A call of one of the language's functions, with PostgreSQL's meaning in SQLite's words.
    mutating func write(_ function: Function, _ operands: [Expression]) {
        switch function {
        case .lower: list("apus_lower(", operands)
        case .upper: list("apus_upper(", operands)
        case .length: list(isDefinition ? "length(" : "apus_length(", operands)
        case .trim: list("trim(", operands)
        case .absolute: list("abs(", operands)
        case .nullIf: list("nullif(", operands)
        case .jsonMember: list("apus_json_get(", operands)
        case .jsonMemberText: list("apus_json_text(", operands)
        case .jsonKey: list("apus_json_key(", operands)
        case .uuidOfText: list("lower(", operands)
        case .coalesce:
            if operands.count == 1 {
                append(operands[0], .primary)
            } else {
                list("coalesce(", operands)
            }
        case .greatest: extreme("max(", operands)
        case .least: extreme("min(", operands)
        case .concatenate:
            if case .call(.concatenate, _) = operands[0] {
                append(operands[0])
            } else {
                append(operands[0], .primary)
            }
            append(" || ")
            append(operands[1], .primary)
        case .startsWith:
            append("substr(")
            append(operands[0])
            append(", 1, length(")
            append(operands[1])
            append(")) = ")
            append(operands[1], .operation)
        case .randomUUID, .timeOrderedUUID: append("NULL")
        default: writeConversion(function, operands[0])
        }
    }

    private mutating func writeConversion(_ function: Function, _ operand: Expression) {
        switch function {
        case .textOfInteger: template("CAST(", operand, " AS TEXT)")
        case .textOfBoolean:
            template("CASE ", operand, " WHEN 1 THEN 'true' WHEN 0 THEN 'false' END")
        case .booleanOfText:
            let yes = Function.trueSpellings.map { "'\($0)'" }.joined(separator: ", ")
            let no = Function.falseSpellings.map { "'\($0)'" }.joined(separator: ", ")
            append("CASE WHEN lower(")
            append(operand)
            append(") IN (\(yes)) THEN 1 WHEN lower(")
            append(operand)
            append(") IN (\(no)) THEN 0 END")
        case .dateOfTimestamp: template("substr(", operand, ", 1, 10)")
        case .timestampOfDate:
            append("(")
            append(operand, .primary)
            append(" || 'T00:00:00+00:00')")
        case .real(let factor):
            template("CAST(", operand, factor == 1 ? " AS REAL)" : " AS REAL) / \(factor).0")
        case .roundReal: roundHalfEven(operand)
        case .roundDecimal(let factor):
            quotient(operand, factor)
            append(" + (")
            remainder(operand, factor)
            append(" >= \(factor / 2)) - (")
            remainder(operand, factor)
            append(" <= -\(factor / 2))")
        case .floorDivide(let factor):
            quotient(operand, factor)
            append(" - (")
            remainder(operand, factor)
            append(" < 0)")
        case .ceilingDivide(let factor):
            quotient(operand, factor)
            append(" + (")
            remainder(operand, factor)
            append(" > 0)")
        default: append(operand)
        }
    }

    private mutating func template(_ before: String, _ operand: Expression, _ after: String) {
        append(before)
        append(operand)
        append(after)
    }

    private mutating func quotient(_ operand: Expression, _ factor: Int64) {
        append(operand, .primary)
        append(" / \(factor)")
    }

    private mutating func remainder(_ operand: Expression, _ factor: Int64) {
        append(operand, .primary)
        append(" % \(factor)")
    }

    /// SQLite's own `round` takes halves away from zero. From 2^52 on doubles have no fraction, so
    /// adding 2^52 makes the processor round, half to even, and taking it off again leaves a whole.
    private mutating func roundHalfEven(_ operand: Expression) {
        let whole = "4503599627370496.0"
        append("CASE WHEN abs(")
        append(operand)
        append(") >= \(whole) THEN ")
        append(operand)
        append(" WHEN ")
        append(operand, .operation)
        append(" < 0 THEN (")
        append(operand, .primary)
        append(" - \(whole)) + \(whole) ELSE (")
        append(operand, .primary)
        append(" + \(whole)) - \(whole) END")
    }

    /// `greatest` and `least` ignore NULL; SQLite's scalar `max` and `min` do not. Each operand
    /// falls back to the others, so that NULL is left only when all are.
    private mutating func extreme(_ start: String, _ operands: [Expression]) {
        guard operands.count > 1 else { return append(operands[0], .primary) }
        append(start)
        for index in operands.indices {
            if index > 0 { append(", ") }
            list("coalesce(", Array(operands[index...] + operands[..<index]))
        }
        append(")")
    }
}

extension Value {
    /// The value as an SQL literal.
    var sqlLiteral: String {
        switch self {
        case .null: return "NULL"
        case .integer(let number): return String(number)
        case .real(let number):
            if number.isInfinite { return number < 0 ? "-9e999" : "9e999" }
            var text: [UInt8] = []
            text.append(shortest: number)
            let isWhole = text.allSatisfy { ASCII.isDigit($0) || $0 == ASCII.minus }
            return String(utf8: text) + (isWhole ? ".0" : "")
        case .text(let text): return Dialect.sqlite.quoted(literal: text)
        case .blob(let bytes): return "X'\(Hex.encode(bytes))'"
        }
    }
}
