import Expressions
import HTTP
import PostgresTestSupport
import Store
import Testing

/// Several rows of a model that refers to itself, in one request: what is missing is told of the
/// rows that were written, and rows go that refer to one another.
@Suite(.fewAtOnce) struct SelfReferenceTests {
    private static func library(onDelete action: DeleteAction = .noAction) throws -> Library {
        let models = [
            "nodes": """
            {"properties": {"id": {"type": "string"},
               "parent": {"type": "string",
                 "references": {"model": "nodes", "onDelete": "\(action)"}}},
             "access": {"all": true}}
            """
        ]
        return try Library(
            models: models, data: ["INSERT INTO nodes VALUES ('a', NULL), ('b', 'a')"])
    }

    static let bodies: [(prefer: String, body: String, missing: String?)] = [
        ("", #"[{"id":"x","parent":"y"},{"id":"y","parent":"x"}]"#, nil),
        ("", #"[{"id":"x","parent":"y"},{"id":"y","parent":"q"}]"#, "(parent)=(q)"),
        (
            "resolution=ignore-duplicates",
            #"[{"id":"a","parent":"q1"},{"id":"z","parent":"q2"}]"#, "(parent)=(q2)"
        ),
        (
            "resolution=ignore-duplicates", #"[{"id":"a","parent":"q1"},{"id":"z","parent":"a"}]"#,
            nil
        ),
        (
            "resolution=merge-duplicates", #"[{"id":"a","parent":"q1"},{"id":"z","parent":"a"}]"#,
            "(parent)=(q1)"
        ),
    ]

    @Test(arguments: bodies)
    func `what is missing is told of rows that were written`(
        prefer: String, body: String, missing: String?
    ) async throws {
        let response = try await Self.library().send(
            .post, "/nodes", [("prefer", prefer)], body: body)
        #expect(response.status == (missing == nil ? 201 : 409), "\(response.text)")
        if let missing {
            #expect(response.member("details")?.contains(missing) == true, "\(response.text)")
        }
    }

    private static let tree = """
        {"properties": {"id": {"type": "integer"},
           "parent_id": {"type": "integer", "references": {"model": "nodes", "onDelete": "cascade"}},
           "buddy_id": {"type": "integer", "references": {"model": "nodes", "onDelete": "setNull"}}},
         "access": {"all": true}}
        """

    static let moves: [(target: String, body: String, details: String?)] = [
        ("id=eq.5", #"{"id":71,"parent_id":71}"#, nil),
        ("id=eq.5", #"{"id":71,"parent_id":71,"buddy_id":71}"#, nil),
        ("id=eq.5", #"{"id":71,"parent_id":72}"#, "Key (parent_id)=(72) is not present in table \"nodes\"."),
        ("id=eq.5", #"{"parent_id":71}"#, "Key (parent_id)=(71) is not present in table \"nodes\"."),
        (
            "id=eq.5", #"{"id":71,"parent_id":71,"buddy_id":72}"#,
            "Key (buddy_id)=(72) is not present in table \"nodes\"."
        ),
        (
            "id=eq.3", #"{"id":71,"parent_id":71}"#,
            "Key (id)=(3) is still referenced from table \"nodes\"."
        ),
        (
            "buddy_id=eq.2", #"{"id":71,"parent_id":71}"#,
            "Key (id)=(3) is still referenced from table \"nodes\"."
        ),
    ]

    @Test(arguments: moves)
    func `a row that moves is found where it goes`(
        target: String, body: String, details: String?
    ) async throws {
        let library = try Library(
            models: ["nodes": Self.tree],
            data: [
                """
                INSERT INTO nodes (id, parent_id, buddy_id) VALUES (1, NULL, NULL), (2, 1, 1),
                  (3, 1, 2), (4, 3, 3), (5, 3, 4)
                """
            ])
        let response = await library.send(.patch, "/nodes?\(target)", body: body)
        #expect(response.status == (details == nil ? 204 : 409), "\(response.text)")
        #expect(response.member("details") == details)
    }

    @Test(arguments: [DeleteAction.noAction, .restrict])
    func `a row is held by those that stay and not by those that go with it`(
        _ action: DeleteAction
    ) async throws {
        let library = try Self.library(onDelete: action)
        let held = await library.send(.delete, "/nodes?id=eq.a")
        #expect(held.status == 409, "\(held.text)")
        #expect(held.member("code") == "23503")
        let both = await library.send(.delete, "/nodes?id=in.(a,b)")
        #expect(both.status == 204, "\(both.text)")
    }
}
