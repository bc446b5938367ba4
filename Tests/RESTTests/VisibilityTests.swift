import Expressions
import HTTP
import PostgresTestSupport
import Store
import TestSupport
import Testing

@testable import REST

/// The security boundary, by generated requests: what a caller gets from a database with hidden
/// rows is, byte for byte, what anybody would get from one where those rows never were.
@Suite(.fewAtOnce) struct VisibilityTests {
    static let models: [String: String] = [
        "posts": """
        {"properties": {"id": {"type": "integer"}, "n": {"type": "integer"},
           "open": {"type": "boolean"}, "owner": {"type": "string"}},
         "access": {"read": "open or owner = auth.role()"}}
        """,
        "comments": """
        {"properties": {"id": {"type": "integer"}, "n": {"type": "integer"},
           "hidden": {"type": "boolean"},
           "post_id": {"type": "integer",
                       "references": {"model": "posts", "as": "post", "inverse": "comments"}}},
         "access": {"read": "not hidden"}}
        """,
        "tags": """
        {"properties": {"id": {"type": "integer"}, "n": {"type": "integer"},
           "hidden": {"type": "boolean"}},
         "access": {"read": "not hidden"}}
        """,
        "post_tags": """
        {"properties": {
           "post_id": {"type": "integer", "references": {"model": "posts"}},
           "tag_id": {"type": "integer", "references": {"model": "tags"}},
           "visible": {"type": "boolean"}},
         "primaryKey": ["post_id", "tag_id"], "access": {"read": "visible"}}
        """,
    ]

    static let rows = [
        """
        WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 40)
        INSERT INTO posts SELECT i, i * 7 % 5, i % 3 = 0, CASE i % 4 WHEN 0 THEN 'anon' END FROM c
        """,
        """
        WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 120)
        INSERT INTO comments SELECT i, i * 11 % 6, i % 5 < 2, i * 13 % 40 + 1 FROM c
        """,
        """
        WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 12)
        INSERT INTO tags SELECT i, i * 5 % 4, i % 3 = 1 FROM c
        """,
        """
        INSERT INTO post_tags
        SELECT p.id, t.id, (p.id + t.id) % 4 <> 0 FROM posts p, tags t WHERE (p.id * t.id) % 3 <> 1
        """,
    ]

    /// Takes away what `anon` may not read. References to rows that go become null; no request asks
    /// for those columns.
    static let removal = [
        "DELETE FROM comments WHERE hidden",
        """
        UPDATE comments SET post_id = NULL WHERE post_id IN
        (SELECT id FROM posts WHERE NOT (open OR owner IS 'anon'))
        """,
        """
        DELETE FROM post_tags WHERE NOT visible OR tag_id IN (SELECT id FROM tags WHERE hidden)
        OR post_id IN (SELECT id FROM posts WHERE NOT (open OR owner IS 'anon'))
        """,
        "DELETE FROM posts WHERE NOT (open OR owner IS 'anon')", "DELETE FROM tags WHERE hidden",
    ]

    @Test(arguments: 0..<12)
    func `hidden rows are as good as never written`(seed: UInt64) async throws {
        let ruled = try Library(models: Self.models, data: Self.rows)
        let reduced = try Library(models: Self.models, data: Self.rows + Self.removal)
        var maker = RequestMaker(seed: seed)
        var found = 0
        for _ in 0..<150 {
            let target = maker.target()
            let fields = maker.chance(2) ? [("prefer", "count=exact")] : []
            let seen = await ruled.send(.get, target, fields, as: .anonymous)
            let there = await reduced.send(.get, target, fields, as: .service)
            // On a busy machine they may be read on the slow lane, and leave in parts.
            let (body, reduction) = try await (seen.whole(), there.whole())
            #expect(seen.status == there.status && body == reduction, "\(target)")
            #expect(seen.field("Content-Range") == there.field("Content-Range"), "\(target)")
            #expect(seen.status < 300 || seen.status == 416, "\(target) \(seen.text)")
            if body.count > 2 { found += 1 }
        }
        #expect(found > 75, "most requests find something")
    }

    /// Few rows, but much to say about which: what an engine does to prepare for the statement must
    /// not cost more than to run it.
    @Test func `a few rows that nest deep are read in time by many`() async throws {
        let library = try Library(models: Self.models, data: Self.rows)
        let target = """
            /tags?select=id,posts!left(id,comments!inner(id,post!inner(id)),\
            tags!left(id,x2posts:posts!inner()))\
            &posts.comments.not.and=(or(n.eq.3,post.not.is.null),id.gt.2)\
            &posts.not.and=(or(n.eq.1,comments.not.is.null),id.gt.2)&posts.order=n,id.desc\
            &posts.limit=2&or=(n.lt.4,posts.is.null)&order=n,id.desc
            """
        for response in await library.get(target, byMany: 16) {
            #expect(response.status == 200 && response.body.count > 2, "\(response.text)")
        }
    }
}

/// Makes requests that nest, filter, order, count and test embeds, the same ones for the same seed.
struct RequestMaker {
    static let embeds = [
        "posts": [("comments", "comments"), ("tags", "tags")],
        "comments": [("post", "posts")], "tags": [("posts", "posts")],
    ]
    private var random: SeededGenerator
    private var parameters: [String] = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// One of `count` numbers from 0.
    mutating func number(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    /// True once in `count` times.
    mutating func chance(_ count: Int) -> Bool { number(count) == 0 }

    mutating func target() -> String {
        parameters = []
        let table = ["posts", "comments", "tags"][number(3)]
        let select = select(table, path: [], depth: 0)
        if chance(2) { parameters.append("limit=\(number(9) + 1)") }
        if chance(4) { parameters.append("offset=\(number(4))") }
        return "/\(table)?select=\(select)" + parameters.map { "&" + $0 }.joined()
    }

    private mutating func select(_ table: String, path: [String], depth: Int) -> String {
        var items = ["id", "n"]
        var keys: [(key: String, isToOne: Bool)] = []
        let prefix = path.map { $0 + "." }.joined()
        for (name, target) in Self.embeds[table] ?? [] where depth < 3 && !chance(3) {
            let key = chance(3) ? "x\(depth)" + name : name
            let join = ["", "!inner", "!left"][number(3)]
            let inner = select(target, path: path + [key], depth: depth + 1)
            let shown = chance(4) && !inner.contains("(") ? (chance(2) ? "" : "count") : inner
            items.append((key == name ? "" : key + ":") + "\(name)\(join)(\(shown))")
            keys.append((key, name == "post"))
        }
        if chance(3) { parameters.append("\(prefix)n=\(test())") }
        if let key = keys.first?.key, chance(3) {
            let isNull = chance(2) ? "is.null" : "not.is.null"
            let tree = "n.\(test()),\(key).\(isNull)"
            let isNegated = chance(4) ? "not." : ""
            parameters.append(
                prefix + isNegated + (chance(2) ? "or=(\(tree))" : "and=(or(\(tree)),id.gt.2)"))
        }
        if let key = keys.first(where: \.isToOne)?.key, chance(2) {
            parameters.append("\(prefix)order=\(key)(n).desc,id")
        } else {
            parameters.append("\(prefix)order=n,id.desc")
        }
        if depth > 0, chance(4) { parameters.append("\(prefix)limit=\(number(3) + 1)") }
        return items.joined(separator: ",")
    }

    private mutating func test() -> String {
        let value = number(5)
        return [
            "eq.\(value)", "gte.\(value)", "lt.\(value)", "not.eq.\(value)", "in.(\(value),1)",
            "not.is.null",
            "neq.\(value)",
        ][number(7)]
    }
}
