import Expressions
import HTTP
import PostgresTestSupport
import Store
import Testing
import Values

@testable import REST

/// Attacks that once told a caller of rows and columns beyond the rules, or changed them.
@Suite(.fewAtOnce) struct DisclosureTests {
    static let ann = Identity(role: .authenticated, userID: RulesTests.ann.userID, email: "ann@x")
    static let bob = Identity(role: .authenticated, userID: RulesTests.bob.userID, email: "bob@x")

    static let models: [String: String] = [
        "notes": """
        {"properties": {"id": {"type": "integer"}, "slug": {"type": "string"},
           "body": {"type": "string"}, "owner": {"type": "string"},
           "parent": {"type": "integer", "references": {"model": "notes", "as": "up"}}},
         "unique": [["slug"]], "checks": {"not_bad": "body <> 'bad'"},
         "access": {"read": "owner = auth.email()", "create": "true", "update": "true",
                    "delete": "true"}}
        """,
        "codes": """
        {"properties": {"code": {"type": "string", "access": {"read": "false"}},
           "title": {"type": "string"}},
         "primaryKey": ["code"], "access": {"all": "true"}}
        """,
        "pins": """
        {"properties": {"id": {"type": "integer"},
           "note": {"type": "integer", "references": {"model": "notes"}}}}
        """,
        "users": #"{"properties": {"id": {"type": "integer"}}, "access": {"read": "true"}}"#,
        "tags": #"{"properties": {"id": {"type": "integer"}}, "access": {"read": "true"}}"#,
        "user_tags": """
        {"properties": {
           "user_id": {"type": "integer", "references": {"model": "users"},
                       "access": {"read": "auth.email() = 'ann@x'"}},
           "tag_id": {"type": "integer", "references": {"model": "tags"}}},
         "primaryKey": ["user_id", "tag_id"], "access": {"read": "true"}}
        """,
    ]

    static let rows = [
        """
        INSERT INTO notes (id, slug, body, owner, parent)
        VALUES (1, 'plan', 'of Ann', 'ann@x', NULL), (2, 'sub', 'of Ann', 'ann@x', 1)
        """,
        "INSERT INTO pins VALUES (1, 2)", "INSERT INTO users VALUES (1)",
        "INSERT INTO tags VALUES (1)",
        "INSERT INTO user_tags VALUES (1, 1)",
    ]

    func library(safe: Bool = true) throws -> Library {
        try Library(
            models: Self.models, data: Self.rows,
            settings: RESTSettings(refusesUnfilteredWrites: safe))
    }

    @Test func `an upsert does not reach a row that its caller may not read`() async throws {
        let library = try library()
        for prefer in ["return=headers-only", "return=minimal", "return=representation"] {
            let response = await library.send(
                .post, "/notes?on_conflict=slug",
                [("prefer", "resolution=merge-duplicates,\(prefer)")],
                body: #"{"id":9,"slug":"plan","body":"taken","owner":"bob@x"}"#, as: Self.bob)
            #expect(
                response.status == 403 && response.member("code") == "42501", "\(response.text)")
        }
        #expect(
            try library.values("SELECT body FROM notes ORDER BY id")
                == [.text("of Ann"), .text("of Ann")])
        let own = await library.send(
            .post, "/notes?on_conflict=slug", [("prefer", "resolution=merge-duplicates")],
            body: #"{"id":1,"slug":"plan","body":"changed","owner":"ann@x"}"#, as: Self.ann)
        #expect(own.status == 200)
    }

    @Test(arguments: [
        ("/notes", #"{"id":9,"owner":"ann@x"}"#), ("/codes", #"{"code":"sesame"}"#),
    ])
    func `no Location names a key that may not be read`(target: String, body: String) async throws {
        let response = try await library().send(
            .post, target, [("prefer", "return=headers-only")], body: body, as: Self.bob)
        #expect(response.status == 201)
        #expect(!String(decoding: response.fieldLines, as: UTF8.self).contains("Location"))
    }

    @Test(arguments: [
        (HTTP.Method.patch, #"{"body":"bad"}"#), (.patch, #"{"parent":77}"#), (.delete, ""),
        (.patch, #"{"slug":"same"}"#),
    ])
    func `what stands in the way of an unfiltered write is not told`(
        method: HTTP.Method, body: String
    ) async throws {
        let response = try await library(safe: false).send(
            method, "/notes", body: body, as: Self.bob)
        #expect(response.status >= 400)
        #expect(response.member("details")?.contains("(") != true, "\(response.text)")
    }

    @Test func `a plan with a protected junction is not lent to another caller`() async throws {
        let library = try library()
        for _ in 1...2 {
            let seen = await library.get("/users?select=id,tags(id)", as: Self.ann)
            #expect(seen == #"[{"id":1,"tags":[{"id":1}]}]"#)
            let refused = await library.send(.get, "/users?select=id,tags(id)", as: Self.bob)
            #expect(refused.status == 403, "\(refused.text)")
        }
    }

    @Test(arguments: [
        "/notes?body-%3E%3Ea%00b=eq.1", "/notes?or=(a%00.eq.1)", "/notes?body=like.%00",
        "/notes?select=a%00:id", "/notes?order=%00",
    ])
    func `a byte of zero is refused wherever it stands`(target: String) async throws {
        let response = try await library().send(.get, target, as: Self.ann)
        #expect(response.status == 400 && response.member("code") == "22021", "\(response.text)")
    }
}
