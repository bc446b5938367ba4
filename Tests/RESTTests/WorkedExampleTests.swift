import HTTP
import PostgresTestSupport
import Testing

@testable import REST

/// rest.md §8.9 and §23, byte for byte.
@Suite(.fewAtOnce) struct WorkedExampleTests {
    static let examples: [(String, Int, String?)] = [
        ("/books?select=title,authors(name)", 300, nil),
        (
            "/books?select=title,author:authors!author_id(name)&id=eq.1", 200,
            #"[{"title":"Ash","author":{"name":"Ann"}}]"#
        ),
        (
            "/books?select=title,editor_id(name)&order=id", 200,
            #"[{"title":"Ash","editor_id":{"name":"Bob"}},{"title":"Bay","editor_id":null}]"#
        ),
        (
            "/authors?select=name,books!author_id(title)&order=id&books.order=title.desc&books.limit=1",
            200,
            #"[{"name":"Ann","books":[{"title":"Bay"}]},{"name":"Bob","books":[]}]"#
        ),
        (
            "/books?select=title,reviews(stars)&reviews.stars=gte.4&order=id", 200,
            #"[{"title":"Ash","reviews":[{"stars":5}]},{"title":"Bay","reviews":[]}]"#
        ),
        (
            "/books?select=title,reviews!inner(stars)&reviews.stars=gte.4", 200,
            #"[{"title":"Ash","reviews":[{"stars":5}]}]"#
        ),
        (
            "/books?select=title,genres(name),g:genres!inner()&g.name=eq.sea&genres.order=name",
            200,
            #"[{"title":"Bay","genres":[{"name":"crime"},{"name":"sea"}]}]"#
        ),
        ("/books?select=title,reviews()&reviews=is.null", 200, #"[{"title":"Bay"}]"#),
        (
            "/books?select=title,reviews(),genres()&reviews.stars=eq.5&genres.name=eq.sea"
                + "&or=(reviews.not.is.null,genres.not.is.null)&order=id", 200,
            #"[{"title":"Ash"},{"title":"Bay"}]"#
        ),
        (
            "/books?select=title,e:authors!editor_id(name)&order=e(name).nullsfirst", 200,
            #"[{"title":"Bay","e":null},{"title":"Ash","e":{"name":"Bob"}}]"#
        ),
        (
            "/authors?select=name,books!author_id(title,genres(name))&id=eq.1", 200,
            #"[{"name":"Ann","books":[{"title":"Ash","genres":[{"name":"crime"}]},"#
                + #"{"title":"Bay","genres":[{"name":"crime"},{"name":"sea"}]}]}]"#
        ),
        ("/books?select=title,nope(x)", 400, nil),
        ("/books?select=title&reviews.stars=eq.5", 400, nil),
        ("/books?select=title,...authors!author_id(by:name)&id=eq.2", 400, nil),
        (
            "/books?select=title,reviews(count)&order=id", 200,
            #"[{"title":"Ash","reviews":[{"count":2}]},{"title":"Bay","reviews":[{"count":0}]}]"#
        ),
        ("/books?select=count", 200, #"[{"count":2}]"#),
        ("/books?select=n:count()&id=gt.9", 200, #"[{"n":0}]"#),
        (
            "/books?select=title,reviews!inner(count)", 200,
            #"[{"title":"Ash","reviews":[{"count":2}]}]"#
        ),
    ]

    @Test(arguments: examples)
    func `a worked example answers as PostgREST`(target: String, status: Int, body: String?)
        async throws
    {
        let library = try Library()
        let response = await library.send(.get, target)
        #expect(response.status == status)
        if let body { #expect(response.text == body) }
        // The second time the plan comes from the cache.
        let again = await library.send(.get, target)
        #expect(again.status == response.status && again.text == response.text)
    }

    static let codes: [(String, String)] = [
        ("/books?select=title,authors(name)", "PGRST201"),
        ("/books?select=title,nope(x)", "PGRST200"),
        ("/books?select=title&reviews.stars=eq.5", "PGRST108"),
        ("/books?select=title,...authors!author_id(by:name)", "PGRST127"),
        ("/books?select=title,count()", "PGRST123"),
        ("/books?select=title,reviews(stars)&order=reviews(stars)", "PGRST118"),
    ]

    @Test(arguments: codes)
    func `what cannot be has its code`(target: String, code: String) async throws {
        #expect(try await Library().send(.get, target).member("code") == code)
    }

    @Test func `an ambiguous embed names its choices`() async throws {
        let response = try await Library().send(.get, "/books?select=title,authors(name)")
        #expect(
            response.text == #"{"code":"PGRST201","details":[{"cardinality":"many-to-one","#
                + #""embedding":"books with authors","relationship":"books_author_id_fkey using "#
                + #"books(author_id) and authors(id)"},{"cardinality":"many-to-one","embedding":"#
                + #""books with authors","relationship":"books_editor_id_fkey using books(editor_id) and "#
                + #"authors(id)"}],"hint":"Try changing 'authors' to one of the following: "#
                + #"'authors!books_author_id_fkey', 'authors!books_editor_id_fkey'. Find the desired "#
                + #"relationship in the 'details' key.","message":"Could not embed because more than one "#
                + #"relationship was found for 'books' and 'authors'"}"#)
    }

    @Test func `supabase-js inserts rows and selects them`() async throws {
        let response = try await Library().send(
            .post, "/books?columns=%22title%22,%22author_id%22&select=id,title",
            [
                ("content-type", "application/json"), ("prefer", "return=representation"),
                ("content-profile", "public"),
            ],
            body: #"[{"title":"Cay","author_id":2},{"title":"Dew","author_id":2}]"#)
        #expect(response.status == 201)
        #expect(response.text == #"[{"id":3,"title":"Cay"},{"id":4,"title":"Dew"}]"#)
        #expect(response.field("Content-Range") == "*/*")
        #expect(response.field("Preference-Applied") == "return=representation")
        #expect(response.field("Content-Type") == "application/json; charset=utf-8")
        #expect(response.field("Content-Profile") == "public")
    }

    @Test func `an upsert that inserts nothing is 200`() async throws {
        let response = try await Library().send(
            .post, "/authors?on_conflict=id",
            [("prefer", "resolution=merge-duplicates,return=representation")],
            body: #"[{"id":1,"name":"Anna"}]"#)
        #expect(response.status == 200 && response.text == #"[{"id":1,"name":"Anna"}]"#)
        #expect(
            response.field("Preference-Applied")
                == "resolution=merge-duplicates, return=representation")
    }

    @Test func `a patch without a match is no error`() async throws {
        let response = try await Library().send(.patch, "/books?id=eq.99", body: #"{"title":"x"}"#)
        #expect(response.status == 204 && response.field("Content-Range") == "*/*")
        #expect(response.body.isEmpty && response.field("Content-Type") == nil)
    }

    @Test func `a page knows the whole`() async throws {
        let library = try Library()
        let page = await library.send(
            .get, "/books?select=id&limit=1&offset=0", [("prefer", "count=exact")])
        #expect(
            page.status == 206 && page.field("Content-Range") == "0-0/2"
                && page.text == #"[{"id":1}]"#)
        #expect(page.field("Preference-Applied") == "count=exact")
        let head = await library.send(.head, "/books?select=*", [("prefer", "count=exact")])
        #expect(head.status == 200 && head.field("Content-Range") == "0-1/2")
        #expect(!head.tellsLengthToHead)
    }

    static let failures: [(HTTP.Method, String, String, Int, String)] = [
        (
            .post, "/books", #"{"id":1,"title":"Ash"}"#, 409,
            #"{"code":"23505","details":"Key (id)=(1) already exists.","hint":null,"#
                + #""message":"duplicate key value violates unique constraint \"books_pkey\""}"#
        ),
        (
            .delete, "/authors?id=eq.1", "", 409,
            #"{"code":"23503","details":"Key (id)=(1) is still referenced from table \"books\".","hint":null,"#
                + #""message":"update or delete on table \"authors\" violates foreign key constraint "#
                + #"\"books_author_id_fkey\" on table \"books\""}"#
        ),
        (
            .get, "/books?id=eq.abc", "", 400,
            #"{"code":"22P02","details":null,"hint":null,"#
                + #""message":"invalid input syntax for type bigint: \"abc\""}"#
        ),
    ]

    @Test(arguments: failures)
    func `a failure has all four members`(
        method: HTTP.Method, target: String, body: String, status: Int, text: String
    ) async throws {
        let response = try await Library().send(method, target, body: body)
        #expect(response.status == status && response.text == text)
        #expect(response.field("Content-Type") == "application/json; charset=utf-8")
        #expect(response.field("Proxy-Status")?.hasPrefix("PostgREST; error=") == true)
    }

    @Test func `a single object of no row is 406`() async throws {
        let response = try await Library().send(
            .get, "/books?id=eq.99", [("accept", "application/vnd.pgrst.object+json")])
        #expect(response.status == 406)
        #expect(
            response.text
                == #"{"code":"PGRST116","details":"The result contains 0 rows","hint":null,"#
                + #""message":"Cannot coerce the result to a single JSON object"}"#)
    }
}
