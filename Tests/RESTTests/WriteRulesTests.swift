import Expressions
import HTTP
import PostgresTestSupport
import Store
import Testing
import Values

@testable import REST

@Suite(.fewAtOnce) struct WriteRulesTests {
    let ann = RulesTests.ann
    let bob = RulesTests.bob
    static let representation = [("prefer", "return=representation")]

    func library() throws -> Library {
        try Library(models: RulesTests.models, data: RulesTests.rows)
    }

    func titles(_ library: Library) throws -> [Value] {
        try library.values("SELECT title FROM posts ORDER BY id")
    }

    static let initial: [Value] = [
        .text("open of Ann"), .text("shut of Ann"), .text("shut of Bob"),
    ]

    static let refused: [(HTTP.Method, String, String)] = [
        (.post, "/posts", #"{"id":9,"title":"x","owner":"00000000-0000-0000-0000-00000000000a"}"#),
        (.post, "/posts", #"[{"id":9,"title":"x"},{"id":10,"title":"y"}]"#),
        (.post, "/vault", #"{"id":9,"text":"x"}"#), (.post, "/tags", #"{"id":9,"name":"x"}"#),
        (.post, "/comments", #"{"id":9,"post_id":2}"#), (.post, "/comments", #"{"id":9}"#),
    ]

    @Test(arguments: refused)
    func `a row that breaks the create rule is refused`(
        method: HTTP.Method, target: String, body: String
    ) async throws {
        let library = try library()
        let table = target.dropFirst()
        for (identity, status) in [
            (Identity.anonymous, 401), (Identity(role: .authenticated), 403),
        ] {
            let response = await library.send(method, target, body: body, as: identity)
            #expect(
                response.status == status && response.member("code") == "42501", "\(response.text)")
            #expect(
                response.member("message")
                    == "new row violates row-level security policy for table \"\(table)\"")
        }
        #expect(try titles(library) == Self.initial)
    }

    @Test func `the rule comes before the constraints`() async throws {
        let response = try await library().send(.post, "/posts", body: #"{"id":1,"title":null}"#)
        #expect(response.member("code") == "42501")
    }

    @Test func `an owner creates`() async throws {
        let library = try library()
        let response = await library.send(
            .post, "/posts?select=id,open", Self.representation, body: #"{"id":9,"title":"new"}"#,
            as: ann)
        #expect(response.status == 201 && response.text == #"[{"id":9,"open":false}]"#)
        #expect(await library.send(.post, "/vault", body: #"{"id":9}"#, as: .service).status == 201)
    }

    @Test func `a row that its writer may not read cannot be handed back`() async throws {
        let library = try library()
        let asked = await library.send(
            .post, "/inbox", Self.representation, body: #"{"id":1,"text":"x"}"#)
        #expect(asked.status == 401 && asked.member("code") == "42501")
        #expect(try library.values("SELECT count(*) FROM inbox") == [.integer(0)])
        #expect(await library.send(.post, "/inbox", body: #"{"id":1,"text":"x"}"#).status == 201)
        let hidden = await library.send(
            .post, "/comments", Self.representation, body: #"{"id":9,"post_id":1,"hidden":true}"#)
        #expect(hidden.member("code") == "42501")
    }

    @Test func `rows of others are not there for update and delete`() async throws {
        let library = try library()
        for target in ["/posts?id=eq.3", "/posts?id=eq.1", "/posts?id=gt.0"] {
            let patch = await library.send(
                .patch, target, [("prefer", "count=exact")], body: #"{"title":"x"}"#,
                as: Identity(role: .authenticated))
            #expect(patch.status == 204 && patch.field("Content-Range") == "*/0")
            let delete = await library.send(.delete, target, [("prefer", "count=exact")])
            #expect(delete.status == 204 && delete.field("Content-Range") == "*/0")
        }
        #expect(
            await library.send(.patch, "/vault?id=eq.1", body: #"{"text":"x"}"#, as: ann).status
                == 204)
        #expect(try titles(library) == Self.initial)
        #expect(try library.values("SELECT text FROM vault") == [.text("gold")])
    }

    @Test func `only one's own rows are hit`() async throws {
        let library = try library()
        let patch = await library.send(
            .patch, "/posts?id=gt.0&select=id&order=id", Self.representation,
            body: #"{"title":"x"}"#, as: ann)
        #expect(patch.text == #"[{"id":1},{"id":2}]"#)
        #expect(try titles(library) == [.text("x"), .text("x"), .text("shut of Bob")])
    }

    static let changes: [String] = [
        #"{"owner":"00000000-0000-0000-0000-00000000000b"}"#, #"{"id":77}"#, #"{"owner":null}"#,
    ]

    @Test(arguments: changes)
    func `a row may not become what the check forbids`(body: String) async throws {
        let library = try library()
        let response = await library.send(.patch, "/posts?id=eq.1", body: body, as: ann)
        #expect(response.status == 403 && response.member("code") == "42501", "\(response.text)")
        #expect(
            response.member("message")
                == "new row violates row-level security policy for table \"posts\"")
        #expect(try titles(library) == Self.initial)
    }

    @Test func `a write does not look at rows its caller may not read`() async throws {
        let models = [
            "notes": """
            {"properties": {"id": {"type": "integer"}, "text": {"type": "string"}, "n": {"type": "integer"}},
             "access": {"read": "id = 1", "update": true, "delete": true}}
            """
        ]
        let library = try Library(
            models: models, data: ["INSERT INTO notes VALUES (1, 'a', 0), (2, 'b', 0)"])
        let fields = [("prefer", "count=exact")]
        let patch = await library.send(.patch, "/notes?text=eq.b", fields, body: #"{"n":1}"#)
        #expect(patch.field("Content-Range") == "*/0")
        #expect(
            await library.send(.delete, "/notes?text=eq.b", fields).field("Content-Range") == "*/0")
        #expect(
            await library.send(.patch, "/notes?text=eq.a", fields, body: #"{"n":1}"#).field(
                "Content-Range") == "0-0/1")
    }

    @Test func `a check sees old and new whatever the columns are called`() async throws {
        let models = [
            "t": """
            {"properties": {"id": {"type": "integer"}, "n": {"type": "integer"},
               "key": {"type": "integer"}, "value": {"type": "integer"},
               "c0": {"type": "integer"}},
             "access": {"read": true, "create": true, "delete": true,
               "update": {"using": true, "check": "n > old.n and not changed(key)"}}}
            """
        ]
        let library = try Library(models: models, data: ["INSERT INTO t VALUES (1, 1, 2, 3, 5)"])
        let up = await library.send(
            .patch, "/t?n=eq.1", Self.representation, body: #"{"n":2,"value":9}"#)
        #expect(up.text == #"[{"id":1,"n":2,"key":2,"value":9,"c0":5}]"#)
        #expect(await library.send(.patch, "/t?id=eq.1", body: #"{"n":2}"#).status == 401)
        #expect(await library.send(.patch, "/t?id=eq.1", body: #"{"n":3,"key":1}"#).status == 401)
        let merged = await library.send(
            .post, "/t", [("prefer", "resolution=merge-duplicates")], body: #"{"id":1,"n":0}"#)
        #expect(merged.status == 401)
        #expect(try library.values("SELECT n FROM t") == [.integer(2)])
    }

    // MARK: Upsert

    @Test func `an upsert inserts under the create rule and updates under the update rule`()
        async throws
    {
        let library = try library()
        let merge = [("prefer", "resolution=merge-duplicates,return=representation")]
        let own = await library.send(
            .post, "/posts?select=id,title", merge,
            body: #"[{"id":2,"title":"x"},{"id":9,"title":"y"}]"#, as: ann)
        #expect(own.status == 201 && own.text == #"[{"id":2,"title":"x"},{"id":9,"title":"y"}]"#)
        let other = await library.send(
            .post, "/posts", merge, body: #"[{"id":3,"title":"x"}]"#, as: ann)
        #expect(
            other.status == 403
                && other.member("message")
                    == "new row violates row-level security policy for table \"posts\""
        )
        let gift = await library.send(
            .post, "/posts", merge,
            body: #"[{"id":2,"title":"x","owner":"00000000-0000-0000-0000-00000000000b"}]"#, as: ann
        )
        #expect(gift.status == 403 && gift.member("code") == "42501")
        let forged = await library.send(
            .post, "/posts", merge,
            body: #"[{"id":20,"title":"x","owner":"00000000-0000-0000-0000-00000000000b"}]"#,
            as: ann)
        #expect(forged.status == 403)
        #expect(
            try titles(library) == [
                .text("open of Ann"), .text("x"), .text("shut of Bob"), .text("y"),
            ])
    }

    @Test func `ignored duplicates tell nothing about hidden rows`() async throws {
        let library = try library()
        let response = await library.send(
            .post, "/posts?select=id,title",
            [("prefer", "resolution=ignore-duplicates,return=representation")],
            body: #"[{"id":3,"title":"x"}]"#, as: ann)
        #expect(response.status == 201 && response.text == "[]")
        #expect(try titles(library) == Self.initial)
    }

    @Test func `columns under a rule of the row are written by those the rule lets`() async throws {
        let models = [
            "cards": """
            {"properties": {"id": {"type": "integer"}, "owner": {"type": "string"},
               "note": {"type": "string", "access": {"read": "owner = auth.role()", "update": "owner = auth.role()"}}},
             "access": {"all": true}}
            """
        ]
        let rows = ["INSERT INTO cards VALUES (1, 'anon', 'mine'), (2, 'root', 'theirs')"]
        let library = try Library(models: models, data: rows)
        #expect(
            await library.get("/cards?select=id,note&order=id")
                == #"[{"id":1,"note":"mine"},{"id":2,"note":null}]"#)
        #expect(await library.send(.get, "/cards?note=eq.theirs").member("code") == "42501")
        #expect(await library.send(.get, "/cards?order=note").member("code") == "42501")
        #expect(await library.send(.patch, "/cards?id=eq.1", body: #"{"note":"x"}"#).status == 204)
        #expect(await library.send(.patch, "/cards?id=eq.2", body: #"{"note":"x"}"#).status == 401)
        #expect(await library.send(.patch, "/cards?id=eq.2", body: #"{"id":3}"#).status == 204)
    }
}
