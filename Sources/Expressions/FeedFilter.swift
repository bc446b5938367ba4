import Bytes
import Diagnostics

/// Reads the filters of feeds (realtime.md §5): conditions joined by commas that must all hold.
///
///     filter    := condition { "," condition }
///     condition := column "=" [ "not." ] op "." value
enum FeedFilter {
    static func parse(_ text: String) throws(Problem) -> FilterNode? {
        let bytes = Array(text.utf8)
        if bytes.allSatisfy({ $0 == ASCII.space }) { return nil }
        guard bytes.count <= Limits.feedFilterBytesMax else {
            throw problem("filter is longer than \(Limits.feedFilterBytesMax) bytes")
        }
        let segments = split(bytes)
        guard !segments.contains(where: \.isEmpty) else {
            throw problem("filter must not contain empty segments")
        }
        var nodes: [FilterNode] = []
        for segment in segments { nodes.append(try condition(segment, of: text)) }
        return FilterNode(all: nodes)
    }

    /// A fault of the filter in the words of the protocol's `system` message.
    private static func problem(_ message: String, hint: String? = nil) -> Problem {
        Problem(code: "InvalidFilter", status: 400, message: message, hint: hint)
    }

    private static func unreadable(_ text: String, hint: String? = nil) -> Problem {
        var message = Array("Error parsing `filter` params: [".utf8)
        message.append(jsonString: text)
        message.append(UInt8(ascii: "]"))
        return problem(String(utf8: message), hint: hint)
    }

    /// Splits at commas outside quotes and parentheses. A quote opens only after `.`, `(` or `,`.
    private static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var segments: [ArraySlice<UInt8>] = []
        var start = 0
        var depth = 0
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case ASCII.quote where index > 0 && isOpener(bytes[index - 1]):
                index = endOfQuote(bytes, index) ?? index
            case ASCII.leftParenthesis: depth += 1
            case ASCII.rightParenthesis: depth = max(0, depth - 1)
            case ASCII.comma where depth == 0:
                segments.append(trimmed(bytes[start..<index]))
                start = index + 1
            default: break
            }
            index += 1
        }
        segments.append(trimmed(bytes[start...]))
        return segments
    }

    private static func isOpener(_ byte: UInt8) -> Bool {
        byte == ASCII.dot || byte == ASCII.leftParenthesis || byte == ASCII.comma
    }

    private static func endOfQuote(_ bytes: [UInt8], _ start: Int) -> Int? {
        var index = start + 1
        while index < bytes.count, bytes[index] != ASCII.quote {
            index += bytes[index] == ASCII.backslash ? 2 : 1
        }
        return index < bytes.count ? index : nil
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while bytes.first == ASCII.space { bytes.removeFirst() }
        while bytes.last == ASCII.space { bytes.removeLast() }
        return bytes
    }

    private static func condition(
        _ segment: ArraySlice<UInt8>, of text: String
    ) throws(Problem) -> FilterNode {
        guard let equals = segment.firstIndex(of: ASCII.equals) else { throw unreadable(text) }
        let name = String(utf8: trimmed(segment[..<equals]))
        var scanner = FilterScanner(String(utf8: segment[(equals + 1)...]))
        guard !name.isEmpty else { throw unreadable(text) }
        let unquoted = unquote(&scanner)
        do throws(FilterFault) {
            var test = try scanner.test(of: FilterField(name: name), isWhole: true)
            if case .membership = test.operation { try limit(test, scanner) }
            if let unquoted, test.operation != .membership, !scanner.values.isEmpty {
                scanner.values[scanner.values.count - 1] = unquoted
            }
            test.valueCount = scanner.values.count
            return FilterNode(shape: .test(test), values: scanner.values)
        } catch {
            switch error {
            case .syntax(_, _, _, let hint): throw unreadable(text, hint: hint)
            case .notBuilt(let what): throw problem("\(what) is not built yet.")
            case .problem(let problem): throw problem
            }
        }
    }

    /// The value without its quotes, if the whole value after the operator is one quoted text.
    private static func unquote(_ scanner: inout FilterScanner) -> String? {
        let start = scanner.position
        defer { scanner.position = start }
        _ = scanner.accept("not.")
        while let byte = scanner.current, ASCII.isLetter(byte) { scanner.position += 1 }
        guard scanner.accept("."), scanner.current == ASCII.quote, let text = scanner.quoted(),
            scanner.isAtEnd
        else { return nil }
        return text
    }

    private static func limit(_ test: FilterTest, _ scanner: FilterScanner) throws(FilterFault) {
        // `valueCount` is padded to a power of two; equal neighbours at the end are the padding.
        guard test.valueCount > Limits.feedValuesMax, let last = scanner.values.last else { return }
        let padding = scanner.values.reversed().prefix { $0 == last }.count - 1
        guard test.valueCount - padding > Limits.feedValuesMax else { return }
        throw .problem(
            Problem(
                code: "InvalidFilter", status: 400,
                message: "filter `in` takes at most \(Limits.feedValuesMax) values"))
    }
}
