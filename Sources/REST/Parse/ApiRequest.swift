import Diagnostics
import Expressions
import HTTP

/// What a client wants, as written: nothing here has been judged against the schema or the rules.
struct ApiRequest: Sendable {
    enum Action: Hashable, Sendable { case read, insert, update, delete }

    var action: Action
    /// HEAD: the answer to GET without its body.
    var isHead = false
    /// The table's name, percent-decoded.
    var table: String
    /// Empty means `*`.
    var select: [SelectItem] = []
    var filters: [FilterParameter] = []
    var orders: [Addressed<[OrderTerm]>] = []
    var limits: [Addressed<WindowParameter>] = []
    var offsets: [Addressed<WindowParameter>] = []
    var range: Window?
    var columns: [String]?
    var onConflict: [String]?
    var preferences = Preferences()
    var media = MediaType.json
    var payload: Payload?
    /// A profile header was sent: the answer repeats the schema's name.
    var hasProfile = false
}

/// Something said about the table at the end of a path of embeds.
struct Addressed<Item: Sendable>: Sendable {
    /// Names or aliases of embeds, outermost first; empty for the table of the URL.
    var path: [String]
    var item: Item
}

/// A filter or a logic tree.
struct FilterParameter: Sendable {
    var path: [String]
    /// The field, or `or` and the like, as written.
    var name: String
    var value: String
    var node: FilterNode
    /// Set when the value may change without changing the plan.
    var comparison: Comparison?

    /// `column op value` with an operator that compares with one value.
    struct Comparison: Hashable, Sendable {
        var column: String
        var `operator`: Operator
        var value: String
        /// The parameter's place in the query string, when the plan cache leaves its value out.
        var parameter: Int?
    }

    /// The operators that SQL spells as one sign.
    enum Operator: String, Hashable, Sendable {
        case eq, neq, gt, gte, lt, lte

        var sql: String {
            switch self {
            case .eq: " = "
            case .neq: " <> "
            case .gt: " > "
            case .gte: " >= "
            case .lt: " < "
            case .lte: " <= "
            }
        }
    }
}

/// A `limit` or `offset` and where it stands in the query string.
struct WindowParameter: Hashable, Sendable {
    var number: Int
    /// Set when the plan cache leaves its value out.
    var parameter: Int?
}

/// The rows of a body.
struct Payload: Sendable {
    /// Objects, in the order of the body. Anything that is not an object is refused when it is
    /// read.
    var rows: [JSONRow]
}
