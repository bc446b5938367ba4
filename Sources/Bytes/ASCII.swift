/// Names for the bytes that protocols are made of, and ASCII-only comparisons.
public enum ASCII {
    /// The bytes with a part in HTTP, JSON or URLs, by their Unicode names.
    public static let tab: UInt8 = 0x09
    public static let lf: UInt8 = 0x0A
    public static let cr: UInt8 = 0x0D
    public static let space: UInt8 = 0x20
    public static let quote: UInt8 = 0x22
    public static let percent: UInt8 = 0x25
    public static let ampersand: UInt8 = 0x26
    public static let leftParenthesis: UInt8 = 0x28
    public static let rightParenthesis: UInt8 = 0x29
    public static let asterisk: UInt8 = 0x2A
    public static let plus: UInt8 = 0x2B
    public static let comma: UInt8 = 0x2C
    public static let minus: UInt8 = 0x2D
    public static let dot: UInt8 = 0x2E
    public static let slash: UInt8 = 0x2F
    public static let zero: UInt8 = 0x30
    public static let nine: UInt8 = 0x39
    public static let colon: UInt8 = 0x3A
    public static let semicolon: UInt8 = 0x3B
    public static let equals: UInt8 = 0x3D
    public static let question: UInt8 = 0x3F
    public static let leftBracket: UInt8 = 0x5B
    public static let backslash: UInt8 = 0x5C
    public static let rightBracket: UInt8 = 0x5D
    public static let underscore: UInt8 = 0x5F
    public static let leftBrace: UInt8 = 0x7B
    public static let rightBrace: UInt8 = 0x7D
    public static let delete: UInt8 = 0x7F

    /// Whether `byte` is one of `0`…`9`.
    @inlinable public static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Whether `byte` is one of `A`…`Z` or `a`…`z`.
    @inlinable public static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    /// `byte` with `A`…`Z` mapped to `a`…`z`, every other byte as it is.
    @inlinable public static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// `byte` with `a`…`z` mapped to `A`…`Z`, every other byte as it is.
    @inlinable public static func uppercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x61 < 26 ? byte & 0xDF : byte
    }

    /// The value of a hexadecimal digit of either case, nil for any other byte.
    @inlinable public static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x37
        case 0x61...0x66: byte &- 0x57
        default: nil
        }
    }

    /// Whether `bytes` spell `word`, ASCII letters compared without case.
    @inlinable public static func equalIgnoringCase(
        _ bytes: Span<UInt8>, _ word: StaticString
    ) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { wanted in
            for index in bytes.indices
            where unsafe lowercased(bytes[index]) != lowercased(wanted[index]) { return false }
            return true
        }
    }

    /// Whether `bytes` spell `word`, ASCII letters compared without case.
    @inlinable public static func equalIgnoringCase(
        _ bytes: ArraySlice<UInt8>, _ word: StaticString
    ) -> Bool {
        equalIgnoringCase(bytes.span, word)
    }

    /// Whether `bytes` spell `word` exactly.
    @inlinable public static func equal(_ bytes: Span<UInt8>, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { wanted in
            for index in bytes.indices where unsafe bytes[index] != wanted[index] { return false }
            return true
        }
    }
}
