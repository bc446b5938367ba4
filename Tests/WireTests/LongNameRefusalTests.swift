import Bytes
import ServerTestSupport
import TestSupport
import Testing

/// What breaks a constraint with a long name is told by that name, whichever engine it is.
@Suite(.timeLimit(.minutes(10))) struct LongNameRefusalTests {
    private static let model = String(repeating: "m", count: 63)
    private static let column = String(repeating: "c", count: 60)
    private let server: TestBackend

    init() throws {
        server = try TestBackend(models: [
            Self.model: #"""
            {"properties": {"id": {"type": "integer"}, "\#(Self.column)": {"type": "string"},
              "up_\#(Self.column)": {"type": "integer", "references": {"model": "\#(Self.model)"}}},
             "required": ["id"], "unique": [["\#(Self.column)"]], "access": {"all": true}}
            """#
        ])
    }

    /// A body, and the code and the end of the name that it is refused with.
    static let refused = [
        (#"{"id": 1}"#, "23505", "_pkey\""),
        (#"{"id": 2, "\#(column)": "a"}"#, "23505", "_key\""),
        (#"{"id": 2, "up_\#(column)": 9}"#, "23503", "_fkey\""),
    ]

    @Test func `a broken constraint is named by what the database has`() throws {
        let client = try server.client()
        let first = #"{"id": 1, "\#(Self.column)": "a"}"#
        #expect(try client.send("POST", "/rest/v1/\(Self.model)", first).status == 201)
        for (body, code, end) in Self.refused {
            let answer = try client.send("POST", "/rest/v1/\(Self.model)", body)
            #expect(answer.status == 409)
            #expect(try answer.json["code"]?.string == code)
            let message = try #require(try answer.json["message"]?.string)
            let name = try #require(message.split(separator: "constraint ").last)
            #expect(name.hasPrefix("\"mmmm") && name.hasSuffix(end), "\(message)")
            #expect(name.utf8.count <= 65)
        }
    }
}
