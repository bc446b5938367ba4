/// An expression of PostgreSQL's as it was read: nothing is looked up yet.
indirect enum SQLNode: Hashable, Sendable {
    /// A column, or another name, in parts.
    case name([String])
    case text(String)
    case number(String)
    case boolean(Bool)
    case null
    case parameter(Int)
    case cast(SQLNode, SQLType)
    /// A function by its name in parts.
    case call([String], [SQLNode])
    case not(SQLNode)
    case negative(SQLNode)
    /// An operator between two, in lower case where it is a word.
    case binary(String, SQLNode, SQLNode)
    /// `IS NULL` and the like.
    case test(SQLNode, Test, isNegated: Bool)
    case isDistinct(SQLNode, SQLNode, isNegated: Bool)
    case inList(SQLNode, [SQLNode])
    case inQuery(SQLNode, SQLQuery)
    case between(SQLNode, SQLNode, SQLNode)
    /// `x = ANY (array)`.
    case any(String, SQLNode, SQLNode)
    case all(String, SQLNode, SQLNode)
    case exists(SQLQuery)
    /// A query in parentheses, for its only value.
    case query(SQLQuery)
    case array([SQLNode])
    case element(SQLNode, SQLNode)
    case row([SQLNode])
    case choice(of: SQLNode?, [SQLChoice], otherwise: SQLNode?)

    /// What may stand behind IS.
    enum Test: String, Hashable, Sendable {
        case null, `true`, `false`, unknown
    }

    /// The same with all parameters and names replaced that `body` has something for.
    func replacing(_ body: (SQLNode) -> SQLNode?) -> SQLNode {
        if let other = body(self) { return other }
        func go(_ node: SQLNode) -> SQLNode { node.replacing(body) }
        switch self {
        case .name, .text, .number, .boolean, .null, .parameter: return self
        case .cast(let a, let type): return .cast(go(a), type)
        case .call(let name, let list): return .call(name, list.map(go))
        case .not(let a): return .not(go(a))
        case .negative(let a): return .negative(go(a))
        case .binary(let op, let a, let b): return .binary(op, go(a), go(b))
        case .test(let a, let test, let isNegated): return .test(go(a), test, isNegated: isNegated)
        case .isDistinct(let a, let b, let isNegated):
            return .isDistinct(go(a), go(b), isNegated: isNegated)
        case .inList(let a, let list): return .inList(go(a), list.map(go))
        case .inQuery(let a, let query): return .inQuery(go(a), query.replacing(body))
        case .between(let a, let b, let c): return .between(go(a), go(b), go(c))
        case .any(let op, let a, let b): return .any(op, go(a), go(b))
        case .all(let op, let a, let b): return .all(op, go(a), go(b))
        case .exists(let query): return .exists(query.replacing(body))
        case .query(let query): return .query(query.replacing(body))
        case .array(let list): return .array(list.map(go))
        case .element(let a, let b): return .element(go(a), go(b))
        case .row(let list): return .row(list.map(go))
        case .choice(let of, let list, let otherwise):
            return .choice(
                of: of.map(go),
                list.map { SQLChoice(when: go($0.when), then: go($0.then)) },
                otherwise: otherwise.map(go))
        }
    }
}

/// An arm of CASE.
struct SQLChoice: Hashable, Sendable {
    let when: SQLNode
    let then: SQLNode
}

/// A query as far as rules can have one.
struct SQLQuery: Hashable, Sendable {
    /// A table that is read, and what it goes by.
    struct Source: Hashable, Sendable {
        let table: [String]
        let alias: String?
    }

    /// What is read of each row; nil stands for `*`.
    var columns: [SQLNode?]
    var sources: [Source]
    /// What holds of rows: conditions of joins, and WHERE.
    var conditions: [SQLNode]
    /// What it has besides that no rule says, such as GROUP BY; nil for nothing.
    var excess: String?

    func replacing(_ body: (SQLNode) -> SQLNode?) -> SQLQuery {
        var query = self
        query.columns = columns.map { $0.map { $0.replacing(body) } }
        query.conditions = conditions.map { $0.replacing(body) }
        return query
    }
}

/// A type as it is written: `character varying(80)`, `public.mood[]`.
struct SQLType: Hashable, Sendable {
    /// Its name in lower case unless it is in quotes, without its schema if that is the system's.
    var name: String
    /// The schema that the name has in front.
    var schema: String?
    /// What stands in parentheses behind it.
    var arguments: [String] = []
    /// How often it is an array.
    var dimensions = 0

    /// As PostgreSQL would print it, about.
    var text: String {
        (schema.map { $0 + "." } ?? "") + name
            + (arguments.isEmpty ? "" : "(\(arguments.joined(separator: ",")))")
            + String(repeating: "[]", count: dimensions)
    }

    /// The type of its elements.
    var element: SQLType {
        var type = self
        type.dimensions = 0
        return type
    }
}
