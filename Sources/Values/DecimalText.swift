import Bytes

/// A number in decimal notation, taken apart: sign, significant digits, and the power of ten of the
/// last.
///
/// Digits never pass through a double, so `0.1` is one tenth.
struct DecimalText {
    private(set) var isNegative = false
    /// Digits from the first that is not zero, as values 0…9.
    private(set) var digits: [UInt8] = []
    /// The number is `digits` × 10^`exponent`.
    private(set) var exponent = 0

    /// Exponents beyond this are clamped: the number is then zero or out of every range anyway.
    private static let exponentMax = 1_000_000

    /// Reads blanks, a sign, digits with an optional point, and an exponent (numeric.c,
    /// `set_var_from_str`).
    init?(_ text: String) {
        var rest = Array(text.utf8).trimming(ASCII.isSpace)
        if let sign = rest.first, sign == ASCII.minus || sign == ASCII.plus {
            isNegative = sign == ASCII.minus
            rest.removeFirst()
        }
        var digitCount = 0
        var pointSeen = false
        while let byte = rest.first {
            if ASCII.isDigit(byte) {
                digitCount += 1
                if pointSeen { exponent -= 1 }
                if byte != ASCII.zero || !digits.isEmpty { digits.append(byte - ASCII.zero) }
            } else if byte == ASCII.dot && !pointSeen {
                pointSeen = true
            } else {
                break
            }
            rest.removeFirst()
        }
        guard digitCount > 0, readExponent(from: rest) else { return nil }
    }

    private mutating func readExponent(from text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        guard let letter = rest.popFirst() else { return true }
        guard ASCII.lowercased(letter) == UInt8(ascii: "e") else { return false }
        var sign = 1
        if let byte = rest.first, byte == ASCII.minus || byte == ASCII.plus {
            sign = byte == ASCII.minus ? -1 : 1
            rest.removeFirst()
        }
        guard !rest.isEmpty else { return false }
        var power = 0
        for byte in rest {
            guard ASCII.isDigit(byte) else { return false }
            power = min(power * 10 + Int(byte - ASCII.zero), Self.exponentMax)
        }
        exponent += sign * power
        return true
    }

    /// The number times 10^`scale`, rounded half away from zero, if its absolute value then has at
    /// most `precision` digits.
    func scaled(precision: Int, scale: Int) -> Int64? {
        if digits.isEmpty { return 0 }
        let integerDigits = digits.count + exponent + scale
        guard integerDigits <= precision else { return nil }
        guard integerDigits >= 0 else { return 0 }
        var value: Int64 = 0
        for index in 0..<integerDigits {
            value = value * 10 + Int64(index < digits.count ? digits[index] : 0)
        }
        if integerDigits < digits.count, digits[integerDigits] >= 5 { value += 1 }
        guard value < powerOfTen(precision) else { return nil }
        return isNegative ? -value : value
    }

    /// Whether times 10^`scale` it is a whole number.
    func isWhole(scale: Int) -> Bool {
        let kept = digits.count + exponent + scale
        return kept >= digits.count || digits.dropFirst(max(kept, 0)).allSatisfy { $0 == 0 }
    }

    /// The nearest double to the number times 10^`scale`.
    func nearestDouble(scale: Int) -> Double {
        var text: [UInt8] = isNegative ? [ASCII.minus] : []
        text.append(ASCII.zero)
        for digit in digits { text.append(ASCII.zero + digit) }
        text.append(UInt8(ascii: "e"))
        text.append(decimal: exponent + scale)
        return Double(String(utf8: text)) ?? 0
    }
}

/// Ten to the `exponent`, which is 0 to 18.
public func powerOfTen(_ exponent: Int) -> Int64 {
    var power: Int64 = 1
    for _ in 0..<min(max(exponent, 0), ColumnType.decimalPrecisionMax) { power *= 10 }
    return power
}

extension [UInt8] {
    /// Appends `value` ÷ 10^`scale` with exactly `scale` digits after the point: 1050 at scale 2 is
    /// `10.50`.
    mutating func append(scaled value: Int64, scale: Int) {
        if scale <= 0 {
            append(decimal: value)
            return
        }
        if value < 0 { append(ASCII.minus) }
        let (whole, fraction) = value.magnitude.quotientAndRemainder(
            dividingBy: UInt64(powerOfTen(scale)))
        append(decimal: Int64(whole))
        append(ASCII.dot)
        append(padded: Int(fraction), width: scale)
    }
}
