import Bytes

/// What is wrong with a text that should be bytes.
enum ByteaFault: Error, Equatable {
    case digit(Character)
    case oddCount
    case escape
}

/// Reads PostgreSQL's two notations of bytes (datatype-binary: §8.4.1 hex, §8.4.2 escape).
enum ByteaText {
    static func decode(_ text: String) throws(ByteaFault) -> [UInt8] {
        let bytes = Array(text.utf8)
        if bytes.starts(with: [ASCII.backslash, UInt8(ascii: "x")]) {
            return try decodeHex(bytes.dropFirst(2))
        }
        return try decodeEscaped(bytes)
    }

    /// Pairs of hexadecimal digits, with blanks between pairs.
    private static func decodeHex(_ digits: ArraySlice<UInt8>) throws(ByteaFault) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(digits.count / 2)
        var high: UInt8? = nil
        for byte in digits {
            if high == nil,
                byte == ASCII.space || byte == ASCII.tab || byte == ASCII.lf || byte == ASCII.cr
            {
                continue
            }
            guard let value = ASCII.hexValue(byte) else {
                throw .digit(Character(Unicode.Scalar(byte)))
            }
            if let first = high {
                out.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        guard high == nil else { throw .oddCount }
        return out
    }

    /// Bytes as they are; a backslash is doubled or followed by three octal digits.
    private static func decodeEscaped(_ bytes: [UInt8]) throws(ByteaFault) -> [UInt8] {
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == ASCII.backslash else {
                out.append(bytes[index])
                index += 1
                continue
            }
            if index + 1 < bytes.count, bytes[index + 1] == ASCII.backslash {
                out.append(ASCII.backslash)
                index += 2
                continue
            }
            guard index + 3 < bytes.count else { throw .escape }
            var value = 0
            for byte in bytes[(index + 1)...(index + 3)] {
                guard byte >= ASCII.zero, byte <= UInt8(ascii: "7") else { throw .escape }
                value = value * 8 + Int(byte - ASCII.zero)
            }
            guard let byte = UInt8(exactly: value) else { throw .escape }
            out.append(byte)
            index += 4
        }
        return out
    }
}
