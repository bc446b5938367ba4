import Expressions
import HTTP
import PostgresTestSupport
import Store
import Testing
import Values

@testable import REST

/// Posts with owners and visibility, comments below them, tags through a junction, and a secret
/// column. The rules of rows are a security boundary: what a caller may not read must not show,
/// count, sort, filter or exist.
@Suite(.fewAtOnce) struct RulesTests {
    static let ann = Identity(role: .authenticated, userID: "00000000-0000-0000-0000-00000000000a")
    static let bob = Identity(role: .authenticated, userID: "00000000-0000-0000-0000-00000000000b")

    static let models: [String: String] = [
        "posts": """
        {"properties": {
           "id": {"type": "integer"},
           "owner": {"type": "string", "format": "uuid", "default": {"$expr": "auth.uid()"}},
           "title": {"type": "string"}, "open": {"type": "boolean", "default": false},
           "secret": {"type": "string", "access": {"read": "auth.role() = 'editor'", "update": false}}},
         "required": ["title", "open"],
         "access": {
           "read": "open or owner = auth.uid()", "create": "owner = auth.uid()",
           "update": {"using": "owner = auth.uid()", "check": "owner = auth.uid() and not changed(id)"},
           "delete": "owner = auth.uid()"}}
        """,
        "comments": """
        {"properties": {
           "id": {"type": "integer"}, "text": {"type": "string"}, "hidden": {"type": "boolean", "default": false},
           "post_id": {"type": "integer", "references": {"model": "posts", "as": "post", "inverse": "comments"}}},
         "required": ["hidden"],
         "access": {"read": "not hidden and can(read, post)", "create": "can(read, post)"}}
        """,
        "tags": """
        {"properties": {"id": {"type": "integer"}, "name": {"type": "string"}}, "access": {"read": true}}
        """,
        "post_tags": """
        {"properties": {
           "post_id": {"type": "integer", "references": {"model": "posts"}},
           "tag_id": {"type": "integer", "references": {"model": "tags"}},
           "visible": {"type": "boolean", "default": true}},
         "primaryKey": ["post_id", "tag_id"], "access": {"read": "visible"}}
        """,
        "inbox": """
        {"properties": {"id": {"type": "integer"}, "text": {"type": "string"}}, "access": {"create": true}}
        """,
        "vault": """
        {"properties": {"id": {"type": "integer"}, "text": {"type": "string"}}}
        """,
    ]

    static let rows = [
        """
        INSERT INTO posts (id, owner, title, open, secret) VALUES
        (1, '00000000-0000-0000-0000-00000000000a', 'open of Ann', 1, 's1'),
        (2, '00000000-0000-0000-0000-00000000000a', 'shut of Ann', 0, 's2'),
        (3, '00000000-0000-0000-0000-00000000000b', 'shut of Bob', 0, 's3')
        """,
        """
        INSERT INTO comments (id, text, hidden, post_id) VALUES
        (1, 'fine', 0, 1), (2, 'rude', 1, 1), (3, 'private', 0, 2), (4, 'of Bob', 0, 3)
        """,
        "INSERT INTO tags (id, name) VALUES (1, 'x'), (2, 'y')",
        "INSERT INTO post_tags VALUES (1, 1, 1), (1, 2, 0), (2, 2, 1)",
        "INSERT INTO vault (id, text) VALUES (1, 'gold')",
    ]

    func library() throws -> Library { try Library(models: Self.models, data: Self.rows) }

