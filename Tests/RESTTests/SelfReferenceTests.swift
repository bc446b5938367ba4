import Expressions
import HTTP
import PostgresTestSupport
import Testing

/// Bodies of several rows for a model that refers to itself: what is missing is told of the rows
/// that were written.
@Suite(.fewAtOnce) struct SelfReferenceTests {
    private static func library() throws -> Library {
        let models = [
            "nodes": """
            {"properties": {"id": {"type": "string"},
               "parent": {"type": "string", "references": {"model": "nodes"}}},
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
}
