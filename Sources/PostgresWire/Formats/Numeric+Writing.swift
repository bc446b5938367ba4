import Bytes

// Writes numerics in their shortest form: no zero digits at either end.

extension [UInt8] {
    /// Appends the binary `numeric` of `value` divided by ten to the `scale`, at most 18.
    mutating func appendNumeric(scaled value: Int64, scale: Int) {
        precondition((0...18).contains(scale), "64 bits hold up to 18 decimals")
        let (whole, fraction) = value.magnitude.quotientAndRemainder(
            dividingBy: UInt64(powersOfTen[scale]))
        var digits = NumericDigits(into: &self)
        var divisor: UInt64 = 10_000_000_000_000_000
        var power = 4
        while power >= 0 {
            digits.append(UInt16(truncatingIfNeeded: whole / divisor % 10_000), power, &self)
            divisor /= 10_000
            power -= 1
        }
        var decimals = scale
        while decimals > 0 {
            // Four decimals from the left; the last ones are filled up with zeros.
            let shift = decimals - 4
            let digit =
                shift >= 0
                ? fraction / UInt64(powersOfTen[shift]) % 10_000
                : fraction % UInt64(powersOfTen[decimals]) * UInt64(powersOfTen[-shift])
            digits.append(UInt16(truncatingIfNeeded: digit), power, &self)
            decimals -= 4
            power -= 1
        }
        digits.finish(sign: value < 0 ? .negative : .positive, scale: scale, &self)
    }

    /// Appends the binary `numeric` of a decimal text: `-12.50`, `1e-3`, `NaN`, `Infinity`, as
    /// PostgreSQL reads it, without blanks. At most 131,072 digits before the point and 16,383
    /// behind it.
    mutating func appendNumeric(text: Span<UInt8>) throws(FormatFault) {
        if let sign = NumericText.word(text) {
            let digits = NumericDigits(into: &self)
            return digits.finish(sign: sign, scale: 0, &self)
        }
        let number = try NumericText(text)
        var digits = NumericDigits(into: &self)
        // Powers of ten are taken four at a time, from a multiple of four on.
        var power = (number.firstPower >= 0 ? number.firstPower : number.firstPower - 3) / 4
        let last = -((number.scale + 3) / 4)
        while power >= last {
            digits.append(number.digit(ofWeight: power, in: text), power, &self)
            power -= 1
        }
        let isNegative = number.isNegative && digits.count > 0
        digits.finish(sign: isNegative ? .negative : .positive, scale: number.scale, &self)
    }
}

/// The digits of a numeric as they are appended, with what its head must say.
private struct NumericDigits {
    private let start: Int
    private var weight = 0
    /// Digits that count: up to the last one that is not zero.
    private(set) var count = 0

    init(into output: inout [UInt8]) {
        start = output.count
        output.append(bigEndian: 0 as UInt64)
    }

    /// Digits come with falling powers of ten thousand.
    mutating func append(_ digit: UInt16, _ power: Int, _ output: inout [UInt8]) {
        if digit == 0, count == 0 { return }
        if count == 0, output.count == start + 8 { weight = power }
        output.append(bigEndian: digit)
        if digit != 0 { count = (output.count - start - 8) / 2 }
    }

    func finish(sign: Numeric.Sign, scale: Int, _ output: inout [UInt8]) {
        output.removeLast(output.count - start - 8 - 2 * count)
        output.overwrite(at: start, bigEndian: UInt16(count))
        output.overwrite(at: start + 2, bigEndian: Int16(weight))
        output.overwrite(at: start + 4, bigEndian: sign.rawValue)
        output.overwrite(at: start + 6, bigEndian: UInt16(scale))
    }
}
