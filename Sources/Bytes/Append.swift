// Encoders append to a `[UInt8]`: one growing buffer, no intermediate strings.

extension [UInt8] {
    /// Appends the UTF-8 bytes of a literal.
    @inlinable public mutating func append(ascii text: StaticString) {
        unsafe append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the UTF-8 bytes of `text`.
    @inlinable public mutating func append(utf8 text: String) {
        append(contentsOf: text.utf8)
    }

    /// Appends the bytes that `span` looks at.
    @inlinable public mutating func append(span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Appends the decimal digits of `number`, with a minus sign when it is negative.
    @inlinable public mutating func append(decimal number: Int64) {
        append(decimal: number, digitsMin: 1)
    }

    /// The same with zeros in front where there are fewer digits than `digitsMin`, 18 at most.
    @inlinable mutating func append(decimal number: Int64, digitsMin: Int) {
        // Nineteen digits and a sign at most, made from the last one on.
        var text = InlineArray<20, UInt8>(repeating: 0x30)
        var start = text.count
        var rest = number.magnitude
        repeat {
            start -= 1
            text[start] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        start = Swift.min(start, text.count - digitsMin)
        if number < 0 {
            start -= 1
            text[start] = 0x2D
        }
        append(span: text.span.extracting(start..<text.count))
    }

    /// Appends the decimal digits of `number`, with a minus sign when it is negative.
    @inlinable public mutating func append(decimal number: Int) { append(decimal: Int64(number)) }

    /// Appends `number` in decimal, filled up with leading zeros to `width` digits.
    @inlinable public mutating func append(padded number: Int, width: Int) {
        append(decimal: Int64(number), digitsMin: width)
    }

    /// Appends `bytes` as lower-case hexadecimal digits.
    @inlinable public mutating func append(hex bytes: some Sequence<UInt8>) {
        for byte in bytes {
            append(Hex.digit(byte >> 4))
            append(Hex.digit(byte & 0x0F))
        }
    }

    /// Appends the shortest decimal form that reads back as `number`, as PostgreSQL prints
    /// `float8` (`49`, `0.1`, `1e+21`); NaN and the infinities become JSON strings, as
    /// PostgreSQL does in JSON.
    public mutating func append(shortest number: Double) {
        guard number.isFinite else {
            append(ascii: number.isNaN ? "\"NaN\"" : number > 0 ? "\"Infinity\"" : "\"-Infinity\"")
            return
        }
        if let whole = Int64(exactly: number), whole.magnitude < 1_000_000_000_000_000 {
            if whole == 0 && number.sign == .minus { append(ASCII.minus) }
            append(decimal: whole)
            return
        }
        let text = number.description
        if number.magnitude >= 1_000_000_000_000_000, !text.utf8.contains(UInt8(ascii: "e")) {
            appendExponential(text.utf8)
        } else {
            append(utf8: text)
        }
    }

    /// Appends a decimal of more than one digit with an exponent, as PostgreSQL does from 10^15 on
    /// and Swift only from 2^54 on: `1234567890123456.0` is `1.234567890123456e+15`.
    private mutating func appendExponential(_ text: String.UTF8View) {
        let unsigned = text.drop { $0 == ASCII.minus }
        if unsigned.count < text.count { append(ASCII.minus) }
        let exponent = unsigned.prefix { $0 != ASCII.dot }.count - 1
        var digits = unsigned.filter { $0 != ASCII.dot }
        while digits.count > 1, digits.last == ASCII.zero { digits.removeLast() }
        append(digits[0])
        if digits.count > 1 { append(ASCII.dot) }
        append(contentsOf: digits.dropFirst())
        append(ascii: "e+")
        append(decimal: exponent)
    }
}

extension String {
    /// The text of UTF-8 `bytes`; ill-formed sequences become U+FFFD.
    @inlinable public init(utf8 bytes: [UInt8]) { self.init(decoding: bytes, as: UTF8.self) }

    /// The text of UTF-8 `bytes`; ill-formed sequences become U+FFFD.
    @inlinable public init(utf8 bytes: ArraySlice<UInt8>) {
        self.init(decoding: bytes, as: UTF8.self)
    }

    /// The text of UTF-8 `bytes`; ill-formed sequences become U+FFFD.
    @inlinable public init(utf8 bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
