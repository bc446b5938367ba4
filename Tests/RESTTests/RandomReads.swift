import Bytes
import Store
import TestSupport
import Values

/// Writes random reads that are right: every form of a member, a filter, an embed and an order. All
/// rows come in an order, since none is promised without.
struct RandomReads {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    static let models: [String: String] = [
        "items": """
        {"properties": {
           "id": {"type": "integer"}, "owner": {"type": "string", "format": "uuid"},
           "team_id": {"type": "integer",
                       "references": {"model": "teams", "as": "team", "inverse": "items"}},
           "title": {"type": "string"}, "flag": {"type": "boolean"}, "n": {"type": "integer"},
           "m": {"type": "integer", "format": "int32"},
           "price": {"type": "string", "format": "decimal", "precision": 12, "scale": 2},
           "score": {"type": "number"}, "made": {"type": "string", "format": "date-time"},
           "day": {"type": "string", "format": "date"},
           "hour": {"type": "string", "format": "time"},
           "data": {"type": "object"}, "blob": {"type": "string", "format": "byte"},
           "secret": {"type": "string", "access": {"read": "owner = auth.uid()"}}},
         "access": {"read": "flag or owner = auth.uid() or team.rank > 2"}}
        """,
        "teams": """
        {"properties": {
           "id": {"type": "integer"}, "name": {"type": "string"}, "rank": {"type": "integer"},
           "parent_id": {"type": "integer",
                         "references": {"model": "teams", "as": "parent", "inverse": "children"}}},
         "access": {"read": "rank is distinct from 3"}}
        """,
        "members": """
        {"properties": {
           "id": {"type": "integer"}, "level": {"type": "integer"},
           "user_id": {"type": "string", "format": "uuid"},
           "team_id": {"type": "integer",
                       "references": {"model": "teams", "as": "team", "inverse": "members"}}},
         "access": {"read": "can(read, team) or auth.uid() is null"}}
        """,
        "tags": """
        {"properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
         "access": {"read": true}}
        """,
        "item_tags": """
        {"properties": {
           "item_id": {"type": "integer", "references": {"model": "items"}},
           "tag_id": {"type": "integer", "references": {"model": "tags"}},
           "visible": {"type": "boolean"}},
         "primaryKey": ["item_id", "tag_id"], "access": {"read": "visible"}}
        """,
    ]

    static func uuid(_ number: Int) -> String { "00000000-0000-4000-8000-00000000000\(number)" }

    // MARK: Rows

    private static let texts = [
        "", "a", "A", "abc", "é", "e\u{301}", "É", "σΣς", "\"q\"\\\n", "日本", "😀", "true",
    ]
    private static let documents = [
        "{}", #"{"a":1,"b":"x"}"#, #"{"a":{"k":[1,2.50,": ,"]},"list":[1,"x",null,[2]]}"#,
        #"{"a":"1","list":[]}"#, #"{"a":null,"b":true}"#, #"{"a":[{"b":{}}],"list":{"0":1}}"#,
    ]

    /// Rows with keys from 1 and values of every type, one in four NULL.
    static func rows(of table: Table, _ random: inout SeededGenerator) -> [[Value]] {
        let count = table.name == "items" ? 30 : 8
        if table.primaryKey.columns.count == 2 {
            let pairs = (0..<240).filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
            return pairs.map { pair in
                [pair % 30 + 1, pair / 30 + 1, pair % 3 == 0 ? 0 : 1].map { .integer(Int64($0)) }
            }
        }
        return (1...count).map { number in
            table.columns.enumerated().map { place, column in
                if place == 0 { return .integer(Int64(number)) }
                if Int.random(in: 0..<4, using: &random) == 0 { return .null }
                return value(column.type, &random)
            }
        }
    }

    private static func value(_ type: ColumnType, _ random: inout SeededGenerator) -> Value {
        func pick<T>(_ choices: [T]) -> T {
            choices[Int.random(in: 0..<choices.count, using: &random)]
        }
        switch type {
        case .text: return .text(pick(texts))
        case .uuid: return .text(uuid(pick([1, 2, 3])))
        case .timestamp:
            return .text(
                pick([
                    "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00.5+00:00",
                    "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00",
                ]))
        case .date: return .text(pick(["2026-01-01", "0001-01-01", "9999-12-31"]))
        case .time: return .text(pick(["00:00:00", "10:15:00.5", "24:00:00"]))
        case .decimal: return .integer(pick([0, 1, -150, 1050, 999_999_999_999]))
        case .integer: return .integer(pick([1, 2, 3, 4, 5, -1]))
        case .integer32: return .integer(pick([0, Int64(Int32.max), Int64(Int32.min)]))
        case .real: return .real(pick([0, 0.1, -2.5, 1e15, 1e300, .infinity, 123_456_789.125]))
        case .boolean: return .integer(pick([0, 1]))
        case .json: return .text(pick(documents))
        case .bytes: return .blob(pick([[], [0, 255]]))
        }
    }

