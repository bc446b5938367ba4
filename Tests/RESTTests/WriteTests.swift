import Expressions
import HTTP
import PostgresTestSupport
import Store
import Testing
import Values

@testable import REST

@Suite(.fewAtOnce) struct InsertTests {
    static let bodies: [(String, String, String)] = [
        ("/authors?select=id,name", #"{"name":"Cy"}"#, #"[{"id":3,"name":"Cy"}]"#),
        (
            "/authors?select=name", #"[{"name":"Cy"},{"name":"Di"}]"#,
            #"[{"name":"Cy"},{"name":"Di"}]"#
        ),
        (
            "/authors?select=name&order=name.desc", #"[{"name":"Cy"},{"name":"Di"}]"#,
            #"[{"name":"Di"},{"name":"Cy"}]"#
        ),
        ("/authors", "[]", "[]"), ("/authors?columns=name", "[]", "[]"),
        (
            "/authors?columns=name&select=name", #"[{"name":"Cy","x":1},{"name":"Di","y":2}]"#,
            #"[{"name":"Cy"},{"name":"Di"}]"#
        ),
        ("/authors?select=id,name", #"{"name":42}"#, #"[{"id":3,"name":"42"}]"#),
        ("/authors?select=id", #"{"name":"Cy","id":"77"}"#, #"[{"id":77}]"#),
        (
            "/books?select=title,author_id(name),reviews(stars)", #"{"title":"Cay","author_id":2}"#,
            #"[{"title":"Cay","author_id":{"name":"Bob"},"reviews":[]}]"#
        ),
        ("/books?select=title&id=eq.1", #"{"title":"Cay"}"#, #"[{"title":"Cay"}]"#),
    ]

    @Test(arguments: bodies)
    func `inserted rows come back as selected`(target: String, body: String, answer: String)
        async throws
    {
        let response = try await Library().send(
            .post, target, [("prefer", "return=representation")], body: body)
        #expect(response.status == 201 && response.text == answer)
    }

    @Test func `by default nothing comes back`() async throws {
        let library = try Library()
        let response = await library.send(.post, "/authors", body: #"{"name":"Cy"}"#)
        #expect(response.status == 201 && response.body.isEmpty)
        #expect(response.field("Content-Range") == "*/*" && response.field("Content-Type") == nil)
        let counted = await library.send(
            .post, "/authors", [("prefer", "count=exact")], body: #"[{"name":"D"},{"name":"E"}]"#)
        #expect(
            counted.field("Content-Range") == "*/2"
                && counted.field("Preference-Applied") == "count=exact")
        #expect(try library.values("SELECT count(*) FROM authors") == [.integer(5)])
    }

    @Test func `headers-only tells where the row is`() async throws {
        let library = try Library()
        let one = await library.send(
            .post, "/authors", [("prefer", "return=headers-only")], body: #"{"name":"Cy"}"#)
        #expect(
            one.status == 201 && one.field("Location") == "/authors?id=eq.3" && one.body.isEmpty)
        let pair = await library.send(
            .post, "/book_genres", [("prefer", "return=headers-only")],
            body: #"{"book_id":1,"genre_id":2}"#)
        #expect(pair.field("Location") == "/book_genres?book_id=eq.1&genre_id=eq.2")
        let two = await library.send(
            .post, "/authors", [("prefer", "return=headers-only")],
            body: #"[{"name":"D"},{"name":"E"}]"#)
        #expect(two.field("Location") == nil)
    }

    @Test func `one bad row undoes them all`() async throws {
        let library = try Library()
        let response = await library.send(
            .post, "/genres", body: #"[{"name":"new"},{"name":"sea"}]"#)
        #expect(response.status == 409)
        #expect(try library.values("SELECT count(*) FROM genres") == [.integer(2)])
    }

    @Test func `a single object is one row`() async throws {
        let library = try Library()
        let fields = [
            ("prefer", "return=representation"), ("accept", "application/vnd.pgrst.object+json"),
        ]
        let one = await library.send(.post, "/authors?select=name", fields, body: #"{"name":"Cy"}"#)
        #expect(one.status == 201 && one.text == #"{"name":"Cy"}"#)
        let two = await library.send(
            .post, "/authors", fields, body: #"[{"name":"D"},{"name":"E"}]"#)
        #expect(two.status == 406 && two.member("code") == "PGRST116")
        #expect(try library.values("SELECT count(*) FROM authors") == [.integer(3)])
    }

    static let notes: [String: String] = [
        "notes": """
        {"properties": {
           "id": {"type": "string", "format": "uuid", "default": {"$expr": "gen_random_uuid()"}},
           "text": {"type": "string", "default": "empty"}, "n": {"type": "integer", "default": 7},
           "tags": {"type": "array", "items": {"type": "string"}, "default": []},
           "owner": {"type": "string", "format": "uuid", "default": {"$expr": "auth.uid()"}},
           "made": {"type": "string", "format": "date-time", "default": {"$expr": "now()"}, "readOnly": true},
           "seen": {"type": "string", "format": "date-time", "onUpdate": {"$expr": "now()"}, "readOnly": true}},
         "required": ["text", "tags", "made"], "access": {"all": true}}
        """
    ]

    @Test func `defaults fill what is left out`() async throws {
        let library = try Library(models: Self.notes, data: [])
        let user = Identity(role: .authenticated, userID: "00000000-0000-0000-0000-000000000001")
        let response = await library.send(
            .post, "/notes?select=text,n,tags,owner,seen", [("prefer", "return=representation")],
            body: "{}", as: user)
        #expect(
            response.text == #"[{"text":"empty","n":7,"tags":[],"#
                + #""owner":"00000000-0000-0000-0000-000000000001","seen":null}]"#)
    }

    @Test func `rows of one body may refer to one another`() async throws {
        let models = [
            "nodes": """
            {"properties": {"id": {"type": "integer"},
               "up": {"type": "integer", "references": {"model": "nodes"}}},
             "access": {"all": true}}
            """
        ]
        let library = try Library(models: models, data: [])
        let chain = await library.send(
            .post, "/nodes", body: #"[{"id":1,"up":2},{"id":2,"up":3},{"id":3,"up":null}]"#)
        #expect(chain.status == 201)
        let broken = await library.send(
            .post, "/nodes", body: #"[{"id":4,"up":5},{"id":5,"up":9}]"#)
        #expect(broken.status == 409)
        #expect(broken.member("details") == "Key (up)=(9) is not present in table \"nodes\".")
        #expect(try library.values("SELECT count(*) FROM nodes") == [.integer(3)])
    }

    static let gaps: [(String, String)] = [
        ("return=representation", #"[{"n":1,"text":"a"},{"n":null,"text":"b"}]"#),
        ("return=representation,missing=default", #"[{"n":1,"text":"a"},{"n":7,"text":"b"}]"#),
    ]

    @Test(arguments: gaps)
    func `listed columns that are absent are null or default`(prefer: String, body: String)
        async throws
    {
        let library = try Library(models: Self.notes, data: [])
        let response = await library.send(
            .post, "/notes?columns=n,text&select=n,text", [("prefer", prefer)],
            body: #"[{"n":1,"text":"a"},{"text":"b"}]"#)
        #expect(response.text == body)
    }

    @Test func `read-only columns are the server's`() async throws {
        let library = try Library(models: Self.notes, data: [])
        let made = #"{"made":"2020-01-01T00:00:00Z"}"#
        let refused = await library.send(.post, "/notes", body: made)
        #expect(refused.status == 400 && refused.member("code") == "428C9")
        let taken = await library.send(.post, "/notes", body: made, as: .service)
        #expect(taken.status == 201)
        let patched = await library.send(.patch, "/notes?n=eq.7", body: made)
        #expect(patched.member("code") == "428C9")
        let stamped = await library.send(
            .patch, "/notes?n=eq.7&select=n", [("prefer", "return=representation")],
            body: #"{"n":8}"#)
        #expect(stamped.text == #"[{"n":8}]"#)
        #expect(try library.values("SELECT seen IS NOT NULL FROM notes") == [.integer(1)])
    }
}

@Suite(.fewAtOnce) struct UpsertTests {
    static let merge = [("prefer", "resolution=merge-duplicates,return=representation")]

    @Test func `rows that are there are updated and others inserted`() async throws {
        let library = try Library()
        let response = await library.send(
            .post, "/authors?select=id,name", Self.merge,
            body: #"[{"id":1,"name":"Anna"},{"id":9,"name":"Zoe"}]"#)
        #expect(
            response.status == 201
                && response.text == #"[{"id":1,"name":"Anna"},{"id":9,"name":"Zoe"}]"#)
        let other = await library.send(
            .post, "/genres?on_conflict=name", [("prefer", "resolution=merge-duplicates")],
            body: #"[{"name":"sea"}]"#)
        #expect(other.status == 200)
        #expect(try library.values("SELECT count(*) FROM genres") == [.integer(2)])
    }

    @Test func `columns that are not given stay`() async throws {
        let library = try Library()
        let response = await library.send(
            .post, "/books", Self.merge, body: #"{"id":1,"title":"Asche"}"#)
        #expect(response.text == #"[{"id":1,"title":"Asche","author_id":1,"editor_id":2}]"#)
    }

    @Test func `duplicates are ignored when asked`() async throws {
        let library = try Library()
        let response = await library.send(
            .post, "/genres?on_conflict=name&select=name",
            [("prefer", "resolution=ignore-duplicates,return=representation")],
            body: #"[{"name":"sea"},{"name":"new"},{"name":"new"}]"#)
        #expect(response.status == 201 && response.text == #"[{"name":"new"}]"#)
    }

    @Test func `a key of nothing else is a no-op that hands the row back`() async throws {
        let response = try await Library().send(
            .post, "/book_genres", Self.merge, body: #"[{"book_id":1,"genre_id":1}]"#)
        #expect(response.status == 200 && response.text == #"[{"book_id":1,"genre_id":1}]"#)
    }

    static let failures: [(String, String, String, Int)] = [
        ("/authors", #"[{"id":1,"name":"a"},{"id":1,"name":"b"}]"#, "21000", 500),
        ("/authors?on_conflict=name", #"{"name":"a"}"#, "42P10", 400),
        ("/authors?on_conflict=nope", #"{"name":"a"}"#, "42703", 400),
        ("/genres", #"[{"id":1,"name":"sea"}]"#, "23505", 409),
        ("/books", #"[{"id":1,"title":"x","author_id":99}]"#, "23503", 409),
    ]

    @Test(arguments: failures)
    func `an upsert that cannot be is undone`(
        target: String, body: String, code: String, status: Int
    ) async throws {
        let library = try Library()
        let response = await library.send(.post, target, Self.merge, body: body)
        #expect(response.status == status && response.member("code") == code, "\(response.text)")
        #expect(
            try library.values("SELECT name FROM authors ORDER BY id") == [
                .text("Ann"), .text("Bob"),
            ])
    }

    @Test func `on_conflict without a resolution is a plain insert`() async throws {
        let response = try await Library().send(
            .post, "/genres?on_conflict=name", body: #"{"name":"sea"}"#)
        #expect(response.status == 409)
    }
}

@Suite(.fewAtOnce) struct UpdateTests {
    static let representation = [("prefer", "return=representation")]

    static let patches: [(String, String, String)] = [
        ("/books?id=eq.1&select=id,title", #"{"title":"x"}"#, #"[{"id":1,"title":"x"}]"#),
        ("/books?title=eq.Ash&select=title", #"{"title":"x"}"#, #"[{"title":"x"}]"#),
        (
            "/books?id=gt.0&select=title&order=id.desc", #"{"editor_id":1}"#,
            #"[{"title":"Bay"},{"title":"Ash"}]"#
        ),
        ("/books?id=eq.99", #"{"title":"x"}"#, "[]"), ("/books?id=eq.1", "{}", "[]"),
        ("/books?id=eq.1", "[]", "[]"), ("/books?id=eq.1", "[{}]", "[]"),
        ("/books?id=eq.1&select=title", #"[{"title":"x"},{"title":"y"}]"#, #"[{"title":"x"}]"#),
        (
            "/books?id=eq.1&columns=title&select=title,editor_id",
            #"{"title":"x","editor_id":null}"#,
            #"[{"title":"x","editor_id":2}]"#
        ),
        (
            "/books?or=(id.eq.1,id.eq.7)&select=title,authors!author_id(name)", #"{"author_id":2}"#,
            #"[{"title":"Ash","authors":{"name":"Bob"}}]"#
        ),
        ("/authors?id=eq.2&select=id,name", #"{"id":5}"#, ""),
        (
            "/genres?id=eq.1&select=id,name&limit=0", #"{"name":"noir"}"#,
            #"[{"id":1,"name":"noir"}]"#
        ),
    ]

    @Test(arguments: patches)
    func `changed rows come back as selected`(target: String, body: String, answer: String)
        async throws
    {
        let response = try await Library().send(.patch, target, Self.representation, body: body)
        if answer.isEmpty {
            #expect(response.status == 409)
        } else {
            #expect(response.status == 200 && response.text == answer, "\(response.text)")
        }
    }

    @Test func `the range tells how many rows changed`() async throws {
        let library = try Library()
        let response = await library.send(
            .patch, "/books?id=gt.0", [("prefer", "count=exact")], body: #"{"title":"x"}"#)
        #expect(response.status == 204 && response.field("Content-Range") == "0-1/2")
        let none = await library.send(
            .patch, "/books?id=gt.9", [("prefer", "count=exact")], body: #"{"title":"x"}"#)
        #expect(none.field("Content-Range") == "*/0")
        let gone = await library.send(.delete, "/reviews?id=gt.0", [("prefer", "count=exact")])
        #expect(gone.status == 204 && gone.field("Content-Range") == "*/2")
    }

    @Test func `max-affected undoes a write that hits more rows`() async throws {
        let library = try Library()
        let fields = [("prefer", "handling=strict,max-affected=1")]
        let patch = await library.send(.patch, "/books?id=gt.0", fields, body: #"{"title":"x"}"#)
        #expect(patch.status == 400 && patch.member("code") == "PGRST124")
        let delete = await library.send(.delete, "/reviews?id=gt.0", fields)
        #expect(delete.member("details") == "The query affects 2 rows")
        #expect(try library.values("SELECT count(*) FROM reviews") == [.integer(2)])
        #expect(await library.send(.delete, "/reviews?id=eq.1", fields).status == 204)
        let lenient = await library.send(
            .delete, "/reviews?id=gt.0", [("prefer", "max-affected=0")])
        #expect(lenient.status == 204)
    }

    @Test func `one object is asked for and not there`() async throws {
        let library = try Library()
        let fields = [("accept", "application/vnd.pgrst.object+json")]
        #expect(
            await library.send(.patch, "/books?id=eq.9", fields, body: #"{"title":"x"}"#).status
                == 406)
        #expect(
            await library.send(.delete, "/reviews?id=gt.0", fields).member("code") == "PGRST116")
        #expect(try library.values("SELECT count(*) FROM reviews") == [.integer(2)])
    }

    @Test func `deleted rows come back as they were`() async throws {
        let library = try Library()
        let response = await library.send(
            .delete, "/books?id=eq.1&select=title,reviews(stars),genres(name)", Self.representation)
        #expect(response.status == 200)
        #expect(
            response.text
                == #"[{"title":"Ash","reviews":[{"stars":5},{"stars":3}],"genres":[{"name":"crime"}]}]"#
        )
        #expect(try library.values("SELECT count(*) FROM reviews") == [.integer(0)])
        #expect(await library.send(.delete, "/books?id=eq.1", Self.representation).text == "[]")
    }

    @Test func `unfiltered writes are allowed by a setting`() async throws {
        let library = try Library(settings: RESTSettings(refusesUnfilteredWrites: false))
        #expect(await library.send(.patch, "/books", body: #"{"title":"x"}"#).status == 204)
        #expect(await library.send(.delete, "/book_genres").status == 204)
        #expect(try library.values("SELECT count(*) FROM book_genres") == [.integer(0)])
    }
}
