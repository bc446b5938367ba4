import Expressions
import HTTP
import PostgresTestSupport
import Store
import StoreSQLite
import Testing

@testable import REST

/// What takes long to plan is planned elsewhere, and answered like all else.
@Suite(.fewAtOnce) struct PlanningCostTests {
    /// A query, and whether it is read and planned on the loop.
    struct Example: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let query: String
        var isLong = false
        var isCostly = false
    }

    static func list(_ count: Int, _ item: (Int) -> String) -> String {
        (0..<count).map(item).joined(separator: ",")
    }

    static let examples = [
        Example(testDescription: "a lookup", query: "id=eq.1"),
        Example(testDescription: "all columns", query: "select=*,reviews(*),authors(*)"),
        Example(
            testDescription: "a page of keys", query: "select=id&id=in.(\(list(200, String.init)))"),
        Example(
            testDescription: "many embeds",
            query: "select=id,\(list(20) { "e\($0):reviews(id)" })", isCostly: true),
        Example(
            testDescription: "many stars", query: "select=\(list(200) { _ in "*" })",
            isCostly: true),
        Example(
            testDescription: "many columns", query: "select=\(list(300) { "a\($0):id" })",
            isCostly: true),
        Example(
            testDescription: "many order terms",
            query: (0..<5).map { _ in "order=\(list(60) { _ in "id" })" }.joined(separator: "&"),
            isCostly: true),
        Example(
            testDescription: "many values", query: "id=in.(\(list(8000, String.init)))",
            isLong: true, isCostly: true),
        Example(
            testDescription: "many tests", query: "or=(\(list(500) { "id.eq.\($0)" }))",
            isLong: true, isCostly: true),
    ]

    @Test(arguments: examples) func `a request costs what its parts do`(example: Example) throws {
        let library = try Library()
        let planning = Planning(
            library.catalogue, library.rulebook, library.settings, library.database,
            SQLiteDialect())
        let request = Request(.get, "/books?\(example.query)")
        let draft = PlanDraft(
            request: request, table: Array("books".utf8)[...], identity: .anonymous,
            context: .none, key: nil)
        #expect(draft.isLong == example.isLong)
        #expect(try planning.parse(draft).isCostly == example.isCostly)
    }

    @Test func `more than anybody should have to plan is refused`() async throws {
        let deep = Self.list(1000) { "a\($0):title->a->b->c->>d" }
        let response = try await Library().send(.get, "/books?select=\(deep)")
        #expect(response.status == 400 && response.member("code") == "54000")
    }

    static let reads = [
        "select=id&or=(id.eq.2,\(list(500) { "and(id.eq.\($0 + 100),title.eq.x)" }))",
        "select=id&id=in.(\(list(3000) { String($0 + 100) }),2)&title=neq.x&limit=5",
        "select=id&id=in.(2,\(list(200) { String($0 + 100) }))&id=gt.1&limit=5&offset=0",
        "select=id&not.and=(id.neq.2,not.or(\(list(400) { "id.eq.\($0 + 100)" })))",
    ]

    @Test(arguments: reads) func `a long request finds what it asks for`(query: String) async throws
    {
        let library = try Library()
        for _ in 0..<2 {
            let response = await library.send(.get, "/books?\(query)", [("prefer", "count=exact")])
            #expect(response.status == 200 && response.text == #"[{"id":2}]"#, "\(response.text)")
            #expect(response.field("Content-Range") == "0-0/1")
        }
    }

    @Test func `a long filter chooses what is written`() async throws {
        let library = try Library()
        let filter = "id=in.(2,\(Self.list(3000) { String($0 + 100) }))&title=neq.nothing"
        for title in ["once", "again"] {
            let changed = await library.send(
                .patch, "/books?select=id,title&\(filter)",
                [("prefer", "return=representation")], body: #"{"title":"\#(title)"}"#)
            #expect(changed.text == #"[{"id":2,"title":"\#(title)"}]"#)
        }
        let byKey = await library.send(
            .patch, "/books?id=eq.2&\(filter)", body: #"{"title":"by key"}"#)
        #expect(byKey.status == 204)
        #expect(await library.get("/books?select=id&title=eq.by%20key") == #"[{"id":2}]"#)
        let deleted = await library.send(
            .delete, "/books?select=id&\(filter)", [("prefer", "return=representation")])
        #expect(deleted.text == #"[{"id":2}]"#)
        #expect(await library.get("/books?select=id&id=eq.2") == "[]")
    }
}
