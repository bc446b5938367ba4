import Diagnostics
import Query

extension FeedFilterFault {
    /// What a client is told of it (realtime.md §5).
    var reason: String {
        switch self {
        case .tooLong: "filter is longer than \(QueryLimits.feedFilterBytesMax) bytes"
        case .emptySegment: "filter must not contain empty segments"
        case .tooManyValues: "filter `in` takes at most \(QueryLimits.feedValuesMax) values"
        case .notForFeeds(let `operator`): "The operator \(`operator`.word) is not for feeds."
        case .unreadable(let text, let hint): text + (hint.map { " \($0)" } ?? "")
        case .query(let fault): Problem(fault).reason
        }
    }
}

extension Problem {
    /// The problem of a filter in one line.
    var reason: String {
        var reason = message
        if case .text(let details)? = details { reason += " \(details)" }
        if let hint { reason += " \(hint)" }
        return reason
    }
}
