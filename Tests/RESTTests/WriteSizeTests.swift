import Bytes
import Expressions
import HTTP
import PostgresTestSupport
import Quotas
import TestSupport
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

    @Test func `what comes behind the last row that is allowed is not read`() async throws {
        let library = try Library()
        let rows = Array(repeating: #"{"name":"x"}"#, count: Self.tooMany).joined(separator: ",")
        let response = await library.send(.post, "/authors", body: "[\(rows),and so on")
        #expect(response.status == 413 && response.member("code") == "54000", "\(response.text)")
    }

    /// Long enough that a loop should not read it.
    private static let longName = String(repeating: "x", count: 100_000)

    @Test(arguments: [HTTP.Method.post, .patch])
    func `a long body is not read on the loop`(method: HTTP.Method) throws {
        let library = try Library()
        let request = Request(
            method, "/rest/v1/authors?id=eq.1", body: Array("{\"name\":\"\(Self.longName)\",}".utf8))
        if case .response(let response) = library.table.answer(to: request, from: .anonymous) {
            Issue.record("the loop has read it: \(response.text)")
        }
    }

    @Test func `long bodies are written, changed and refused as short ones are`() async throws {
        let library = try Library()
        let name = Self.longName
        let made = await library.send(
            .post, "/authors", [("Prefer", "return=representation")],
            body: "[{\"id\":7,\"name\":\"\(name)\"},{\"id\":8,\"name\":\"y\"}]")
        #expect(made.status == 201, "\(made.text.prefix(200))")
        let changed = await library.send(
            .patch, "/authors?id=eq.8", body: "{\"name\":\"\(name)\"}")
        #expect(changed.status == 204, "\(changed.text.prefix(200))")
        #expect(
            try library.values("SELECT count(*) FROM authors WHERE length(name) = 100000")
                == [.integer(2)])
        let broken = await library.send(.post, "/authors", body: "[{\"name\":\"\(name)\"]")
        #expect(broken.status == 400 && broken.member("code") == "PGRST102")
        let unlike = await library.send(
            .post, "/authors", body: "[{\"id\":9,\"name\":\"\(name)\"},{\"name\":\"z\"}]")
        #expect(unlike.status == 400 && unlike.member("code") == "PGRST102")
        let unknown = await library.send(.post, "/nothing", body: "{\"name\":\"\(name)\"}")
        #expect(unknown.status == 404, "\(unknown.text.prefix(200))")
    }

    @Test(arguments: [(1, 413, "54000"), (8, 503, "53200")])
    func `the values of a long body are read when there is room for them`(
        times: Int, status: Int, code: String
    ) async throws {
        let library = try Library()
        let count = 10_000
        let bytesMax = times * count * JSONDocument.bytesPerValue / 2
        let values = Array(repeating: "1", count: count).joined(separator: ",")
        let request = Request(
            .post, "/rest/v1/authors", body: Array("{\"name\":[\(values)]}".utf8))
        let pool = MemoryPool(bytesMax: bytesMax, perCallerMax: bytesMax)
        let taken = HeldMemory(pool, for: .user("ann"))
        #expect(taken.cover(bytesMax - MemoryLease.step) == nil)
        let answer = library.table.answer(to: request, from: .anonymous)
        guard case .prepared(let preparation) = answer else {
            Issue.record("the loop has read it")
            return
        }
        let memory = HeldMemory(pool, for: .user("bob"))
        await withCheckedContinuation { continuation in
            _ = preparation.begin(memory) { continuation.resume() }
        }
        guard case .response(let refusal) = preparation.answer() else {
            Issue.record("it was read")
            return
        }
        #expect(refusal.status == status && refusal.member("code") == code, "\(refusal.text)")
        // It may be the request itself that there is never room for.
        #expect(refusal.member("hint")?.contains("fewer rows") == true, "\(refusal.text)")
    }

    /// Bodies, and whether another thread reads them.
    static let bodies: [(name: String, body: String, isLong: Bool)] = [
        ("many empty rows", "[" + String(repeating: "{},", count: 200) + "{}]", true),
        ("many values in a row", "{\"name\":[" + String(repeating: "1,", count: 300) + "1]}", true),
        ("nested lists", String(repeating: "[", count: 300), true),
        ("a long text", "{\"name\":\"" + String(repeating: "a", count: 4_000) + "\"}", false),
        ("a text of commas", "{\"name\":\"" + String(repeating: ",", count: 4_000) + "\"}", false),
        ("a few rows", "[{\"name\":\"a\"},{\"name\":\"b\"}]", false),
        ("a very long text", "{\"name\":\"" + String(repeating: "a", count: 20_000) + "\"}", true),
    ]

    @Test(arguments: bodies)
    func `a body of many values is read on another thread, however short it is`(
        name: String, body: String, isLong: Bool
    ) async throws {
        let library = try Library()
        let request = Request(.post, "/rest/v1/authors", body: Array(body.utf8))
        var isRead = true
        if case .prepared = library.table.answer(to: request, from: .anonymous) { isRead = false }
        #expect(isRead != isLong, "\(name)")
    }

    static let verbs: [HTTP.Method] = [.patch, .delete]

    @Test(arguments: verbs)
    func `a filter that selects too many rows is refused before anything is written`(
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
        #expect(response.member("hint")?.contains("filter") == true)
        let left = try library.values("SELECT count(*) FROM authors WHERE name = 'x'")
        #expect(left == [.integer(Int64(Self.tooMany))])
    }
}
