import Expressions
import HTTP
import PostgresTestSupport
import Store
import Testing

@testable import REST

/// What an upsert may tell of keys that are there: the create rule is judged first for every row
/// proposed, as PostgreSQL does for INSERT … ON CONFLICT, and the columns that decide what a
/// duplicate is must be readable.
@Suite(.fewAtOnce) struct UpsertRulesTests {
    static let models: [String: String] = [
        "notes": """
        {"properties": {"id": {"type": "integer"}, "slug": {"type": "string"},
           "email": {"type": "string", "access": {"read": "auth.role() = 'editor'"}},
           "pin": {"type": "string", "access": {"read": "owner = auth.email()"}},
           "token": {"type": "string", "default": "secret", "access": {"read": false}},
           "owner": {"type": "string", "default": {"$expr": "auth.email()"}},
           "title": {"type": "string"}},
         "required": ["title"], "unique": [["slug"], ["email"], ["pin"], ["token"]],
         "access": {"read": "owner = auth.email()", "update": "owner = auth.email()",
           "create": "owner = auth.email() and auth.role() = 'writer'"}}
        """,
        "codes": """
        {"properties": {"code": {"type": "string", "access": {"read": false}},
           "title": {"type": "string"}},
         "primaryKey": ["code"], "access": {"all": true}}
        """,
        "drops": """
        {"properties": {"id": {"type": "integer"}, "text": {"type": "string"}},
         "access": {"create": true, "update": true}}
        """,
        "slips": """
        {"properties": {"id": {"type": "integer"},
           "note": {"type": "integer", "references": {"model": "notes"},
                    "access": {"read": false}}},
         "access": {"all": true}}
        """,
    ]

    static let rows = [
        """
        INSERT INTO notes (id, slug, email, pin, token, owner, title) VALUES
        (1, 'mine', 'e1', 'p1', 't1', 'ann@x', 'of Ann'),
        (2, 'hers', 'e2', 'p2', 't2', 'eve@x', 'of Eve')
        """,
        "INSERT INTO codes VALUES ('sesame', 'x')", "INSERT INTO drops VALUES (1, 'x')",
    ]

    static let writer = Identity(role: Role(rawValue: "writer"), email: "ann@x")
    static let reader = Identity(role: .authenticated, email: "ann@x")
    static let resolutions = ["merge-duplicates", "ignore-duplicates"]

    func library() throws -> Library { try Library(models: Self.models, data: Self.rows) }

    /// - Parameter library: where it goes; nil for one that nobody has written to.
    func upsert(
        _ target: String, _ prefer: String, _ body: String, as identity: Identity,
        to library: Library? = nil
    ) async throws -> Response {
        let library = try library ?? self.library()
        return await library.send(.post, target, [("prefer", prefer)], body: body, as: identity)
    }

    /// Bodies about a key that is not there; `%` stands for the key.
    static let bodies: [String] = [
        #"{"id":%,"title":"x"}"#, #"[{"id":%,"title":"x"}]"#, #"{"id":%}"#,
        #"{"id":%,"title":null}"#,
        #"[{"id":8,"title":"x"},{"id":%,"title":"x"}]"#,
        #"[{"id":%,"title":"x"},{"id":8,"title":"x"}]"#,
        #"{"id":%,"title":"x","owner":"ann@x"}"#, #"{"id":%,"title":"x","owner":"eve@x"}"#,
    ]

    static let preferences = [
        "", ",return=representation", ",return=headers-only", ",count=exact", ",missing=default",
    ]

    @Test(arguments: resolutions, bodies)
    func `who may not create is not told which keys are there`(
        resolution: String, body: String
    ) async throws {
        // One for all, since nothing is written.
        let library = try library()
        for identity in [Identity.anonymous, Self.reader] {
            for preference in Self.preferences {
                let prefer = "resolution=\(resolution)\(preference)"
                let fresh = try await upsert(
                    "/notes", prefer, body.replacing("%", with: "9"), as: identity, to: library)
                #expect(fresh.member("code") == "42501", "\(fresh.text)")
                for key in ["1", "2"] {
                    let taken = try await upsert(
                        "/notes", prefer, body.replacing("%", with: key), as: identity,
                        to: library)
                    #expect(taken.status == fresh.status && taken.text == fresh.text)
                    #expect(taken.fieldLines == fresh.fieldLines)
                }
            }
        }
    }

