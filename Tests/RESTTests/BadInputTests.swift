import HTTP
import PostgresTestSupport
import Store
import Testing
import Values

@testable import REST

@Suite(.fewAtOnce) struct BadInputTests {
    static let reads: [(String, Int, String, String?)] = [
        ("/bookz", 404, "PGRST205", "Perhaps you meant the table 'public.books'"),
        ("/", 404, "PGRST126", nil), ("/books/", 404, "PGRST125", nil),
        ("/a/b", 404, "PGRST125", nil),
        ("/rpc/f", 404, "PGRST202", nil), ("/%ff", 404, "PGRST125", nil),
        (
            "/books?titel=eq.x", 400, "42703",
            "Perhaps you meant to reference the column \"books.title\"."
        ),
        (
            "/books?select=titel", 400, "42703",
            "Perhaps you meant to reference the column \"books.title\"."
        ),
        (
            "/books?order=titel", 400, "42703",
            "Perhaps you meant to reference the column \"books.title\"."
        ),
        ("/books?id=eqq.1", 400, "PGRST100", nil), ("/books?id=1", 400, "PGRST100", nil),
        ("/books?or=(id.eq.1", 400, "PGRST100", nil), ("/books?or=()", 400, "PGRST100", nil),
        ("/books?select=id,", 400, "PGRST100", nil), ("/books?order=id.up", 400, "PGRST100", nil),
        ("/books?id=eq.1.5", 400, "22P02", nil),
        ("/books?id=gt.99999999999999999999", 400, "22003", nil),
        ("/books?id=like.x", 404, "42883", nil), ("/books?id=is.true", 400, "42804", nil),
        ("/books?id=in.(1,x)", 400, "22P02", nil), ("/books?limit=-1", 416, "PGRST103", nil),
        ("/books?select=id::nope", 400, "42704", nil),
        ("/books?select=title::int", 400, "PGRST127", nil),
        ("/books?select=title->>a->b", 404, "42883", nil),
        ("/books?select=id.sum()", 400, "PGRST123", nil),
        ("/books?select=reviews(id),reviews(stars)", 400, "42712", nil),
        ("/books?select=*" + String(repeating: ",*", count: 500), 400, "54000", nil),
        ("/books?nope.order=id", 400, "PGRST108", nil),
        ("/books?nope.limit=1", 400, "PGRST108", nil),
        ("/books?select=id&order=reviews(id)", 400, "PGRST108", nil),
        (
            "/books?select=review(id)", 400, "PGRST200",
            "Perhaps you meant 'reviews' instead of 'review'."
        ),
        ("/books?select=authors!nope(id)", 400, "PGRST200", nil),
    ]

