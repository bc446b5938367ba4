import Diagnostics
import HTTP
import Query
import Schema

/// What a client wants, as written: nothing here has been judged against the schema or the rules.
struct ApiRequest: Sendable {
    /// The table's name, percent-decoded.
    var table: String
    /// Nil or empty means `*`.
    var select: [SelectItem]?
    var filters: [Addressed<Filter>] = []
    var orders: [Addressed<[OrderTerm]>] = []
    var limits: [Addressed<WindowParameter>] = []
    var offsets: [Addressed<WindowParameter>] = []
    var range: Window?
    var columns: [String]?
    var onConflict: [String]?
    var preferences = Preferences()
    var media = MediaType.json
    /// The body of an insert or update.
    var payload: Payload?
    /// A profile header was sent: the answer repeats the schema's name.
    var hasProfile = false

    /// What making a plan of it takes, as ``Query/PlanningCost`` counts.
    ///
    /// - Parameter columnsMax: The most columns that a table has.
    func planningCost(columnsMax: Int) -> Int {
        let shown = (select ?? []).reduce(0) { $0 + $1.planningCost(columnsMax: columnsMax) }
        let asked = filters.reduce(0) { $0 + $1.item.planningCost }
        let ordered = orders.reduce(0) { orders, order in
            orders + order.item.reduce(0) { $0 + $1.planningCost }
        }
        return shown + asked + ordered
    }
}

/// What a request writes.
enum WriteAction: Hashable, Sendable {
    case insert, update, delete

    /// Whether the values come in the body.
    var hasPayload: Bool { self != .delete }

    /// The word of SQL, as messages have it.
    var keyword: StaticString {
        switch self {
        case .insert: "INSERT"
        case .update: "UPDATE"
        case .delete: "DELETE"
        }
    }

    /// What rules call it.
    var verb: Verb {
        switch self {
        case .insert: .create
        case .update: .update
        case .delete: .delete
        }
    }
}

/// Something said about the table at the end of a path of embeds.
struct Addressed<Item: Sendable>: Sendable {
    /// Names or aliases of embeds, outermost first; empty for the table of the URL.
    var path: [String]
    var item: Item
}

/// A `limit` or `offset` and where it stands in the query string.
struct WindowParameter: Hashable, Sendable {
    var number: Int
    /// Set when the plan cache leaves its value out.
    var parameter: Int?
}