    @Test(arguments: resolutions)
    func `a unique column tells them no more than the key`(resolution: String) async throws {
        var answers: Set<String> = []
        for slug in ["mine", "hers", "none"] {
            let response = try await upsert(
                "/notes?on_conflict=slug", "resolution=\(resolution)",
                #"{"id":9,"slug":"\#(slug)","title":"x"}"#, as: Self.reader)
            answers.insert("\(response.status) \(response.text)")
        }
        #expect(answers.count == 1 && answers.first?.hasPrefix("403") == true, "\(answers)")
    }

    @Test func `all refusals of an upsert are worded alike`() async throws {
        let merge = "resolution=merge-duplicates"
        let hidden = try await upsert("/notes", merge, #"{"id":2,"title":"x"}"#, as: Self.writer)
        let plain = try await upsert("/notes", merge, #"{"id":9,"title":"x"}"#, as: Self.reader)
        let forged = try await upsert(
            "/notes", merge, #"{"id":1,"title":"x","owner":"eve@x"}"#, as: Self.writer)
        #expect(plain.status == 403)
        #expect(
            plain.member("message")
                == "new row violates row-level security policy for table \"notes\"")
        #expect(hidden.text == plain.text && forged.text == plain.text)
    }

    @Test func `who may create still merges and ignores`() async throws {
        let merge = "resolution=merge-duplicates,return=representation"
        let target = "/notes?select=id,title&columns=id,title"
        let both = try await upsert(
            target, merge, #"[{"id":1,"title":"new"},{"id":9,"title":"more"}]"#, as: Self.writer)
        #expect(
            both.status == 201 && both.text == #"[{"id":1,"title":"new"},{"id":9,"title":"more"}]"#)
        let own = try await upsert(target, merge, #"{"id":1,"title":"new"}"#, as: Self.writer)
        #expect(own.status == 200 && own.text == #"[{"id":1,"title":"new"}]"#)
        let ignored = try await upsert(
            target, "resolution=ignore-duplicates,return=representation",
            #"[{"id":1,"title":"new"},{"id":2,"title":"new"}]"#, as: Self.writer)
        #expect(ignored.status == 201 && ignored.text == "[]")
    }

    static let hiddenKeys: [(String, String, [String])] = [
        ("/notes?on_conflict=email", "email", ["e1", "e2", "none"]),
        ("/notes?on_conflict=pin", "pin", ["p1", "p2", "none"]),
        ("/notes?on_conflict=token", "token", ["t1", "t2", "none"]),
        ("/codes", "code", ["sesame", "none"]),
        ("/codes?on_conflict=code", "code", ["sesame", "none"]),
    ]

    @Test(arguments: hiddenKeys, resolutions)
    func `what a duplicate is is not decided by a column that may not be read`(
        key: (target: String, column: String, values: [String]), resolution: String
    ) async throws {
        var answers: Set<String> = []
        for value in key.values {
            let id = key.column == "code" ? "" : #""id":9,"#
            let response = try await upsert(
                key.target, "resolution=\(resolution)",
                #"{\#(id)"\#(key.column)":"\#(value)","title":"x"}"#, as: Self.writer)
            #expect(response.status == 403 && response.member("code") == "42501")
            #expect(response.member("details")?.contains("\"\(key.column)\"") == true)
            answers.insert(response.text)
        }
        #expect(answers.count == 1)
        let service = try await upsert(
            key.target, "resolution=\(resolution)",
            #"{"\#(key.column)":"\#(key.values[0])","title":"x"}"#, as: .service)
        #expect(service.status < 300, "\(service.text)")
    }

    @Test(arguments: resolutions)
    func `a row that its writer could not read is no row to look for duplicates of`(
        resolution: String
    ) async throws {
        var answers: Set<String> = []
        for id in [1, 9] {
            let response = try await upsert(
                "/drops", "resolution=\(resolution),count=exact", #"{"id":\#(id),"text":"x"}"#,
                as: Self.writer)
            answers.insert("\(response.status) \(response.text)")
        }
        #expect(answers.count == 1 && answers.first?.hasPrefix("403") == true, "\(answers)")
    }

    // MARK: Messages of constraints

    static let clashes: [(String, String, String?)] = [
        (#"{"id":9,"title":"x","slug":"hers"}"#, "slug", "Key (slug)=(hers) already exists."),
        (#"{"id":9,"title":"x","email":"e2"}"#, "email", nil),
        (#"{"id":9,"title":"x","pin":"p2"}"#, "pin", nil),
        (#"{"id":9,"title":"x","token":"t2"}"#, "token", nil),
    ]

    @Test(arguments: clashes, ["", "resolution=merge-duplicates", "resolution=ignore-duplicates"])
    func `a duplicate is told without values of columns that may not be read`(
        clash: (body: String, column: String, details: String?), prefer: String
    ) async throws {
        let response = try await upsert("/notes", prefer, clash.body, as: Self.writer)
        #expect(response.status == 409 && response.member("code") == "23505", "\(response.text)")
        #expect(
            response.member("message")
                == "duplicate key value violates unique constraint \"notes_\(clash.column)_key\"")
        #expect(response.member("details") == clash.details)
    }

    @Test(arguments: clashes)
    func `who may not create is told of no duplicate at all`(
        clash: (body: String, column: String, details: String?)
    ) async throws {
        let response = try await upsert("/notes", "", clash.body, as: Self.reader)
        #expect(response.status == 403 && response.member("code") == "42501", "\(response.text)")
    }

    @Test func `a default that may not be read is not told by its duplicate`() async throws {
        let library = try library()
        for (id, status) in [(8, 201), (9, 409)] {
            let response = await library.send(
                .post, "/notes", body: #"{"id":\#(id),"title":"x"}"#, as: Self.writer)
            #expect(response.status == status && !response.text.contains("secret"))
        }
    }

    @Test(arguments: [#"{"id":1,"note":77}"#, #"[{"id":1,"note":77},{"id":2,"note":1}]"#])
    func `a missing parent is told without a key that may not be read`(body: String) async throws {
        let response = try await upsert("/slips", "", body, as: Self.writer)
        #expect(response.status == 409 && response.member("code") == "23503", "\(response.text)")
        #expect(response.member("details") == "Key is not present in table \"notes\".")
    }
}
