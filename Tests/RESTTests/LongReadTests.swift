import Bytes
import Database
import Expressions
import HTTP
import Testing

@testable import REST

/// Answers that are too long to stand in memory until somebody has read them.
@Suite(.timeLimit(.minutes(2))) struct LongReadTests {
    static let models = [
        "items": """
        {"properties": {"id": {"type": "integer", "identity": true},
           "title": {"type": "string"}, "note": {"type": "string"}}, "access": {"all": true}}
        """
    ]

    /// Twenty thousand rows of about a kilobyte.
    static let rows = [
        """
        WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000)
        INSERT INTO items (id, title) SELECT i, printf('%01000d', i) FROM c
        """
    ]

    static func library() throws -> Library {
        try Library(models: models, data: rows, settings: RESTSettings(rowsMax: 1_000_000))
    }

    @Test func `no more than a megabyte of an answer waits in memory`() async throws {
        let library = try Self.library()
        let response = await library.send(.get, "/items")
        #expect(response.status == 200)
        #expect(response.field("Content-Range") == "0-19999/*")
        #expect(response.body.count <= 1 << 20)
    }
}
