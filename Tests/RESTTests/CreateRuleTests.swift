import Expressions
import HTTP
import PostgresTestSupport
import Store
import StoreSQLite
import TestSupport
import Testing
import Values

@testable import REST

/// Where create rules are judged: those of a row's own values before the writer hears of it, those
/// that look other rows up by the store.
@Suite(.fewAtOnce, .timeLimit(.minutes(10))) struct CreateRuleTests {
    private static let models: [String: String] = [
        "rooms": """
        {"properties": {"id": {"type": "integer"}, "open": {"type": "boolean"}},
         "required": ["open"], "access": {"all": true}}
        """,
        "posts": """
        {"properties": {"id": {"type": "integer", "identity": true},
           "room": {"type": "integer"}, "title": {"type": "string"}},
         "required": ["title"], "unique": [["title"]],
         "access": {"read": true, "update": true,
           "create": "title <> 'no' and exists(rooms where id = posts.room and open)"}}
        """,
        "notes": """
        {"properties": {"id": {"type": "integer"}, "title": {"type": "string"}},
         "required": ["title"], "access": {"read": true, "create": "title <> 'no'"}}
        """,
    ]

    private static func library() throws -> Library {
        try Library(
            models: models, data: ["INSERT INTO rooms VALUES (1, 1), (2, 1), (3, 0)"])
    }

    private static func post(_ target: String, _ body: String) -> Request {
        Request(.post, "/rest/v1" + target, body: Array(body.utf8))
    }

    static let refused = [
        #"{"id":1,"title":"no"}"#, #"[{"id":1,"title":"x"},{"id":2,"title":"no"}]"#,
        #"[{"id":1,"title":null},{"id":2,"title":"no"}]"#,
    ]

    @Test(arguments: refused)
    func `a rule of a row's own values is judged before the writer hears of it`(
        body: String
    ) throws {
        let library = try Self.library()
        let answer = library.table.answer(to: Self.post("/notes", body), from: .anonymous)
        guard case .response(let response) = answer else {
            Issue.record("the writer was asked")
            return
        }
        #expect(response.status == 401 && response.member("code") == "42501")
        #expect(try library.values("SELECT id FROM notes").isEmpty)
    }

    /// Rows of a body by their rooms, and whether they may be created.
    static let bodies: [([Int?], Bool)] = [
        ([1], true), ([3], false), ([nil], false), ([9], false),
        (Array(repeating: [1, 2], count: 300).flatMap { $0 }, true),
        (Array(repeating: [1, 2], count: 300).flatMap { $0 } + [3], false),
        ([3] + Array(repeating: 1, count: 300), false),
    ]

    @Test(arguments: bodies, ["", "?on_conflict=title"])
    func `a rule that looks rows up is judged for every row`(
        body: (rooms: [Int?], passes: Bool), target: String
    ) async throws {
        let library = try Self.library()
        let rows = body.rooms.enumerated().map { index, room in
            #"{"room":\#(room.map(String.init) ?? "null"),"title":"t\#(index)"}"#
        }
        let prefer = target.isEmpty ? [] : [("prefer", "resolution=merge-duplicates")]
        let response = await library.send(
            .post, "/posts" + target, prefer, body: "[\(rows.joined(separator: ","))]")
        #expect(response.status == (body.passes ? 201 : 401), "\(response.text)")
        let count = try library.values("SELECT count(*) FROM posts")
        #expect(count == [.integer(body.passes ? Int64(rows.count) : 0)])
        // Who may not create uses no number up.
        let next = await library.send(
            .post, "/posts?select=id", [("prefer", "return=representation")],
            body: #"{"room":1,"title":"last"}"#)
        #expect(next.text == #"[{"id":\#(body.passes ? rows.count + 1 : 1)}]"#)
    }
}
