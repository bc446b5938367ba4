import Schema
import Store
import Values

// Arithmetic and `case`: numbers are brought to one kind, with their points where the operation
// wants them.
extension Resolver {
    func arithmetic(
        _ operation: Arithmetic, _ left: Typed, _ right: Typed, at offset: Int, _ scope: Scope
    ) -> Typed {
        let sides = [
            number(left, beside: right, operation, scope),
            number(right, beside: left, operation, scope),
        ]
        if sides.contains(where: \.isInvalid) { return .invalid(at: offset) }
        if sides.contains(where: { $0.type == .known(.real) }) {
            let reals = sides.map { settle($0, as: .real, scope) }
            return Typed(calling: .real(operation), reals, at: offset)
        }
        let scales = sides.map(\.scale)
        guard operation == .multiply else {
            let scale = max(scales[0], scales[1])
            let operands = sides.map { finer($0, by: scale - $0.scale) }
            return Typed(calling: .exact(operation, scale, scale), operands, at: offset)
        }
        guard scales[0] + scales[1] <= ColumnType.decimalPrecisionMax else {
            return fault(
                "this product has \(scales[0] + scales[1]) digits behind its point, more than "
                    + "\(ColumnType.decimalPrecisionMax): round its factors", at: offset, scope)
        }
        return Typed(calling: .exact(operation, scales[0], scales[1]), sides, at: offset)
    }

    /// An operand of arithmetic: a literal is exact as it is written, unless it stands beside a
    /// real.
    private func number(
        _ operand: Typed, beside other: Typed, _ operation: Arithmetic, _ scope: Scope
    ) -> Typed {
        switch operand.type {
        case .invalid: return operand
        case .known(let type) where type.isNumber: return operand
        case .known, .text:
            let hint =
                operation == .add && operand.typeName == "text" ? ": || joins texts" : ""
            return fault(
                "\(operation.sign) computes with numbers, but this is "
                    + "\(operand.typeName)\(hint)", at: operand.offset, scope)
        case .null:
            if case .known(let type) = other.type, type.isNumber {
                return Typed(.null, .known(type), at: operand.offset)
            }
            return Typed(.null, .known(.integer), at: operand.offset)
        case .number(let text):
            if other.type == .known(.real) { return settle(operand, as: .real, scope) }
            return exact(text, operand, scope)
        }
    }

    /// A number with the digits that it is written with.
    private func exact(_ text: String, _ operand: Typed, _ scope: Scope) -> Typed {
        guard text.allSatisfy({ $0.isNumber || "+-.".contains($0) }) else {
            return settle(operand, as: .real, scope)
        }
        let digits = text.split(separator: ".", omittingEmptySubsequences: false)
        let scale = digits.count > 1 ? digits[1].count : 0
        guard scale <= ColumnType.decimalPrecisionMax else {
            return fault(
                "more than \(ColumnType.decimalPrecisionMax) digits behind the point",
                at: operand.offset, scope)
        }
        if scale == 0 {
            let whole = Typed(.null, .number(String(digits[0])), at: operand.offset)
            return settle(whole, as: .integer, scope)
        }
        return settle(operand, as: .exact(scale: scale), scope)
    }

    /// An exact number with more digits behind its point.
    func finer(_ operand: Typed, by digits: Int) -> Typed {
        if digits == 0 { return operand }
        let scale = operand.scale
        let type = StaticType.known(.exact(scale: scale + digits))
        if case .constant(let value) = operand.expression {
            if value.isNull { return Typed(.null, type, at: operand.offset) }
            if case .integer(let number) = value,
                let scaled = try? Arithmetic.multiply.decimal(number, powerOfTen(digits))
            {
                return Typed(.constant(.integer(scaled)), type, at: operand.offset)
            }
        }
        return Typed(calling: .finer(scale, by: digits), [operand], at: operand.offset)
    }

    /// `round(number, digits)`
    func round(_ operand: Typed, to digits: Typed, at offset: Int, _ scope: Scope) -> Typed {
        if operand.isInvalid || digits.isInvalid { return .invalid(at: offset) }
        guard case .number(let text) = digits.type, let wanted = Int(text),
            (0...ColumnType.decimalPrecisionMax).contains(wanted)
        else {
            return fault(
                "round() takes the digits behind the point as a number from 0 to "
                    + "\(ColumnType.decimalPrecisionMax)", at: digits.offset, scope)
        }
        var number = operand
        if case .number(let text) = operand.type { number = exact(text, operand, scope) }
        if number.isInvalid { return .invalid(at: offset) }
        guard case .known(let type) = number.type, type.exactScale != nil else {
            return fault(
                "round() to digits takes an exact number, but this is \(number.typeName)",
                at: operand.offset, scope)
        }
        let scale = number.scale
        if wanted >= scale { return finer(number, by: wanted - scale) }
        return Typed(calling: .roundDecimal(scale, to: wanted), [number], at: offset)
    }

    /// `case when … then … else … end`
    func choice(
        _ arms: [Syntax.Arm], _ otherwise: Syntax?, at offset: Int, _ scope: Scope
    ) -> Typed {
        let conditions = arms.map { truth(resolve($0.when, scope), scope) }
        let values =
            arms.map { resolve($0.then, scope) }
            + [otherwise.map { resolve($0, scope) } ?? Typed(.null, .null, at: offset)]
        if values.contains(where: \.isInvalid) { return .invalid(at: offset) }
        let type = commonType(of: values)
        let settled = values.map { settle($0, as: type, scope) }
        if settled.contains(where: \.isInvalid) { return .invalid(at: offset) }
        var operands: [Typed] = []
        for (condition, value) in zip(conditions, settled) {
            operands += [.boolean(condition, at: value.offset), value]
        }
        return Typed(
            calling: .firstTrue, operands + [settled[settled.count - 1]], at: offset)
    }
}
