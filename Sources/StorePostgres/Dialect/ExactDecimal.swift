import Bytes

extension [UInt8] {
    /// The decimal text of `number` ÷ 10^`scale`, all of its digits: every double has an end. What
    /// is compared with exact numbers must not be rounded.
    init(exactly number: Double, scale: Int) {
        self = []
        guard number.isFinite, number != 0 else {
            append(utf8: number == 0 ? "0" : number.postgresText)
            return
        }
        // |number| = significand · 2^exponent, and 2^-n is 5^n with n digits behind the point.
        var significand = number.significandBitPattern
        if number.isNormal { significand |= 1 << 52 }
        var exponent = Int(Swift.max(number.exponentBitPattern, 1)) - 1075
        let spare = Swift.min(significand.trailingZeroBitCount, Swift.max(-exponent, 0))
        significand >>= UInt64(spare)
        exponent += spare
        var whole = WholeNumber(significand)
        for _ in 0..<abs(exponent) { whole.multiply(by: exponent < 0 ? 5 : 2) }
        if number < 0 { append(ASCII.minus) }
        append(digits: whole.digits, decimals: Swift.max(-exponent, 0) + scale)
    }

    private mutating func append(digits: [UInt8], decimals: Int) {
        let zeros = [UInt8](repeating: ASCII.zero, count: Swift.max(decimals + 1 - digits.count, 0))
        let all = zeros + digits
        append(contentsOf: all.dropLast(decimals))
        guard decimals > 0 else { return }
        append(ASCII.dot)
        append(contentsOf: all.suffix(decimals))
    }
}

/// A whole number of any size, in pieces of nine decimal digits, the lowest first.
private struct WholeNumber {
    private var pieces: [UInt64] = []
    private static let base: UInt64 = 1_000_000_000

    init(_ number: UInt64) {
        var rest = number
        while rest > 0 {
            pieces.append(rest % Self.base)
            rest /= Self.base
        }
    }

    mutating func multiply(by factor: UInt64) {
        var carry: UInt64 = 0
        for index in pieces.indices {
            let product = pieces[index] * factor + carry
            pieces[index] = product % Self.base
            carry = product / Self.base
        }
        if carry > 0 { pieces.append(carry) }
    }

    var digits: [UInt8] {
        var text: [UInt8] = []
        for (index, piece) in pieces.reversed().enumerated() {
            text.append(padded: Int(piece), width: index == 0 ? 1 : 9)
        }
        return text
    }
}