    @Test(arguments: reads)
    func `a bad read is told what is wrong`(
        target: String, status: Int, code: String, hint: String?
    ) async throws {
        let response = try await Library().send(.get, target)
        #expect(response.status == status && response.member("code") == code, "\(response.text)")
        if let hint { #expect(response.member("hint") == hint) }
        #expect(response.field("Proxy-Status") == "PostgREST; error=\(code)")
    }

    static let writes: [(HTTP.Method, String, String, Int, String)] = [
        (.post, "/books", "", 400, "PGRST102"), (.post, "/books", "{", 400, "PGRST102"),
        (.post, "/books", #"{"title":"a"}x"#, 400, "PGRST102"),
        (.post, "/books", #"[{"title":"a"},{"id":9}]"#, 400, "PGRST102"),
        (.post, "/books", "[1]", 400, "PGRST102"),
        (.post, "/books?columns=title", "[1]", 400, "22023"),
        (.post, "/books", #"{"titel":"a"}"#, 400, "PGRST204"),
        (
            .post, "/books", "{\"title" + String(repeating: "\u{301}", count: 2_000) + "\":1}", 400,
            "PGRST204"
        ),
        (.post, "/books?columns=titel", "[]", 400, "PGRST204"),
        (.post, "/books?columns=", "[]", 400, "PGRST100"),
        (.post, "/books", #"{"title":"a","id":"x"}"#, 400, "22P02"),
        (.post, "/books", #"{"title":"a","id":true}"#, 400, "22P02"),
        (.post, "/books", #"{"author_id":1}"#, 400, "23502"),
        (.post, "/books", #"{"title":null}"#, 400, "23502"),
        (.post, "/books", #"{"title":"a","author_id":77}"#, 409, "23503"),
        (.post, "/reviews", #"{"book_id":1,"stars":9}"#, 400, "23514"),
        (.post, "/books?select=nope&x=1", #"{"title":"a"}"#, 400, "PGRST100"),
        (.post, "/books?select=nope", #"{"title":"a"}"#, 400, "42703"),
        (.patch, "/books", #"{"title":"a"}"#, 400, "21000"), (.delete, "/books", "", 400, "21000"),
        (.patch, "/books?id=eq.1", #"{"title":null}"#, 400, "23502"),
        (.patch, "/books?id=eq.1", #"{"author_id":77}"#, 409, "23503"),
        (.patch, "/books?id=eq.2", #"{"id":1}"#, 409, "23505"),
        (.patch, "/reviews?id=eq.1", #"{"stars":0}"#, 400, "23514"),
        (.patch, "/authors?id=eq.1", #"{"id":50}"#, 409, "23503"),
        (.patch, "/books?id=eq.1", #"{"nope":1}"#, 400, "PGRST204"),
        (.put, "/books?id=eq.1", "{}", 405, "PGRST117"),
        (.other("TRACE"), "/books", "", 405, "PGRST117"),
        (.post, "/genres?on_conflict=nope", #"{"name":"sea"}"#, 201, ""),
    ]

    @Test(arguments: writes)
    func `a bad write is told what is wrong and changes nothing`(
        method: HTTP.Method, target: String, body: String, status: Int, code: String
    ) async throws {
        let library = try Library()
        let before = try library.values("SELECT count(*) FROM books")
        let response = await library.send(method, target, body: body)
        guard status >= 400 else { return }
        #expect(response.status == status && response.member("code") == code, "\(response.text)")
        #expect(try library.values("SELECT count(*) FROM books") == before)
        #expect(try library.values("SELECT title FROM books WHERE id = 1") == [.text("Ash")])
    }

    static let messages: [(HTTP.Method, String, String, String, String?)] = [
        (
            .post, "/books", #"{"author_id":1}"#,
            #"null value in column "title" of relation "books" violates not-null constraint"#,
            "Failing row contains (null, null, 1, null)."
        ),
        (
            .post, "/books", #"{"title":"a","author_id":77}"#,
            #"insert or update on table "books" violates foreign key constraint "books_author_id_fkey""#,
            #"Key (author_id)=(77) is not present in table "authors"."#
        ),
        (
            .patch, "/books?id=eq.1", #"{"editor_id":78}"#,
            #"insert or update on table "books" violates foreign key constraint "books_editor_id_fkey""#,
            #"Key (editor_id)=(78) is not present in table "authors"."#
        ),
        (
            .post, "/book_genres", #"{"book_id":1,"genre_id":1}"#,
            #"duplicate key value violates unique constraint "book_genres_pkey""#,
            "Key (book_id, genre_id)=(1, 1) already exists."
        ),
        (
            .post, "/genres", #"{"name":"sea"}"#,
            #"duplicate key value violates unique constraint "genres_name_key""#,
            "Key (name)=(sea) already exists."
        ),
        (
            .patch, "/book_genres?book_id=eq.2&genre_id=eq.2", #"{"genre_id":1}"#,
            #"duplicate key value violates unique constraint "book_genres_pkey""#,
            "Key (book_id, genre_id)=(2, 1) already exists."
        ),
        (
            .delete, "/genres?id=eq.1", "",
            #"update or delete on table "genres" violates foreign key constraint "#
                + #""book_genres_genre_id_fkey" on table "book_genres""#,
            #"Key (id)=(1) is still referenced from table "book_genres"."#
        ),
        (
            .patch, "/authors?id=eq.1", #"{"id":50}"#,
            #"update or delete on table "authors" violates foreign key constraint "#
                + #""books_author_id_fkey" on table "books""#,
            #"Key (id)=(1) is still referenced from table "books"."#
        ),
        (
            .patch, "/books?id=eq.1", #"{"title":null}"#,
            #"null value in column "title" of relation "books" violates not-null constraint"#, nil
        ),
    ]

    @Test(arguments: messages)
    func `constraints speak as PostgreSQL does`(
        method: HTTP.Method, target: String, body: String, message: String, details: String?
    ) async throws {
        let response = try await Library().send(method, target, body: body)
        #expect(response.member("message") == message)
        if let details { #expect(response.member("details") == details) }
    }

    static let headers: [(HTTP.Method, [(String, String)], Int, String)] = [
        (.get, [("accept-profile", "other")], 406, "PGRST106"),
        (.post, [("content-profile", "other")], 406, "PGRST106"),
        (.get, [("accept", "image/png")], 406, "PGRST107"),
        (.get, [("prefer", "handling=strict, foo")], 400, "PGRST122"),
        (.post, [("content-type", "text/csv")], 400, "PGRST102"),
        (.post, [("prefer", "handling=strict,foo=1")], 400, "PGRST122"),
        (.post, [("accept", "image/png")], 406, "PGRST107"),
    ]

    @Test(arguments: headers)
    func `a bad header is told what is wrong`(
        method: HTTP.Method, fields: [(String, String)], status: Int, code: String
    ) async throws {
        let response = try await Library().send(method, "/books", fields, body: #"{"title":"a"}"#)
        #expect(response.status == status && response.member("code") == code, "\(response.text)")
    }

    @Test func `what a request can grow is bounded`() async throws {
        let library = try Library()
        let embeds = (0..<60).map { "e\($0):reviews(id)" }.joined(separator: ",")
        #expect(await library.send(.get, "/books?select=" + embeds).member("code") == "54000")
        let parameters = (0..<600).map { "id=eq.\($0)" }.joined(separator: "&")
        #expect(await library.send(.get, "/books?" + parameters).member("code") == "54000")
        let tests = (0...1024).map { "id.neq.\($0)" }.joined(separator: ",")
        #expect(await library.send(.get, "/books?and=(\(tests))").member("code") == "54000")
        let lists = (0..<3).map { list in
            "id=in.(" + (0..<5000).map { "\(list + $0)" }.joined(separator: ",") + ")"
        }
        #expect(
            await library.send(.get, "/books?" + lists.joined(separator: "&")).member("code")
                == "54000")
        let patterns = (0...1024).map { "a\($0)" }.joined(separator: ",")
        #expect(
            await library.send(.get, "/books?title=like(any).{\(patterns)}").member("code")
                == "54000")
        let paths = (0..<400).map { "title->a->b->>\($0).eq.1" }.joined(separator: ",")
        #expect(await library.send(.get, "/books?or=(\(paths))").member("code") == "54000")
        let deep =
            String(repeating: "and(", count: 200) + "id.eq.1" + String(repeating: ")", count: 200)
        #expect(await library.send(.get, "/books?and=(\(deep))").status == 400)
        let long = "id=in.(" + (0..<8000).map(String.init).joined(separator: ",") + ")"
        #expect(await library.send(.get, "/books?" + long).status == 200)
    }
}
