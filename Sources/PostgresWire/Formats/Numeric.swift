import Bytes

/// A `numeric` looked at in place: digits to the base of ten thousand.
///
///     digit count (2)   weight (2)   sign (2)   scale (2)   digits, 2 bytes each …
///     value = Σ digit[i] · 10000^(weight - i)
///
/// The scale says how many decimals are shown; it does not change the value.
public struct Numeric: ~Escapable {
    /// What kind of number it is.
    public enum Sign: UInt16, Sendable {
        case positive = 0x0000
        case negative = 0x4000
        case notANumber = 0xC000
        case infinity = 0xD000
        case negativeInfinity = 0xF000

        /// The text of what has no digits.
        var word: StaticString? {
            switch self {
            case .positive, .negative: nil
            case .notANumber: "NaN"
            case .infinity: "Infinity"
            case .negativeInfinity: "-Infinity"
            }
        }
    }

    private let bytes: Span<UInt8>
    /// What kind of number it is.
    public let sign: Sign
    /// The power of ten thousand that the first digit counts.
    let weight: Int
    /// How many decimals are shown.
    public let scale: Int
    let digitCount: Int

    /// Looks at a binary value.
    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>) throws(FormatFault) {
        guard bytes.count >= 8 else { throw .wrongSize(bytes.count, type: .numeric) }
        digitCount = Int(bytes.bigEndian(at: 0, as: UInt16.self))
        weight = Int(bytes.bigEndian(at: 2, as: Int16.self))
        scale = Int(bytes.bigEndian(at: 6, as: UInt16.self))
        guard bytes.count == 8 + 2 * digitCount else {
            throw .wrongSize(bytes.count, type: .numeric)
        }
        // Sixteen bits hold a scale of 14 (NUMERIC_DSCALE_MASK).
        guard let sign = Sign(rawValue: bytes.bigEndian(at: 4, as: UInt16.self)), scale <= 0x3FFF
        else { throw .malformed(.numeric) }
        self.sign = sign
        self.bytes = bytes
        for index in 0..<digitCount where digit(index) > 9_999 { throw .malformed(.numeric) }
    }

    func digit(_ index: Int) -> UInt16 { bytes.bigEndian(at: 8 + 2 * index, as: UInt16.self) }

    /// The digit that counts this power of ten thousand; 0 where none is written.
    private func digit(ofWeight power: Int) -> UInt16 {
        let index = weight - power
        return index >= 0 && index < digitCount ? digit(index) : 0
    }

    /// The number times ten to the `scale`, which must be exact; `scale` is at most 18.
    public func scaled(to scale: Int) throws(FormatFault) -> Int64 {
        precondition((0...18).contains(scale), "64 bits hold up to 18 decimals")
        guard sign.word == nil else { throw .notFinite(.numeric) }
        var value: Int64 = 0
        for index in 0..<digitCount where digit(index) != 0 {
            let part = try scaledDigit(index, scale: scale)
            let (sum, overflows) = value.subtractingReportingOverflow(part)
            guard !overflows else { throw .outOfRange(.numeric) }
            value = sum
        }
        // Summed up below zero, where one number more has room.
        if sign == .negative { return value }
        guard value != .min else { throw .outOfRange(.numeric) }
        return -value
    }

    private func scaledDigit(_ index: Int, scale: Int) throws(FormatFault) -> Int64 {
        let exponent = 4 * (weight - index) + scale
        let digit = Int64(digit(index))
        guard exponent < powersOfTen.count else { throw .outOfRange(.numeric) }
        guard exponent < 0 else {
            let (part, overflows) = digit.multipliedReportingOverflow(by: powersOfTen[exponent])
            guard !overflows else { throw .outOfRange(.numeric) }
            return part
        }
        guard exponent > -4, digit % powersOfTen[-exponent] == 0 else { throw .inexact(.numeric) }
        return digit / powersOfTen[-exponent]
    }

    /// Appends the number as PostgreSQL prints it, with its scale's decimals.
    public func append(to output: inout [UInt8]) {
        if let word = sign.word { return output.append(ascii: word) }
        if sign == .negative { output.append(ASCII.minus) }
        // The server writes no zeros in front; others may.
        let zeros = (0..<digitCount).prefix { digit($0) == 0 }.count
        let first = zeros < digitCount ? max(weight - zeros, 0) : 0
        output.append(decimal: Int(digit(ofWeight: first)))
        var power = first - 1
        while power >= 0 {
            output.append(padded: Int(digit(ofWeight: power)), width: 4)
            power -= 1
        }
        guard scale > 0 else { return }
        output.append(ASCII.dot)
        let end = output.count + scale
        power = -1
        while output.count < end {
            output.append(padded: Int(digit(ofWeight: power)), width: 4)
            power -= 1
        }
        output.removeLast(output.count - end)
    }
}

/// Ten to the power of the index: all that fit 64 bits.
let powersOfTen: [Int64] = (0...18).map { exponent in
    (0..<exponent).reduce(1) { power, _ in power * 10 }
}
