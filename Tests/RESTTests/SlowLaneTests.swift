import Diagnostics
import Dispatch
import Expressions
import HTTP
import PostgresTestSupport
import Store
import StoreSQLite
import TestSupport
import Testing
import Values

@testable import REST

/// What is read on the loop within a budget, which is SQLite alone.
@Suite(.sqliteOnly, .blocking) struct SlowLaneTests {
    @Test func `a read over its budget leaves the loop and answers the same`() async throws {
        let library = try Self.makeItems(200_000)
        let request = Request(
            .get, "/rest/v1/items?select=id&title=like.*199999", fields: [("prefer", "count=exact")]
        )
        let answer = library.table.answer(to: request, from: .anonymous)
        guard case .deferred(let begin) = answer else {
            Issue.record("the read was answered on the loop")
            return
        }
        let response = await Self.outcome(begin)
        #expect(response.status == 200 && response.text == #"[{"id":199999}]"#)
        #expect(response.field("Content-Range") == "0-0/1")
        let single = await library.send(
            .get, "/items?title=like.*x", [("accept", "application/vnd.pgrst.object+json")])
        #expect(single.status == 406 && single.member("code") == "PGRST116")
    }

    @Test func `a count that has read a whole table for too long is not tried on the loop again`()
        async throws
    {
        let library = try Self.makeItems(200_000)
        let first = try await slowAnswer(library, "title=neq.x")
        #expect(first?.field("Content-Range") == "0-0/200000")
        try library.database.writeAndWait { (transaction) throws(Problem) in
            do throws(DatabaseError) {
                _ = try transaction.run(SQL("DELETE FROM items WHERE id > 10"))
            } catch {
                throw Problem(error)
            }
        }
        let told = try await slowAnswer(library, "title=neq.y", limit: 50)
        #expect(told == nil, "the rows tell the count")
        let second = try await slowAnswer(library, "title=neq.y")
        #expect(second?.field("Content-Range") == "0-0/10")
    }

    @Test func `a long count that an index serves sends nobody else to the slow lane`()
        async throws
    {
        let library = try Self.makeItems(800_000)
        let all = try await slowAnswer(library, "id=gte.1")
        #expect(all?.field("Content-Range") == "0-0/800000")
        let few = try await slowAnswer(library, "id=gte.799999", as: .service)
        #expect(few == nil)
        // Of the same caller it is taken for long, and found to be short there.
        let own = try await slowAnswer(library, "id=gte.799999")
        #expect(own?.field("Content-Range") == "0-0/2")
        // On a busy machine it may be found to be long there, too, once or twice.
        var ownAgain = try await slowAnswer(library, "id=gte.799999")
        for _ in 0..<50 where ownAgain != nil {
            ownAgain = try await slowAnswer(library, "id=gte.799999")
        }
        #expect(ownAgain == nil)
    }

    @Test func `a count that turns out to be short is tried on the loop the next time`()
        async throws
    {
        // A rule that looks through a small table for each row reads a whole table, too.
        let models = [
            "items": """
            {"properties": {"id": {"type": "integer", "identity": true},
               "title": {"type": "string"}}, "indexes": [{"on": ["title"]}],
             "access": {"read": "exists(tags as t where t.name >= items.title)"}}
            """,
            "tags": """
            {"properties": {"id": {"type": "integer", "identity": true},
               "name": {"type": "string"}}, "access": {"read": true}}
            """,
        ]
        let rows = [
            "INSERT INTO tags VALUES (1, 'a'), (2, 'b'), (3, 'z')",
            """
            WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 100000)
            INSERT INTO items SELECT i, iif(i > 6, 'many', 'few') FROM c
            """,
        ]
        let library = try Library(models: models, data: rows, inlineTime: .milliseconds(5))
        let many = try await slowAnswer(library, "title=eq.many")
        #expect(many?.field("Content-Range") == "0-0/99994")
        let few = try await slowAnswer(library, "title=eq.few")
        #expect(few?.field("Content-Range") == "0-0/6")
        // A busy machine may take its time for it on the lane, and on the loop, too: once it has
        // been short on both it is the loop that answers.
        var answersOfLane = 0
        while try await slowAnswer(library, "title=eq.few") != nil, answersOfLane < 200 {
            answersOfLane += 1
        }
        #expect(answersOfLane < 200)
    }

    /// What the slow lane answers to a read of some items with the count of all that pass a filter;
    /// nil when the loop has answered.
    private func slowAnswer(
        _ library: Library, _ filter: String, limit: Int = 1, as identity: Identity = .anonymous
    ) async throws -> Response? {
        let request = Request(
            .get, "/rest/v1/items?select=id&limit=\(limit)&\(filter)",
            fields: [("prefer", "count=exact")])
        guard case .deferred(let begin) = library.table.answer(to: request, from: identity)
        else { return nil }
        return await Self.outcome(begin)
    }

    private static func outcome(_ begin: Answer.Deferral) async -> Response {
        await withCheckedContinuation { continuation in
            _ = begin { response in continuation.resume(returning: response().made) }
        }
    }

    private static func makeItems(_ count: Int) throws -> Library {
        let model = """
            {"properties": {"id": {"type": "integer", "identity": true},
               "title": {"type": "string"}}, "access": {"all": true}}
            """
        let rows = """
            WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < \(count))
            INSERT INTO items SELECT i, 'title ' || i FROM c
            """
        return try Library(
            models: ["items": model], data: [rows], inlineTime: .milliseconds(5))
    }

    @Test func `writes of many callers are all there`() async throws {
        let library = try Library()
        let (responses, answered) = AsyncStream<Response>.makeStream()
        for number in 0..<200 {
            let request = Request(
                .post, "/rest/v1/authors", body: Array(#"{"name":"\#(number)"}"#.utf8))
            if case .deferred(let begin) = library.table.answer(to: request, from: .anonymous) {
                _ = begin { response in answered.yield(response().made) }
            }
        }
        var statuses: [Int: Int] = [:]
        for await response in responses.prefix(200) { statuses[response.status, default: 0] += 1 }
        #expect(statuses == [201: 200])
        #expect(try library.values("SELECT count(*) FROM authors") == [.integer(202)])
    }

    @Test func `a write that is withdrawn before it begins is not done, the next one is`()
        async throws
    {
        let library = try Library()
        let database = library.database
        let (running, begun) = AsyncStream<Void>.makeStream()
        let gate = DispatchSemaphore(value: 0)
        let busy = Task {
            _ = try? await database.write { _ throws(Problem) in
                begun.yield()
                gate.wait()
            }
        }
        for await _ in running.prefix(1) {}
        let (responses, answered) = AsyncStream<Response>.makeStream()
        for name in ["gone", "there"] {
            let request = Request(
                .post, "/rest/v1/authors", body: Array(#"{"name":"\#(name)"}"#.utf8))
            guard case .deferred(let begin) = library.table.answer(to: request, from: .anonymous)
            else { continue }
            let withdraw = begin { response in answered.yield(response().made) }
            if name == "gone" { withdraw() }
        }
        gate.signal()
        await busy.value
        var statuses: [Int] = []
        for await response in responses.prefix(2) { statuses.append(response.status) }
        #expect(Set(statuses) == [201, 500])
        let names = try library.values("SELECT name FROM authors WHERE name IN ('gone', 'there')")
        #expect(names == [.text("there")])
    }
}
