import HTTP
import PostgresTestSupport
import Testing
import Values

@testable import REST

/// A write that would hold the writer for long is refused before it begins.
@Suite(.timeLimit(.minutes(10))) struct WriteSizeTests {
    /// As many rows as a request may write, and one more.
    private static let tooMany = 10_001

    @Test func `a body of too many rows is refused before it begins`() async throws {
        let library = try Library()
        let row = #"{"name":"x"}"#
        let body = "[" + Array(repeating: row, count: Self.tooMany).joined(separator: ",") + "]"
        let response = await library.send(.post, "/authors", body: body)
        #expect(response.status == 413 && response.member("code") == "54000", "\(response.text)")
        #expect(response.member("hint")?.contains("'apus import'") == true)
        #expect(try library.values("SELECT count(*) FROM authors") == [.integer(2)])
    }

    static let verbs: [HTTP.Method] = [.patch, .delete]

    @Test(.sqliteOnly, arguments: verbs)
    func `a filter that selects too many rows is refused before the writer is asked`(
        verb: HTTP.Method
    ) async throws {
        let data = """
            WITH RECURSIVE c(i) AS
                (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < \(Self.tooMany))
            INSERT INTO authors SELECT i, 'x' FROM c
            """
        let library = try Library(data: [data])
        let response = await library.send(
            verb, "/authors?id=gt.0", body: verb == .patch ? #"{"name":"y"}"# : "")
        #expect(response.status == 413 && response.member("code") == "54000", "\(response.text)")
        #expect(response.member("hint")?.contains("'apus import'") == true)
        let left = try library.values("SELECT count(*) FROM authors WHERE name = 'x'")
        #expect(left == [.integer(Int64(Self.tooMany))])
    }
}
