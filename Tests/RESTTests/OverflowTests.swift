import HTTP
import PostgresTestSupport
import Testing

/// A number without room in a rule or a check is told alike wherever it is computed: by the
/// database, of rows that are there, and in memory, of those that a request brings.
@Suite(.fewAtOnce) struct OverflowTests {
    private static let models = [
        "sums": """
        {"properties": {"id": {"type": "integer"}, "n": {"type": "integer"}},
         "required": ["n"], "access": {"all": "abs(n) > 1"}}
        """,
        "small": """
        {"properties": {"id": {"type": "integer"}, "n": {"type": "integer"}},
         "required": ["n"], "checks": {"little": "abs(n) < 10"}, "access": {"all": true}}
        """,
    ]

    static let smallest = "-9223372036854775808"
    static let requests: [(method: HTTP.Method, target: String, body: String)] = [
        (.get, "/sums?id=eq.1", ""), (.delete, "/sums?id=eq.1", ""),
        (.patch, "/sums?id=eq.1", #"{"n":5}"#), (.patch, "/sums?id=eq.2", #"{"n":\#(smallest)}"#),
        (.post, "/sums", #"{"id":3,"n":\#(smallest)}"#),
        (.post, "/small", #"{"id":3,"n":\#(smallest)}"#),
        (.patch, "/small?id=eq.1", #"{"n":\#(smallest)}"#),
    ]

    @Test(arguments: requests)
    func `the smallest number has no absolute value`(
        method: HTTP.Method, target: String, body: String
    ) async throws {
        let library = try Library(
            models: Self.models,
            data: [
                "INSERT INTO sums (id, n) VALUES (1, \(Self.smallest)), (2, 5)",
                "INSERT INTO small (id, n) VALUES (1, 5)",
            ])
        let response = await library.send(method, target, body: body)
        #expect(response.status == 400, "\(response.text)")
        #expect(response.member("code") == "22003", "\(response.text)")
        #expect(response.member("message") == "bigint out of range")
        #expect(await library.get("/sums?id=eq.2") == #"[{"id":2,"n":5}]"#)
        #expect(await library.get("/small") == #"[{"id":1,"n":5}]"#)
    }
}