    static let reads: [(String, Identity, String)] = [
        ("/posts?select=id&order=id", .anonymous, #"[{"id":1}]"#),
        ("/posts?select=id&order=id", ann, #"[{"id":1},{"id":2}]"#),
        ("/posts?select=id&order=id", bob, #"[{"id":1},{"id":3}]"#),
        ("/posts?select=id&order=id", .service, #"[{"id":1},{"id":2},{"id":3}]"#),
        ("/posts?select=id&id=eq.2", bob, "[]"),
        ("/posts?select=id&title=like.shut*", bob, #"[{"id":3}]"#),
        ("/posts?select=id&or=(id.eq.2,id.eq.3)", .anonymous, "[]"), ("/vault", ann, "[]"),
        ("/vault?select=text", .service, #"[{"text":"gold"}]"#), ("/inbox", ann, "[]"),
        (
            "/posts?select=id,comments(id)&order=id", .anonymous,
            #"[{"id":1,"comments":[{"id":1}]}]"#
        ),
        (
            "/posts?select=id,comments(id)&order=id", ann,
            #"[{"id":1,"comments":[{"id":1}]},{"id":2,"comments":[{"id":3}]}]"#
        ),
        (
            "/posts?select=id,comments(id)&comments.hidden=is.true", ann,
            #"[{"id":1,"comments":[]},{"id":2,"comments":[]}]"#
        ),
        ("/posts?select=id,comments!inner(id)&comments.hidden=is.true", ann, "[]"),
        ("/posts?select=id,comments!inner()&comments.id=eq.4", ann, "[]"),
        (
            "/posts?select=id,comments()&comments=is.null&comments.id=eq.2&order=id", ann,
            #"[{"id":1},{"id":2}]"#
        ),
        (
            "/posts?select=id,comments()&comments.id=eq.2&or=(comments.not.is.null,id.eq.9)", ann,
            "[]"
        ),
        (
            "/comments?select=id,post(title)&order=id", .anonymous,
            #"[{"id":1,"post":{"title":"open of Ann"}}]"#
        ),
        (
            "/posts?select=id,tags(name)&order=id", ann,
            #"[{"id":1,"tags":[{"name":"x"}]},{"id":2,"tags":[{"name":"y"}]}]"#
        ),
        (
            "/tags?select=name,posts(id)&order=id", .anonymous,
            #"[{"name":"x","posts":[{"id":1}]},{"name":"y","posts":[]}]"#
        ),
        ("/tags?select=name,posts!inner(id)", bob, #"[{"name":"x","posts":[{"id":1}]}]"#),
        ("/tags?select=name,posts!inner()&posts.title=eq.shut%20of%20Ann", bob, "[]"),
        ("/tags?select=name,posts!inner()&posts.title=eq.shut%20of%20Ann", ann, #"[{"name":"y"}]"#),
        (
            "/tags?select=name,posts(id,comments(id))&order=id", .anonymous,
            #"[{"name":"x","posts":[{"id":1,"comments":[{"id":1}]}]},{"name":"y","posts":[]}]"#
        ),
        (
            "/posts?select=id,comments(id,post(id,comments(id)))&id=eq.1", .anonymous,
            #"[{"id":1,"comments":[{"id":1,"post":{"id":1,"comments":[{"id":1}]}}]}]"#
        ),
    ]

    @Test(arguments: reads)
    func `a caller sees what the rules show`(target: String, identity: Identity, body: String)
        async throws
    {
        let library = try library()
        #expect(await library.get(target, as: identity) == body)
        #expect(await library.get(target, as: identity) == body)
    }

    @Test func `one plan serves callers of different rights`() async throws {
        let library = try library()
        for _ in 0..<2 {
            for (target, identity, body) in Self.reads {
                #expect(
                    await library.get(target, as: identity) == body, "\(target) \(identity.role)")
            }
        }
    }

    @Test func `rows that are counted are those that may be seen`() async throws {
        let library = try library()
        #expect(await library.get("/posts?select=count") == #"[{"count":1}]"#)
        #expect(
            await library.get("/posts?select=id,comments(count)&order=id", as: Self.ann)
                == #"[{"id":1,"comments":[{"count":1}]},{"id":2,"comments":[{"count":1}]}]"#)
    }

    @Test func `joining by a hidden column takes the right to read it`() async throws {
        let models = [
            "a": #"{"properties": {"id": {"type": "integer"}}, "access": {"all": true}}"#,
            "b": """
            {"properties": {"id": {"type": "integer"}, "a_id": {"type": "integer",
               "references": {"model": "a"}, "access": {"read": false}}},
             "access": {"all": true}}
            """,
        ]
        let library = try Library(models: models, data: ["INSERT INTO a VALUES (1)"])
        #expect(await library.send(.get, "/a?select=id,b(id)").member("code") == "42501")
        #expect(await library.send(.get, "/b?select=id,a(id)").member("code") == "42501")
        #expect(await library.get("/a?select=id,b(id)", as: .service) == #"[{"id":1,"b":[]}]"#)
    }

    static let counts: [(String, Identity, String)] = [
        ("/posts", .anonymous, "0-0/1"), ("/posts", ann, "0-1/2"), ("/posts", .service, "0-2/3"),
        ("/posts?id=gt.1", .anonymous, "*/0"), ("/comments?limit=1", ann, "0-0/2"),
        ("/posts?select=id,comments!inner(id)", bob, "0-1/2"), ("/vault", ann, "*/0"),
        ("/tags?select=id,posts!inner(id)&limit=1", .anonymous, "0-0/1"),
    ]

    @Test(arguments: counts)
    func `counts see what the caller sees`(target: String, identity: Identity, range: String)
        async throws
    {
        let response = try await library().send(
            .head, target, [("prefer", "count=exact")], as: identity)
        #expect(response.field("Content-Range") == range)
    }

    @Test func `hidden rows have no place in an order`() async throws {
        let library = try library()
        // Comment 1 belongs to a visible post, the others' posts are hidden or they are themselves.
        let data = await library.get(
            "/comments?select=id,post(title)&order=post(title).desc.nullslast", as: .anonymous)
        #expect(data == #"[{"id":1,"post":{"title":"open of Ann"}}]"#)
    }

    @Test func `a link that may not be read does not join`() async throws {
        let library = try library()
        let found = await library.get(
            "/posts?select=id,tags!inner(name)&tags.name=eq.y&order=id", as: Self.ann)
        #expect(found == #"[{"id":2,"tags":[{"name":"y"}]}]"#)
    }

    // MARK: Columns

    static let hidden: [(String, Int)] = [
        ("/posts?select=secret", 401), ("/posts?secret=eq.s1", 401), ("/posts?order=secret", 401),
        ("/posts?or=(secret.eq.s1,id.eq.1)", 401), ("/posts?secret=like.s*", 401),
        ("/posts?secret=in.(s1)", 401),
        ("/comments?select=id,post(secret)", 401),
        ("/comments?select=id,post(id)&post.secret=eq.s1", 401),
        ("/comments?select=id,post(id)&order=post(secret)", 401),
        ("/posts?select=a:secret->x", 401),
    ]

    @Test(arguments: hidden)
    func `a hidden column is neither shown nor asked`(target: String, status: Int) async throws {
        let response = try await library().send(.get, target)
        #expect(response.status == status && response.member("code") == "42501", "\(response.text)")
        #expect(response.field("WWW-Authenticate") == "Bearer")
        #expect(try await library().send(.get, target, as: Self.ann).status == 403)
    }

    @Test func `star leaves hidden columns out, for those who may not see them`() async throws {
        let library = try library()
        let editor = Identity(role: Role(rawValue: "editor"))
        #expect(
            await library.get("/posts?id=eq.1") == #"[{"id":1,"#
                + #""owner":"00000000-0000-0000-0000-00000000000a","title":"open of Ann","open":true}]"#
        )
        #expect(await library.get("/posts?id=eq.1", as: editor).hasSuffix(#""secret":"s1"}]"#))
        #expect(await !library.get("/posts?id=eq.1").contains("secret"))
        #expect(
            await library.get("/posts?select=secret&id=eq.1", as: editor) == #"[{"secret":"s1"}]"#)
    }

    @Test func `a protected column is not written`() async throws {
        let library = try library()
        let patch = await library.send(
            .patch, "/posts?id=eq.1", body: #"{"secret":"x"}"#, as: Self.ann)
        #expect(patch.status == 403 && patch.member("code") == "42501")
        #expect(try library.values("SELECT secret FROM posts WHERE id = 1") == [.text("s1")])
        #expect(
            await library.send(.patch, "/posts?id=eq.1", body: #"{"secret":"x"}"#, as: .service)
                .status == 204)
    }

    @Test func `messages about a row leave hidden columns out`() async throws {
        let response = try await library().send(
            .post, "/posts", body: #"{"id":9,"title":null,"secret":"s"}"#, as: Self.ann)
        #expect(
            response.member("details") == "Failing row contains (id, owner, title, open) = "
                + "(9, 00000000-0000-0000-0000-00000000000a, null, f).")
    }
}
