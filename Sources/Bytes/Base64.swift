/// The standard alphabet with padding (RFC 4648 §4).
public enum Base64 {
    /// The padded text of `bytes`.
    public static func encode(_ bytes: [UInt8]) -> String {
        var text = Base64Alphabet.standard.encode(bytes)
        while text.count % 4 != 0 { text.append(ASCII.equals) }
        return String(utf8: text)
    }

    /// The bytes that padded `text` spells, nil when it is not exactly what `encode` would write.
    public static func decode(_ text: String) -> [UInt8]? {
        var digits = Array(text.utf8)
        guard digits.count % 4 == 0 else { return nil }
        for _ in 0..<2 where digits.last == ASCII.equals { digits.removeLast() }
        return Base64Alphabet.standard.decode(digits)
    }
}

/// The URL-safe alphabet without padding (RFC 4648 §5), as JWTs use it (RFC 7515 §2).
public enum Base64URL {
    /// The unpadded text of `bytes`.
    public static func encode(_ bytes: [UInt8]) -> String {
        String(utf8: Base64Alphabet.urlSafe.encode(bytes))
    }

    /// The bytes that unpadded `text` spells; nil on padding, blanks, foreign characters, an
    /// impossible length or stray bits in the last digit.
    public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        Base64Alphabet.urlSafe.decode(text)
    }

    /// The bytes that unpadded `text` spells, nil when it is not exactly what `encode` would write.
    public static func decode(_ text: String) -> [UInt8]? { decode(text.utf8) }
}

/// One of the two alphabets: they differ in digits 62 and 63.
struct Base64Alphabet {
    let digit62: UInt8
    let digit63: UInt8

    static let standard = Base64Alphabet(digit62: ASCII.plus, digit63: ASCII.slash)
    static let urlSafe = Base64Alphabet(digit62: ASCII.minus, digit63: ASCII.underscore)

    func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var bits: UInt32 = 0
        var bitCount = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            bitCount += 8
            while bitCount >= 6 {
                bitCount -= 6
                text.append(digit(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)) & 63))
            }
        }
        if bitCount > 0 {
            text.append(digit(UInt8(truncatingIfNeeded: bits << UInt32(6 - bitCount)) & 63))
        }
        return text
    }

    func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount = 0
        for character in text {
            guard let value = value(character) else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
            }
        }
        let stray = bits & ((1 << UInt32(bitCount)) - 1)
        return bitCount < 6 && stray == 0 ? bytes : nil
    }

    private func digit(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: 0x41 &+ value
        case 26..<52: 0x61 &+ (value &- 26)
        case 52..<62: 0x30 &+ (value &- 52)
        case 62: digit62
        default: digit63
        }
    }

    private func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x41...0x5A: digit &- 0x41
        case 0x61...0x7A: digit &- 0x61 &+ 26
        case 0x30...0x39: digit &- 0x30 &+ 52
        case digit62: 62
        case digit63: 63
        default: nil
        }
    }
}
