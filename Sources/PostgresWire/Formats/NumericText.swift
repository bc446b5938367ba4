import Bytes

/// A decimal number as text, its parts found but not copied.
struct NumericText {
    let isNegative: Bool
    /// Decimals after the exponent is applied.
    let scale: Int
    /// The power of ten that the first written digit counts.
    let firstPower: Int
    /// Where the written digits stand; a point among them counts as no digit.
    private let digits: Range<Int>
    private let point: Int

    /// Most digits before and behind the point (PostgreSQL manual, "Numeric Types").
    static let wholeDigitsMax = 131_072
    static let decimalsMax = 16_383

    private static let words: [(StaticString, Numeric.Sign)] = [
        ("nan", .notANumber), ("infinity", .infinity), ("+infinity", .infinity), ("inf", .infinity),
        ("+inf", .infinity), ("-infinity", .negativeInfinity), ("-inf", .negativeInfinity),
    ]

    /// What a word means; nil for any other text.
    static func word(_ text: Span<UInt8>) -> Numeric.Sign? {
        for (word, sign) in words where ASCII.equalIgnoringCase(text, word) { return sign }
        return nil
    }

    init(_ text: Span<UInt8>) throws(FormatFault) {
        var position = 0
        isNegative = text.count > 0 && text[0] == ASCII.minus
        if text.count > 0, text[0] == ASCII.minus || text[0] == ASCII.plus { position = 1 }
        let start = position
        let wholeCount = Self.skipDigits(text, &position)
        point = position
        var decimals = 0
        if position < text.count, text[position] == ASCII.dot {
            position += 1
            decimals = Self.skipDigits(text, &position)
        }
        guard wholeCount + decimals > 0 else { throw .malformed(.numeric) }
        digits = start..<position
        let exponent = try Self.exponent(text, &position)
        guard position == text.count else { throw .malformed(.numeric) }
        scale = max(decimals - exponent, 0)
        firstPower = wholeCount - 1 + exponent
        guard scale <= Self.decimalsMax, firstPower < Self.wholeDigitsMax else {
            throw .outOfRange(.numeric)
        }
    }

    private static func skipDigits(_ text: Span<UInt8>, _ position: inout Int) -> Int {
        let start = position
        while position < text.count, ASCII.isDigit(text[position]) { position += 1 }
        return position - start
    }

    private static func exponent(
        _ text: Span<UInt8>, _ position: inout Int
    ) throws(FormatFault) -> Int {
        guard position < text.count, text[position] | 0x20 == 0x65 else { return 0 }
        position += 1
        let isNegative = position < text.count && text[position] == ASCII.minus
        if position < text.count, text[position] == ASCII.minus || text[position] == ASCII.plus {
            position += 1
        }
        let start = position
        guard skipDigits(text, &position) > 0 else { throw .malformed(.numeric) }
        var exponent = 0
        for index in start..<position {
            exponent = exponent * 10 + Int(text[index] &- ASCII.zero)
            guard exponent <= wholeDigitsMax else { throw .outOfRange(.numeric) }
        }
        return isNegative ? -exponent : exponent
    }

    /// The four decimal digits that count this power of ten thousand; zeros where none are written.
    func digit(ofWeight power: Int, in text: Span<UInt8>) -> UInt16 {
        var value: UInt16 = 0
        for ten in (0..<4).reversed() {
            value = value * 10 + digit(ofTen: 4 * power + ten, in: text)
        }
        return value
    }

    private func digit(ofTen power: Int, in text: Span<UInt8>) -> UInt16 {
        var index = digits.lowerBound + firstPower - power
        guard index >= digits.lowerBound else { return 0 }
        if index >= point { index += 1 }
        return index < digits.upperBound ? UInt16(text[index] &- ASCII.zero) : 0
    }
}
