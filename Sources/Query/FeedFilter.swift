import Bytes

/// Reads the filters of feeds (realtime.md §5): conditions joined by commas that must all hold.
///
///     filter    := condition { "," condition }
///     condition := name "=" filterval
public enum FeedFilter {
    /// The filter that `text` states; nil when it is blank.
    public static func parse(_ text: String) throws(FeedFilterFault) -> Filter? {
        let bytes = Array(text.utf8)
        if bytes.allSatisfy({ $0 == ASCII.space }) { return nil }
        guard bytes.count <= QueryLimits.feedFilterBytesMax else { throw .tooLong }
        let segments = segments(of: bytes)
        guard !segments.contains(where: \.isEmpty) else { throw .emptySegment }
        var conditions: [Filter] = []
        for segment in segments {
            conditions.append(.test(try condition(String(utf8: segment), of: text)))
        }
        return conditions.count == 1 ? conditions[0] : .all(conditions)
    }

    private static func condition(
        _ segment: String, of text: String
    ) throws(FeedFilterFault) -> FilterTest {
        let test: FilterTest
        do throws(QueryFault) {
            var scanner = Scanner(segment, subject: "filter")
            let name = try scanner.name(expecting: "a column's name")
            guard scanner.take(ASCII.equals) else { throw scanner.fault(expecting: "\"=\"") }
            test = try scanner.test(of: Field(name: name), .condition)
        } catch {
            throw FeedFilterFault(error, in: text)
        }
        guard test.operator.isForFeeds else { throw .notForFeeds(test.operator) }
        if case .membership(let values) = test.operation, values.count > QueryLimits.feedValuesMax {
            throw .tooManyValues
        }
        return test
    }

    /// Splits at commas outside quotes and parentheses. A quote opens only after `.`, `(` or `,`.
    private static func segments(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var segments: [ArraySlice<UInt8>] = []
        var start = 0
        var depth = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == ASCII.quote, index > 0, opensQuote(bytes[index - 1]) {
                index = endOfQuote(bytes, from: index) ?? index
            } else if byte == ASCII.leftParenthesis {
                depth += 1
            } else if byte == ASCII.rightParenthesis {
                depth = max(0, depth - 1)
            } else if byte == ASCII.comma, depth == 0 {
                segments.append(bytes[start..<index].trimming { $0 == ASCII.space })
                start = index + 1
            }
            index += 1
        }
        segments.append(bytes[start...].trimming { $0 == ASCII.space })
        return segments
    }

    private static func opensQuote(_ before: UInt8) -> Bool {
        before == ASCII.dot || before == ASCII.leftParenthesis || before == ASCII.comma
    }

    private static func endOfQuote(_ bytes: [UInt8], from start: Int) -> Int? {
        var index = start + 1
        while index < bytes.count, bytes[index] != ASCII.quote {
            index += bytes[index] == ASCII.backslash ? 2 : 1
        }
        return index < bytes.count ? index : nil
    }
}

/// Why the filter of a feed cannot be read. The room of feeds words it.
public enum FeedFilterFault: Error, Hashable, Sendable {
    /// It is longer than ``QueryLimits/feedFilterBytesMax``.
    case tooLong
    /// A comma at an end, or two in a row.
    case emptySegment
    /// `in` has more than ``QueryLimits/feedValuesMax`` values.
    case tooManyValues
    /// The operator is one of tables only.
    case notForFeeds(Operator)
    /// A condition that is none; the filter's whole text, and what may have been meant.
    case unreadable(String, hint: String?)
    /// Anything else that is wrong with a condition.
    case query(QueryFault)

    init(_ fault: QueryFault, in text: String) {
        switch fault {
        case .syntax(let syntax): self = .unreadable(text, hint: syntax.hint)
        case .notBuilt, .arrowOnText, .arrayLiteral, .negativeLimit, .reversedRange:
            self = .query(fault)
        }
    }
}
