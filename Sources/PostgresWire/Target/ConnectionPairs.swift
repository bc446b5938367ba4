import Bytes

/// `keyword = value`, separated by blanks; values with blanks in single quotes, `\` in front of
/// quotes and backslashes.
enum ConnectionPairs {
    static func read(
        _ text: String
    ) throws(ConnectionStringFault) -> [(keyword: String, value: String)] {
        let bytes = Array(text.utf8)
        var pairs: [(keyword: String, value: String)] = []
        var index = 0
        while true {
            skipSpace(bytes, &index)
            guard index < bytes.count else { return pairs }
            let start = index
            while index < bytes.count, bytes[index] != ASCII.equals, !ASCII.isSpace(bytes[index]) {
                index += 1
            }
            let keyword = String(utf8: bytes[start..<index])
            skipSpace(bytes, &index)
            guard index < bytes.count, bytes[index] == ASCII.equals, !keyword.isEmpty else {
                throw .missingEquals(keyword)
            }
            index += 1
            skipSpace(bytes, &index)
            pairs.append((keyword, try value(of: keyword, bytes, &index)))
        }
    }

    private static func skipSpace(_ bytes: [UInt8], _ index: inout Int) {
        while index < bytes.count, ASCII.isSpace(bytes[index]) { index += 1 }
    }

    private static func value(
        of keyword: String, _ bytes: [UInt8], _ index: inout Int
    ) throws(ConnectionStringFault) -> String {
        let quote = UInt8(ascii: "'")
        let isQuoted = index < bytes.count && bytes[index] == quote
        if isQuoted { index += 1 }
        var value: [UInt8] = []
        while index < bytes.count, isQuoted ? bytes[index] != quote : !ASCII.isSpace(bytes[index]) {
            if bytes[index] == ASCII.backslash, index + 1 < bytes.count { index += 1 }
            value.append(bytes[index])
            index += 1
        }
        if isQuoted {
            guard index < bytes.count else { throw .unclosedQuote(parameter: keyword) }
            index += 1
        }
        return String(utf8: value)
    }
}
