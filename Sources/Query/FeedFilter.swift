import Bytes

/// Reads the filters of feeds (realtime.md §5): conditions joined by commas that must all hold.
///
///     filter    := condition { "," condition }
///     condition := name "=" filterval
public enum FeedFilter {
    /// The filter that `text` states; nil when it is blank.
    public static func parse(_ text: String) throws(FeedFilterFault) -> Filter? {
        if text.utf8.allSatisfy({ $0 == ASCII.space }) { return nil }
        guard text.utf8.count <= QueryLimits.feedFilterBytesMax else { throw .tooLong }
        var scanner = Scanner(text, subject: "filter")
        var conditions: [Filter] = []
        repeat {
            conditions.append(.test(try condition(&scanner, of: text)))
        } while scanner.take(ASCII.comma)
        return conditions.count == 1 ? conditions[0] : .all(conditions)
    }

    /// Reads the condition that stands here, up to the comma behind it or the end.
    private static func condition(
        _ scanner: inout Scanner, of text: String
    ) throws(FeedFilterFault) -> FilterTest {
        scanner.skipBlanks()
        if scanner.isAtEnd || scanner.peek == ASCII.comma { throw .emptySegment }
        let test: FilterTest
        do throws(QueryFault) {
            let name = try scanner.name(expecting: "a column's name")
            guard scanner.take(ASCII.equals) else { throw scanner.fault(expecting: "\"=\"") }
            test = try scanner.test(of: Field(name: name), .condition)
            scanner.skipBlanks()
        } catch {
            throw FeedFilterFault(error, in: text)
        }
        guard test.operator.isForFeeds else { throw .notForFeeds(test.operator) }
        if case .membership(let values) = test.operation, values.count > QueryLimits.feedValuesMax {
            throw .tooManyValues
        }
        return test
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
