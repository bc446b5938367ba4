import Bytes

/// What bytes of a script are: for who cuts it into statements, and these into tokens.
enum ScriptBytes {
    static func isSpace(_ byte: UInt8) -> Bool {
        byte == ASCII.space || (0x09...0x0D).contains(byte)
    }

    static func beginsName(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || byte == ASCII.underscore || byte >= 0x80
    }

    static func isInName(_ byte: UInt8) -> Bool {
        beginsName(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "$")
    }

    /// Behind a comment `/* … */`, in which others may be; nil where it is not closed.
    static func endOfComment(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var (depth, index) = (0, start)
        while index + 1 < bytes.count {
            if bytes[index] == ASCII.slash, bytes[index + 1] == ASCII.asterisk {
                depth += 1
                index += 2
            } else if bytes[index] == ASCII.asterisk, bytes[index + 1] == ASCII.slash {
                depth -= 1
                index += 2
                if depth == 0 { return index }
            } else {
                index += 1
            }
        }
        return nil
    }

    /// A text in dollar quotes: where it begins, what its marks have in bytes, and where it ends
    /// behind the second one, which may be missing. Nil where none begins.
    static func dollarQuote(
        _ bytes: Span<UInt8>, at start: Int
    ) -> (start: Int, markBytes: Int, end: Int?)? {
        var index = start + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "$") {
            let isFirst = index == start + 1
            guard isFirst ? beginsName(bytes[index]) : isInName(bytes[index]) else { return nil }
            index += 1
        }
        guard index < bytes.count else { return nil }
        let markBytes = index + 1 - start
        let body = index + 1
        var place = body
        while let found = bytes.firstIndex(of: UInt8(ascii: "$"), from: place) {
            guard found + markBytes <= bytes.count else { break }
            if (0..<markBytes).allSatisfy({ bytes[found + $0] == bytes[start + $0] }) {
                return (body, markBytes, found + markBytes)
            }
            place = found + 1
        }
        return (body, markBytes, nil)
    }

    /// Behind a constant or name that begins with a quote; nil where it is not closed.
    static func endOfQuoted(_ bytes: Span<UInt8>, from start: Int, escapes: Bool) -> Int? {
        let quote = bytes[start]
        var index = start + 1
        while index < bytes.count {
            if bytes[index] == quote {
                guard index + 1 < bytes.count, bytes[index + 1] == quote else { return index + 1 }
                index += 1
            } else if escapes, bytes[index] == ASCII.backslash {
                index += 1
            }
            index += 1
        }
        return nil
    }
}
