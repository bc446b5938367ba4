public import Diagnostics

/// Reads filters: the URL grammar of PostgREST (rest.md §4–§6) and that of feeds (realtime.md §5).
public enum Filter {
    /// The filter of one URL parameter, both parts percent-decoded: `?name=value`.
    ///
    /// - Throws: PGRST100 for what is not of the grammar, with the nearest operator; PGRST127 for
    ///   operators that are known but not built; 22P02 for a malformed array literal.
    public static func parse(name: String, value: String) throws(Problem) -> FilterNode {
        do throws(FilterFault) {
            var target = FilterScanner(name)
            let address = try target.address()
            switch address.last {
            case .group(let isAny, let isNegated):
                var scanner = FilterScanner(value)
                let group = try scanner.wholeGroup(isAny: isAny)
                let shape = isNegated ? FilterShape.not(group) : group
                return FilterNode(path: address.path, shape: shape, values: scanner.values)
            case .field(let field):
                var scanner = FilterScanner(value)
                let test = try scanner.test(of: field, isWhole: true)
                return FilterNode(path: address.path, shape: .test(test), values: scanner.values)
            }
        } catch {
            throw error.problem(parsing: "\(value)")
        }
    }

    /// The filter of a feed, `column=op.value` joined by commas; nil when it is empty.
    ///
    /// - Throws: problems whose messages are realtime.md §5's own.
    public static func parse(realtime text: String) throws(Problem) -> FilterNode? {
        try FeedFilter.parse(text)
    }
}

/// Why a filter cannot be read.
enum FilterFault: Error {
    /// Not of the grammar: what was found and what was expected, at a character from 1.
    case syntax(position: Int, unexpected: String, expected: String, hint: String?)
    /// Known, but not built.
    case notBuilt(String)
    /// Something with a code of its own.
    case problem(Problem)

    func problem(parsing text: String) -> Problem {
        switch self {
        case .syntax(let position, let unexpected, let expected, let hint):
            Problem(
                code: "PGRST100", status: 400,
                message: "\"failed to parse filter (\(text))\" (line 1, column \(position))",
                details: "unexpected \(unexpected) expecting \(expected)", hint: hint)
        case .notBuilt(let what): .notImplemented("\(what) is not built yet.")
        case .problem(let problem): problem
        }
    }
}

extension Problem {
    /// PGRST127: a part of the dialect that is recognised and not there; `what` is a sentence that
    /// names it (rest.md §18.2).
    public static func notImplemented(_ what: String) -> Problem {
        Problem(code: "PGRST127", status: 400, message: "Feature not implemented", details: what)
    }

    /// 0A000: json values have no order yet, neither for `gt` and the like nor for `order`. Their
    /// texts have one, which is wrong for numbers.
    ///
    /// - Parameter field: The column and its path as the client wrote them.
    public static func unorderedJSON(_ field: String) -> Problem {
        Problem(
            code: "0A000", status: 400,
            message: "order of json values is not supported: \"\(field)\"",
            hint: "Read a member with ->> to order it as text, or keep what has an order in a "
                + "column of its own.")
    }
}
