import Bytes
import Database
import Diagnostics

extension Function {
    /// What PostgreSQL reads as true and as false (bool.c), prefixes written out.
    static let trueSpellings = ["t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"]
    static let falseSpellings = ["f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"]
}

extension Evaluator {
    /// A call of one of the language's functions. Most give null if an operand is null.
    func call(
        _ function: Function, _ operands: [Expression], _ row: Row, _ evaluation: Evaluation
    ) throws(Problem) -> Value {
        switch function {
        case .coalesce:
            for operand in operands {
                let candidate = try value(operand, row, evaluation)
                if !candidate.isNull { return candidate }
            }
            return .null
        case .greatest, .least:
            return try extreme(isGreatest: function == .greatest, operands, row, evaluation)
        case .nullIf:
            let first = try value(operands[0], row, evaluation)
            return first.equals(try value(operands[1], row, evaluation)) == true ? .null : first
        case .randomUUID: return .text(UUIDText.v4())
        case .timeOrderedUUID: return .text(UUIDText.v7(microseconds: Instant.now.microseconds))
        case .concatenate, .startsWith, .jsonMember, .jsonMemberText:
            let first = try value(operands[0], row, evaluation)
            let second = try value(operands[1], row, evaluation)
            if first.isNull || second.isNull { return .null }
            return function.result(first, second)
        default: return try function.result(value(operands[0], row, evaluation))
        }
    }

    /// The largest or smallest operand; nulls do not count.
    private func extreme(
        isGreatest: Bool, _ operands: [Expression], _ row: Row, _ evaluation: Evaluation
    ) throws(Problem) -> Value {
        var best = Value.null
        for operand in operands {
            let candidate = try value(operand, row, evaluation)
            guard let order = candidate.order(best) else {
                if best.isNull { best = candidate }
                continue
            }
            if isGreatest ? order > 0 : order < 0 { best = candidate }
        }
        return best
    }
}

extension Function {
    /// A function of two values, neither null.
    fileprivate func result(_ first: Value, _ second: Value) -> Value {
        switch (self, first, second) {
        case (.concatenate, .text(let a), .text(let b)): .text(a + b)
        case (.startsWith, .text(let a), .text(let b)): Value(SQLFunctions.startsWith(a, b))
        case (.jsonMember, .text(let json), _): StoreFunction.member(json, second, asText: false)
        case (.jsonMemberText, .text(let json), _): StoreFunction.member(json, second, asText: true)
        default: .null
        }
    }

    /// A function of one value.
    fileprivate func result(_ operand: Value) throws(Problem) -> Value {
        switch operand {
        case .text(let text): result(text: text)
        case .integer(let number): try result(integer: number)
        case .real(let number): result(real: number)
        case .null, .blob: .null
        }
    }

    private func result(text: String) -> Value {
        switch self {
        case .lower: return .text(SQLFunctions.lower(text))
        case .upper: return .text(SQLFunctions.upper(text))
        case .length: return .integer(SQLFunctions.length(text))
        case .trim: return .text(text.trimmingSpaces)
        case .jsonKey: return Value.text(text).jsonKey
        case .uuidOfText:
            return .text(String(utf8: text.utf8.map(ASCII.lowercased)))
        case .booleanOfText:
            let word = String(utf8: text.utf8.map(ASCII.lowercased))
            if Self.trueSpellings.contains(where: word.hasEqualBytes) { return .integer(1) }
            return Self.falseSpellings.contains(where: word.hasEqualBytes) ? .integer(0) : .null
        case .dateOfTimestamp: return .text(String(text.prefix(10)))
        case .timestampOfDate: return .text(text + "T00:00:00+00:00")
        default: return .null
        }
    }

    private func result(integer number: Int64) throws(Problem) -> Value {
        switch self {
        case .absolute:
            guard number != .min else {
                throw Problem(code: "22003", status: 400, message: "bigint out of range")
            }
            return .integer(abs(number))
        case .textOfInteger: return .text(String(number))
        case .textOfBoolean: return .text(number == 0 ? "false" : "true")
        case .real(let factor):
            return .real(factor == 1 ? Double(number) : Double(number) / Double(factor))
        case .floorDivide(let factor):
            return .integer(number / factor - (number % factor < 0 ? 1 : 0))
        case .ceilingDivide(let factor):
            return .integer(number / factor + (number % factor > 0 ? 1 : 0))
        case .roundDecimal(let factor):
            let rest = number % factor
            let step: Int64 = rest >= factor / 2 ? 1 : rest <= -(factor / 2) ? -1 : 0
            return .integer(number / factor + step)
        default: return .null
        }
    }

    private func result(real number: Double) -> Value {
        switch self {
        case .absolute: .real(abs(number))
        case .roundReal: .real(number.rounded(.toNearestOrEven))
        // A literal that its decimal column cannot hold is already a scaled real.
        case .real(let factor): .real(number / Double(factor))
        default: .null
        }
    }
}

extension String {
    /// Without spaces at either end: PostgreSQL's and SQLite's `trim` take off nothing else.
    fileprivate var trimmingSpaces: String {
        let bytes = Array(utf8)
        let start = bytes.firstIndex { $0 != ASCII.space } ?? bytes.endIndex
        let end = bytes.lastIndex { $0 != ASCII.space }.map { $0 + 1 } ?? start
        return String(utf8: bytes[start..<end])
    }
}
