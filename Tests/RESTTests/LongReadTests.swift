import Bytes
import Expressions
import Foundation
import HTTP
import PostgresTestSupport
import Store
import StoreSQLite
import Testing

@testable import REST

/// Answers that are too long to stand in memory until somebody has read them. Those from
/// PostgreSQL do stand there, up to a limit.
@Suite(.fewAtOnce, .timeLimit(.minutes(10))) struct LongReadTests {
    static let models = [
        "items": """
        {"properties": {"id": {"type": "integer", "identity": true},
           "title": {"type": "string"}, "note": {"type": "string"}}, "access": {"all": true}}
        """
    ]

    /// Twenty thousand rows of about a kilobyte.
    static func library() throws -> Library {
        let library = try Library(
            models: models, data: [], settings: RESTSettings(rowsMax: 1_000_000))
        let title = TestEngine.isPostgres ? "lpad(i::text, 1000, '0')" : "printf('%01000d', i)"
        try library.run(
            """
            WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000)
            INSERT INTO items (id, title) SELECT i, \(title) FROM c
            """)
        return library
    }

    @Test(.sqliteOnly) func `no more than a megabyte of an answer waits in memory`() async throws {
        let library = try Self.library()
        let response = await library.send(.get, "/items")
        #expect(response.status == 200)
        #expect(response.field("Content-Range") == "0-19999/*")
        #expect(response.body.count <= 1 << 20)
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let query: String
        var fields: [(String, String)] = []
        let status: Int
        let range: String
        let count: Int
        var testDescription: String { "\(query) \(fields)" }
    }

    static let cases = [
        Case(query: "/items", status: 200, range: "0-19999/*", count: 20_000),
        Case(
            query: "/items", fields: [("prefer", "count=exact")], status: 200,
            range: "0-19999/20000", count: 20_000),
        Case(
            query: "/items?limit=5000&offset=100", fields: [("prefer", "count=exact")], status: 206,
            range: "100-5099/20000", count: 5_000),
        Case(
            query: "/items?limit=5000&offset=17000", status: 200, range: "17000-19999/*",
            count: 3_000),
        Case(
            query: "/items?id=gt.10000&limit=30000&order=id.desc", status: 200, range: "0-9999/*",
            count: 10_000),
        Case(
            query: "/items", fields: [("range", "10-4009")], status: 200, range: "10-4009/*",
            count: 4_000),
        Case(
            query: "/items?select=id,title,note",
            fields: [
                ("accept", "application/vnd.pgrst.array+json;nulls=stripped")
            ], status: 200, range: "0-19999/*", count: 20_000),
    ]

    @Test(arguments: cases)
    func `a long answer says how many rows follow, and they do`(row: Case) async throws {
        let library = try Self.library()
        // Twice: the second time the plan and its operands come from the cache.
        for round in 0..<2 {
            let response = await library.send(.get, row.query, row.fields)
            #expect(response.status == row.status)
            #expect(response.field("Content-Range") == row.range)
            let document = try JSONDocument(parsing: try await response.whole())
            #expect(document.root.elements.count == row.count)
            let members = document.root.elements[0].members.count
            #expect(members == (row.fields.first?.0 == "accept" ? 2 : 3), "round \(round)")
        }
    }

    @Test func `operands of a cached plan count their own window`() async throws {
        let library = try Self.library()
        for (start, limit) in [(0, 3_000), (15_000, 2_000), (18_500, 4_000)] {
            let response = await library.send(.get, "/items?id=gt.\(start)&limit=\(limit)")
            let rows = min(limit, 20_000 - start)
            #expect(response.field("Content-Range") == "0-\(rows - 1)/*")
            let document = try JSONDocument(parsing: try await response.whole())
            #expect(document.root.elements.first?["id"]?.int64 == Int64(start + 1))
            #expect(document.root.elements.count == rows)
        }
    }

    @Test func `the rows are those of one moment`() async throws {
        let library = try Self.library()
        let response = await library.send(.get, "/items?select=id")
        let long = await library.send(.get, "/items", [("prefer", "count=exact")])
        #expect(await library.send(.delete, "/items?id=gt.0").status == 204)
        let rows = try JSONDocument(parsing: try await response.whole())
        #expect(rows.root.elements.count == 20_000)
        #expect(long.field("Content-Range") == "0-19999/20000")
        let document = try JSONDocument(parsing: try await long.whole())
        #expect(document.root.elements.count == 20_000)
        #expect(await library.get("/items?select=id&limit=1") == "[]")
    }

    @Test func `a slow answer that is short is held`() async throws {
        let library = try Self.library()
        let response = await library.send(.get, "/items?select=id&title=like.*7777*x")
        #expect(response.status == 200 && response.text == "[]")
    }

    @Test func `a single object is one value, however long the table`() async throws {
        let library = try Self.library()
        let accept = ("accept", "application/vnd.pgrst.object+json")
        let many = await library.send(.get, "/items", [accept])
        #expect(many.status == 406 && many.member("details") == "The result contains 20000 rows")
        let one = await library.send(.get, "/items?title=like.*19999", [accept])
        #expect(one.status == 200 && one.member("title")?.utf8.count == 1_000)
    }

    @Test(.sqliteOnly) func `a caller may have so many long answers, and others have theirs`() async throws {
        let library = try Self.library()
        let mine = Identity(role: .authenticated, userID: UUID().uuidString)
        var open: [Response] = []
        for _ in 0..<DatabaseConfiguration.temporary.longReadsPerCallerMax {
            open.append(await library.send(.get, "/items", as: mine))
        }
        #expect(open.allSatisfy { $0.status == 200 })
        let refused = await library.send(.get, "/items", as: mine)
        #expect(refused.status == 503 && refused.member("code") == "53400")
        #expect(refused.field("Retry-After") == "1")
        #expect(await library.send(.get, "/items?limit=3", as: mine).status == 200)
        let other = Identity(role: .authenticated, userID: UUID().uuidString)
        #expect(await library.send(.get, "/items", as: other).status == 200)
        // Whoever reads to the end, or lets go, makes room.
        _ = try await open.removeLast().whole()
        #expect(await library.send(.get, "/items", as: mine).status == 200)
        open = []
        #expect(await library.send(.get, "/items", as: mine).status == 200)
    }

    @Test(.sqliteOnly) func `the database closes under open answers`() async throws {
        let library = try Self.library()
        let response = await library.send(.get, "/items")
        library.database.close()
        await #expect(throws: IncompleteContent.self) { try await response.whole() }
    }
}

extension Response {
    /// The content, its parts put together.
    func whole() async throws(IncompleteContent) -> [UInt8] {
        guard case .stream(let stream) = content else { return body }
        var all: [UInt8] = []
        while let part = try await stream.next() { all += part }
        return all
    }
}