    // MARK: Requests

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func pick<T>(_ choices: [T]) -> T {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    /// A request's path and query string.
    mutating func target() -> String {
        let model = pick(["items", "items", "items", "teams", "members", "tags"])
        let (select, more) = select(model, depth: 2, path: "")
        var parameters = ["select=" + select] + more
        for _ in 0..<Int.random(in: 0...2, using: &random) { parameters.append(filter(model)) }
        parameters.append("order=\(order(model))")
        if chance(40) { parameters.append("limit=\(pick([0, 1, 3, 10]))") }
        if chance(30) { parameters.append("offset=\(pick([0, 1, 5]))") }
        return "/\(model)?" + parameters.joined(separator: "&")
    }

    private static let members: [String: [String]] = [
        "items": [
            "id", "owner", "title", "flag", "n", "m", "price", "score", "made", "day", "hour",
            "data", "blob", "secret", "team_id", "other:title", "data->a", "data->>a", "data->list->0",
            "x:data->list->>-1", "data->a->>k", "data->>list", "n::text", "flag::text",
            "owner::text", "day::text", "hour::text", "title->z",
        ],
        "teams": ["id", "name", "rank", "parent_id", "a:id"],
        "members": ["id", "level", "user_id", "team_id"], "tags": ["id", "name"],
    ]

    private static let embeds: [String: [(name: String, model: String, isToOne: Bool)]] = [
        "items": [("team", "teams", true), ("tags", "tags", false)],
        "teams": [
            ("items", "items", false), ("members", "members", false), ("parent", "teams", true),
            ("children", "teams", false),
        ],
        "members": [("team", "teams", true)], "tags": [("items", "items", false)],
    ]

    /// The list of a level, and the parameters that its embeds need.
    private mutating func select(
        _ model: String, depth: Int, path: String
    ) -> (String, parameters: [String]) {
        var parts: [String] = chance(20) ? ["*"] : []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            parts.append(pick(Self.members[model] ?? ["id"]))
        }
        var parameters: [String] = []
        guard depth > 0 else { return (parts.joined(separator: ","), []) }
        for embed in Self.embeds[model] ?? [] where chance(45) {
            let name = path + embed.name
            let (inner, more) = select(embed.model, depth: depth - 1, path: name + ".")
            parts.append("\(embed.name)\(pick(["", "", "!inner"]))(\(chance(8) ? "" : inner))")
            parameters += more.isEmpty || parts.last?.hasSuffix("()") == true ? [] : more
            if chance(40) { parameters.append(name + "." + filter(embed.model)) }
            guard !embed.isToOne else { continue }
            parameters.append("\(name).order=\(order(embed.model))")
            if chance(30) { parameters.append("\(name).limit=\(pick([0, 1, 2]))") }
            if chance(20) { parameters.append("\(name).offset=1") }
        }
        return (parts.joined(separator: ","), parameters)
    }

    /// Keys of which the last tells all rows apart.
    private mutating func order(_ model: String) -> String {
        let columns = ["title", "n", "price", "score", "made", "data->>a", "flag", "hour", "owner"]
        var keys: [String] = []
        if model == "items" {
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                keys.append(pick(columns) + pick(["", ".desc", ".nullsfirst", ".desc.nullslast"]))
            }
        }
        return (keys + ["id"]).joined(separator: ",")
    }

    private mutating func filter(_ model: String) -> String {
        guard model == "items" else {
            let column = pick(["id", "id", model == "teams" ? "rank" : "id"])
            return "\(column)=\(pick(["gt.1", "in.(1,2,3,5)", "not.eq.4", "lte.6"]))"
        }
        return pick([
            "title=eq.a", "title=ilike.*%C3%89*", "title=like.a*", "title=not.ilike.*%CE%A3*",
            "title=gt.B", "title=in.(a,A,%C3%A9)", "flag=is.true", "flag=not.is.false", "n=gte.2",
            "n=in.(1,2,3)", "n=eq.-1", "m=eq.2147483647", "price=gt.1.005", "price=eq.10.50",
            "price=lt.1e30", "score=gt.0.1", "score=eq.Infinity", "made=gte.2026-01-01",
            "day=lt.9999-12-31", "hour=gt.10:00", "data->>a=eq.1", "data->a=eq.1",
            "data->list->>0=not.is.null", "data=eq.%7B%7D", "owner=eq.\(Self.uuid(1))",
            "secret=is.null", "secret=eq.a", "blob=eq.%5Cx00ff", "n=isdistinct.2",
            "or=(n.eq.1,and(flag.is.true,price.gt.0),title.is.null)",
            "not.and=(n.gt.1,data->>a.neq.x)", "title=eq(any).{a,abc}",
        ])
    }
}
