import Bytes

/// What stands behind a backslash in PostgreSQL's texts (manual, "String Constants with C-Style
/// Escapes", and "COPY", "Text Format"): two forms that differ in a letter or two.
enum ScriptEscape {
    /// Where the backslash stands.
    enum Place {
        /// In `E'…'`.
        case constant
        /// In a row of COPY.
        case copy
    }

    /// Appends what an escape stands for.
    ///
    /// - Parameter index: the place behind the backslash; behind the escape afterwards. At the end
    ///   of the bytes the backslash stands for itself.
    static func append(
        _ bytes: Span<UInt8>, _ index: inout Int, _ place: Place, to text: inout [UInt8]
    ) {
        guard index < bytes.count else { return text.append(ASCII.backslash) }
        let letter = bytes[index]
        index += 1
        switch (letter, place) {
        case (UInt8(ascii: "b"), _): text.append(8)
        case (UInt8(ascii: "f"), _): text.append(12)
        case (UInt8(ascii: "n"), _): text.append(ASCII.lf)
        case (UInt8(ascii: "r"), _): text.append(ASCII.cr)
        case (UInt8(ascii: "t"), _): text.append(ASCII.tab)
        case (UInt8(ascii: "v"), .copy): text.append(11)
        case (UInt8(ascii: "x"), _):
            let value = number(bytes, &index, base: 16, digits: 2)
            text.append(value.map { UInt8(truncatingIfNeeded: $0) } ?? letter)
        case (UInt8(ascii: "u"), .constant): appendScalar(bytes, &index, digits: 4, to: &text)
        case (UInt8(ascii: "U"), .constant): appendScalar(bytes, &index, digits: 8, to: &text)
        case (UInt8(ascii: "0")...UInt8(ascii: "7"), _):
            index -= 1
            let value = number(bytes, &index, base: 8, digits: 3) ?? 0
            text.append(UInt8(truncatingIfNeeded: value))
        default: text.append(letter)
        }
    }

    private static func appendScalar(
        _ bytes: Span<UInt8>, _ index: inout Int, digits: Int, to text: inout [UInt8]
    ) {
        let value = number(bytes, &index, base: 16, digits: digits)
        let scalar = value.flatMap { Unicode.Scalar($0) } ?? "\u{FFFD}"
        text += Array(String(Character(scalar)).utf8)
    }

    /// The number that up to so many digits of a base make; nil where there is none.
    private static func number(
        _ bytes: Span<UInt8>, _ index: inout Int, base: UInt32, digits: Int
    ) -> UInt32? {
        var (value, left) = (UInt32?.none, digits)
        while left > 0, index < bytes.count, let digit = ASCII.hexValue(bytes[index]),
            UInt32(digit) < base
        {
            value = (value ?? 0) &* base &+ UInt32(digit)
            index += 1
            left -= 1
        }
        return value
    }
}
