/// A number of a JSON text (RFC 8259 §6), taken apart. Its bytes stay where they are.
///
///     -12.050e3    five digits, of them two before the point, none of them leading zeros
struct JSONNumber {
    let isNegative: Bool
    /// The digits before the point.
    private(set) var wholeCount = 0
    /// All digits before the exponent.
    private(set) var digitCount = 0
    /// The zeros before the first other digit.
    private(set) var leadingZeroCount = 0
    /// The power of ten, 0 where none is written. Nil where PostgreSQL's `numeric` refuses even
    /// zeros for it (numeric.c, `set_var_from_str`: half of what 32 bits hold).
    private(set) var exponent: Int? = 0

    /// Takes apart what the parser has found to be a number.
    init(_ text: Span<UInt8>) {
        isNegative = text[0] == ASCII.minus
        var index = isNegative ? 1 : 0
        var hasPoint = false
        while index < text.count, text[index] | 0x20 != UInt8(ascii: "e") {
            if text[index] == ASCII.dot {
                hasPoint = true
            } else {
                if text[index] == ASCII.zero, leadingZeroCount == digitCount {
                    leadingZeroCount += 1
                }
                digitCount += 1
                if !hasPoint { wholeCount += 1 }
            }
            index += 1
        }
        if index + 1 < text.count { exponent = Self.exponent(text.extracting((index + 1)...)) }
    }

    private static func exponent(_ text: Span<UInt8>) -> Int? {
        var magnitude = 0
        for index in text.indices where ASCII.isDigit(text[index]) {
            magnitude = magnitude * 10 + Int(text[index] - ASCII.zero)
            guard magnitude < Int(Int32.max) / 2 else { return nil }
        }
        return text[0] == ASCII.minus ? -magnitude : magnitude
    }

    /// Whether it is zero, however that is written.
    var isZero: Bool { leadingZeroCount == digitCount }

    /// The digit at a place counted from the first digit of `text`, which the number was read from;
    /// zero before the first and after the last.
    func digit(_ place: Int, of text: Span<UInt8>) -> UInt8 {
        guard place >= 0, place < digitCount else { return ASCII.zero }
        return text[(isNegative ? 1 : 0) + place + (place < wholeCount ? 0 : 1)]
    }
}

// The form that PostgreSQL's `numeric` prints: no exponent, all digits behind the point that the
// number has as it is written.
extension JSONNumber {
    /// The digits in front of the point and behind it; nil where there are more than `numeric`
    /// holds (datatype-numeric.html, table 8.2).
    private var plainDigits: (whole: Int, fraction: Int)? {
        guard let exponent else { return nil }
        let whole = isZero ? 0 : max(wholeCount + exponent - leadingZeroCount, 0)
        let fraction = max(digitCount - wholeCount - exponent, 0)
        return whole <= 131_072 && fraction <= 16_383 ? (whole, fraction) : nil
    }

    /// The bytes of the plain form; nil where `numeric` has none.
    var plainByteCount: Int? {
        guard let (whole, fraction) = plainDigits else { return nil }
        return (isNegative && !isZero ? 1 : 0) + max(whole, 1) + (fraction > 0 ? fraction + 1 : 0)
    }

    /// Appends the plain form. False, and nothing is appended, where `numeric` has none.
    func appendPlain(of text: Span<UInt8>, to output: inout [UInt8]) -> Bool {
        guard let exponent, let (whole, fraction) = plainDigits else { return false }
        if exponent == 0, plainByteCount == text.count {
            output.append(span: text)
            return true
        }
        let point = wholeCount + exponent
        if isNegative, !isZero { output.append(ASCII.minus) }
        if whole == 0 { output.append(ASCII.zero) }
        for place in (point - whole)..<point { output.append(digit(place, of: text)) }
        if fraction > 0 { output.append(ASCII.dot) }
        for place in point..<(point + fraction) { output.append(digit(place, of: text)) }
        return true
    }
}
