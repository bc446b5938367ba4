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
        for index in utf8.indices {
            let byte = utf8[index]
            if byte >= 0x20 && byte != ASCII.quote && byte != ASCII.backslash { continue }
            append(span: utf8.extracting(start..<index))
            appendEscape(of: byte)
            start = index + 1
        }
        append(span: utf8.extracting(start..<utf8.count))
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
