/// A single kind of request.
enum Operation: Sendable {
    case get
    case list20
    /// With the exact count of all rows.
    case list20Total
    case filter
    /// With the exact count of the rows that pass the filter.
    case filterTotal
    /// The same with a filter that no index serves.
    case scanTotal
    /// The caller's rows of a table whose rule shows nobody else's, with their exact count.
    case ownTotal
    /// Answered with the row.
    case insert
    /// Answered with nothing.
    case insertMinimal
    /// A thousand rows at once, answered with nothing.
    case insertThousand
    /// One row by its key, answered with nothing.
    case update
}

/// A load: which requests, in which shares, over how many connections.
struct Scenario: Sendable {
    let name: String
    let connections: Int
    /// Whether each request comes over a connection of its own, which resumes the TLS session of
    /// the one before.
    var reconnects = false
    /// Who can be asked.
    var dialects = Dialect.allCases
    /// Operations with the share each has.
    let operations: [(Operation, weight: Int)]

    static let all = [
        Scenario(name: "get", connections: 64, operations: [(.get, 1)]),
        Scenario(name: "list20", connections: 64, operations: [(.list20, 1)]),
        Scenario(name: "list20_total", connections: 64, operations: [(.list20Total, 1)]),
        Scenario(name: "filter", connections: 64, operations: [(.filter, 1)]),
        Scenario(name: "filter_total", connections: 64, operations: [(.filterTotal, 1)]),
        Scenario(
            name: "scan_total", connections: 64, dialects: [.apus], operations: [(.scanTotal, 1)]),
        Scenario(
            name: "own_total", connections: 64, dialects: [.apus], operations: [(.ownTotal, 1)]),
        Scenario(name: "insert1", connections: 1, operations: [(.insert, 1)]),
        Scenario(name: "insert64", connections: 64, operations: [(.insert, 1)]),
        Scenario(
            name: "bulk1000", connections: 2, dialects: [.apus],
            operations: [(.insertThousand, 1)]),
        Scenario(name: "connect", connections: 1, reconnects: true, operations: [(.get, 1)]),
        Scenario(name: "mixed", connections: 64, operations: [(.get, 90), (.insert, 10)]),
    ]

    static let names = all.map(\.name) + [fanout]

    /// The scenario that is no load of requests: see `FanoutDriver`.
    static let fanout = "fanout"

    static func named(_ name: String) throws(BenchmarkError) -> Scenario {
        guard let found = all.first(where: { $0.name == name }) else {
            let names = all.map(\.name).joined(separator: ", ")
            throw BenchmarkError("'\(name)' is none of \(names)", exitCode: 2)
        }
        return found
    }
}
