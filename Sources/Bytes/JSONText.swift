// Writing JSON strings (RFC 8259 §7).

extension [UInt8] {
    /// Appends `text` as a JSON string: quoted, with `"`, `\` and control characters escaped.
    public mutating func append(jsonString text: String) {
        var text = text
        text.withUTF8 { buffer in
            append(jsonString: unsafe Span(_unsafeElements: buffer))
        }
    }

    /// Appends UTF-8 bytes as a JSON string: quoted, with `"`, `\` and control characters escaped.
    @inlinable public mutating func append(jsonString utf8: Span<UInt8>) {
        append(ASCII.quote)
        var start = 0
        while true {
            let end = utf8.firstEscaped(from: start)
            append(span: utf8.extracting(start..<end))
            if end == utf8.count { break }
            appendEscape(of: utf8[end])
            start = end + 1
        }
        append(ASCII.quote)
    }

    /// Appends UTF-8 bytes as a JSON string: quoted, with `"`, `\` and control characters escaped.
    @inlinable public mutating func append(jsonString utf8: [UInt8]) {
        append(jsonString: utf8.span)
    }

    @usableFromInline mutating func appendEscape(of byte: UInt8) {
        append(ASCII.backslash)
        switch byte {
        case ASCII.quote, ASCII.backslash: append(byte)
        case ASCII.lf: append(0x6E)
        case ASCII.cr: append(0x72)
        case ASCII.tab: append(0x74)
        case 0x08: append(0x62)
        case 0x0C: append(0x66)
        default:
            append(ascii: "u00")
            append(hex: CollectionOfOne(byte))
        }
    }
}

extension Span<UInt8> {
    /// The first byte from `start` on that a JSON string must escape; `count` if there is none.
    ///
    /// Sixteen bytes at a time, then eight: all but the last few of most text need no look of
    /// their own.
    @inlinable func firstEscaped(from start: Int) -> Int {
        var index = start
        while index &+ 16 <= count {
            if word(at: index).escapeMarks | word(at: index &+ 8).escapeMarks != 0 { break }
            index &+= 16
        }
        while index &+ 8 <= count {
            let marks = word(at: index).escapeMarks
            if marks != 0 { return index &+ marks.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < count, !self[index].isEscapedInJSON { index &+= 1 }
        return index
    }
}

extension UInt8 {
    /// Whether the byte may not stand in a JSON string as it is.
    @inlinable var isEscapedInJSON: Bool {
        self < 0x20 || self == ASCII.quote || self == ASCII.backslash
    }
}

extension UInt64 {
    /// Of eight bytes, the first one in the lowest bits, those that a JSON string must escape: bit
    /// 7 of each. The lowest mark is right; one above it may be a borrow's.
    @inlinable var escapeMarks: UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = self ^ (ones &* UInt64(ASCII.quote))
        let backslash = self ^ (ones &* UInt64(ASCII.backslash))
        let control = (self &- ones &* 0x20) & ~self
        return (control | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash)
            & (ones &* 0x80)
    }
}
