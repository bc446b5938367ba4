import HTTP
import PostgresTestSupport
import Testing

@testable import REST

/// Embeds that bear the name of a column (rest.md §8.3): PostgREST sends both members, the embed
/// last, and every JSON reader keeps the last.
@Suite(.fewAtOnce) struct EmbedNameTests {
    static let reads: [(String, String)] = [
        (
            "/books?select=*,author_id(name)&id=eq.1",
            #"[{"id":1,"title":"Ash","editor_id":2,"author_id":{"name":"Ann"}}]"#
        ),
        (
            "/books?select=author_id(name),*&id=eq.1",
            #"[{"author_id":{"name":"Ann"},"id":1,"title":"Ash","editor_id":2}]"#
        ),
        (
            "/books?select=*,author_id(name),editor_id(*)&id=eq.2",
            #"[{"id":2,"title":"Bay","author_id":{"name":"Ann"},"editor_id":null}]"#
        ),
        (
            "/books?select=*,title:authors!author_id(name)&id=eq.1",
            #"[{"id":1,"author_id":1,"editor_id":2,"title":{"name":"Ann"}}]"#
        ),
        ("/books?select=author_id,author_id(name)&id=eq.1", #"[{"author_id":{"name":"Ann"}}]"#),
        (
            "/books?select=id,author_id::text,author_id(name)&id=eq.1",
            #"[{"id":1,"author_id":{"name":"Ann"}}]"#
        ),
        (
            "/books?select=*,author_id()&id=eq.1",
            #"[{"id":1,"title":"Ash","author_id":1,"editor_id":2}]"#
        ),
        (
            "/books?select=*,author:author_id(name)&id=eq.2",
            #"[{"id":2,"title":"Bay","author_id":1,"editor_id":null,"author":{"name":"Ann"}}]"#
        ),
        (
            "/reviews?select=stars,books(*,author_id(name))&id=eq.1",
            #"[{"stars":5,"books":{"id":1,"title":"Ash","editor_id":2,"#
                + #""author_id":{"name":"Ann"}}}]"#
        ),
        (
            "/authors?select=name,books!author_id(id,author_id(*))&id=eq.1&books.order=id",
            #"[{"name":"Ann","books":[{"id":1,"author_id":{"id":1,"name":"Ann"}},"#
                + #"{"id":2,"author_id":{"id":1,"name":"Ann"}}]}]"#
        ),
        (
            "/books?select=*,author_id(name)&author_id=eq.1&order=author_id,id.desc&limit=1",
            #"[{"id":2,"title":"Bay","editor_id":null,"author_id":{"name":"Ann"}}]"#
        ),
    ]

    @Test(arguments: reads)
    func `an embed takes the place of the column of its name`(
        target: String, body: String
    ) async throws {
        let library = try Library()
        // The second time the plan comes from the cache.
        for _ in 1...2 { #expect(await library.get(target) == body) }
    }

    static let writes: [(HTTP.Method, String, String, String)] = [
        (
            .post, "/books?select=*,author_id(name)", #"{"id":9,"title":"Cay","author_id":2}"#,
            #"[{"id":9,"title":"Cay","editor_id":null,"author_id":{"name":"Bob"}}]"#
        ),
        (
            .post, "/books?select=*,author_id(name)&on_conflict=id",
            #"{"id":1,"title":"Asche","author_id":2}"#,
            #"[{"id":1,"title":"Asche","editor_id":2,"author_id":{"name":"Bob"}}]"#
        ),
        (
            .patch, "/books?select=*,author_id(name)&id=eq.2", #"{"author_id":2}"#,
            #"[{"id":2,"title":"Bay","editor_id":null,"author_id":{"name":"Bob"}}]"#
        ),
        (
            .delete, "/book_genres?select=*,book_id(title)&genre_id=eq.2", "",
            #"[{"genre_id":2,"book_id":{"title":"Bay"}}]"#
        ),
    ]

    @Test(arguments: writes)
    func `so it does where a write hands rows back`(
        method: HTTP.Method, target: String, body: String, answer: String
    ) async throws {
        let response = try await Library().send(
            method, target, [("prefer", "resolution=merge-duplicates,return=representation")],
            body: body)
        #expect(response.text == answer)
    }

    static let ambiguous: [String] = [
        "/books?select=author_id(name),author_id(id)",
        "/books?select=*,author_id(name),author_id(id)",
        "/books?select=a:author_id(name),a:editor_id(name)",
        "/books?select=*,author_id(name),author_id:authors!editor_id(name)",
        "/books?select=author_id:title,author_id(name)",
        "/books?select=author_id(name),author_id:title",
        "/books?select=a:title,a:author_id(name)",
        "/books?select=title->author_id,author_id(name)",
        "/books?select=*,author_id:id,author_id(name)",
        "/books?select=count(),count:author_id(name)",
        "/reviews?select=books(*,author_id(name),author_id(id))",
        "/reviews?select=id,books(author_id:title,author_id(name))",
    ]

    @Test(arguments: ambiguous)
    func `two things that the client calls by one name are refused`(target: String) async throws {
        let response = try await Library().send(.get, target)
        #expect(response.status == 400 && response.member("code") == "42712", "\(response.text)")
        #expect(response.member("hint") == "Give each of them an alias.")
    }
}
