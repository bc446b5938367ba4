import Diagnostics
import Dispatch
import Expressions
import HTTP
import PostgresTestSupport
import Quotas
import Schema
import Store
import TestSupport
import Testing
import Values

@testable import REST
@testable import StoreSQLite

/// Rows that a filter selects are found on a reader, so that the one writer is held up only by what
/// changes them. PostgreSQL has many writers, and no reader that has rows at hand.
@Suite(.sqliteOnly, .timeLimit(.minutes(10))) struct FoundRowsTests {
    private static func library(_ rows: Int = 4) throws -> Library {
        let models = [
            "items": """
            {"properties": {"id": {"type": "integer", "identity": true},
               "title": {"type": "string"}, "kept": {"type": "boolean", "default": false}},
             "required": ["kept"], "indexes": [{"on": ["title"]}],
             "access": {"read": true, "create": true, "update": "not kept",
                        "delete": "not kept"}}
            """
        ]
        let data = [
            """
            WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < \(rows))
            INSERT INTO items SELECT i, 'title ' || i, 0 FROM c
            """
        ]
        return try Library(
            models: models, data: data, inlineTime: rows > 1000 ? .milliseconds(5) : nil)
    }

    private static func request(_ method: HTTP.Method, _ target: String) -> Request {
        Request(
            method, "/rest/v1" + target, fields: [("prefer", "return=representation")],
            body: method == .patch ? Array(#"{"title":"new"}"#.utf8) : [])
    }

    /// Holds the writer until the closure has returned.
    private static func withBusyWriter<R>(
        of library: Library, _ body: () async -> R
    ) async -> R {
        let (running, begun) = AsyncStream<Void>.makeStream()
        let gate = DispatchSemaphore(value: 0)
        let database = library.database
        let busy = Task {
            _ = try? await database.write { _ throws(Problem) in
                begun.yield()
                gate.wait()
            }
        }
        for await _ in running.prefix(1) {}
        let result = await body()
        gate.signal()
        await busy.value
        return result
    }

    /// Queues `sql` as a write of its own, then `answer`, whose response the stream gives. Both
    /// wait in the same line: what goes first does so for half of a turn only.
    private static func queue(
        _ sql: String, before answer: Answer, in library: Library
    ) -> AsyncStream<Response> {
        library.database.submit(
            WriteJob(
                perform: { transaction in
                    (try? transaction.run(SQL(text: sql))) == nil ? .undone {} : .kept {}
                }, fail: { _ in }, isBounded: true, withdrawal: nil, caller: .server))
        return responses(to: answer)
    }

    /// The response of an answer that another thread gives.
    private static func responses(to answer: Answer) -> AsyncStream<Response> {
        let (responses, answered) = AsyncStream<Response>.makeStream()
        if case .deferred(let begin) = answer {
            _ = begin {
                answered.yield($0().made)
                answered.finish()
            }
        } else {
            Issue.record("the answer does not wait for another thread")
            answered.finish()
        }
        return responses
    }

    static let verbs: [HTTP.Method] = [.patch, .delete]

    @Test(arguments: verbs)
    func `a filter that selects nothing does not wait for the writer`(
        verb: HTTP.Method
    ) async throws {
        let library = try Self.library()
        let answer = library.table.answer(
            to: Self.request(verb, "/items?title=eq.none"), from: .anonymous)
        guard case .response(let response) = answer else {
            Issue.record("the rows were looked for by the writer")
            return
        }
        #expect(response.status == 200 && response.text == "[]")
    }

    @Test(arguments: verbs)
    func `a slow filter runs on the slow lane, and what it finds is written`(
        verb: HTTP.Method
    ) async throws {
        let library = try Self.library(200_000)
        let nothing = await Self.withBusyWriter(of: library) {
            let answer = library.table.answer(
                to: Self.request(verb, "/items?title=like.*none"), from: .anonymous)
            return await Self.responses(to: answer).first { _ in true }
        }
        #expect(nothing?.status == 200 && nothing?.text == "[]")
        let response = await library.table.response(
            to: Self.request(verb, "/items?select=id&title=like.*199999"), from: .anonymous)
        #expect(response.status == 200 && response.text == #"[{"id":199999}]"#)
        let left = try library.values("SELECT count(*) FROM items WHERE title = 'title 199999'")
        #expect(left == [.integer(0)])
    }

    @Test(arguments: verbs)
    func `what is withdrawn in the middle of its search is not written`(
        verb: HTTP.Method
    ) async throws {
        let library = try Self.library(200_000)
        await Self.withBusyWriter(of: library) {
            let answer = library.table.answer(
                to: Self.request(verb, "/items?title=like.*199999"), from: .anonymous)
            guard case .deferred(let begin) = answer else {
                Issue.record("the rows were looked for on the loop")
                return
            }
            begin { _ in }()
        }
        // A later search of the same lane, and a later write, come after it.
        _ = await library.table.response(
            to: Self.request(verb, "/items?title=like.*199998"), from: .anonymous)
        let left = try library.values("SELECT id FROM items WHERE title = 'title 199999'")
        #expect(left == [.integer(199_999)])
    }

    @Test func `a search takes as many rows as are allowed`() throws {
        let found = try Self.found(max: 4)
        #expect(found.list == .text("[1,2,3,4]") && found.count == 4 && !found.isCut)
    }

    @Test func `a search that finds more than is allowed is refused`() throws {
        let found = try Self.found(max: 3)
        #expect(found.list == .text("[1,2,3]") && found.isCut)
        let model = try #require(try Self.library().catalogue.model("items"))
        let returning = ReturnPlan(
            TablePlan(model: model, alias: "items", rule: .everybody), Preferences(), media: .json,
            fields: AnswerFields(media: nil, applied: nil, schema: nil, outdated: []), rowsMax: 1)
        let write = try BoundWrite(
            .nothing(returning), Operands(), .none, for: .server, isAnonymous: true, rowsMax: 10)
        let log = RequestLog(report: { _, _ in }, id: 1)
        let problem = #expect(throws: Problem.self) { try write.answer(after: found, log) }
        #expect(problem?.status == 413 && problem?.code == "54000")
        // Nothing that a filter finds can be imported.
        #expect(problem?.hint?.contains("filter") == true)
        #expect(problem?.hint?.contains("import") == false)
    }

    /// What a search for all four rows finds.
    private static func found(max: Int) throws -> FoundRows {
        let reader = try library().database.makeReader()
        return try reader.query(SQL("SELECT id FROM items ORDER BY id")) {
            (rows) throws(DatabaseError) in try FoundRows(&rows, max: max)
        }
    }

    /// What another write does to the four rows between the search and the change, and which ids
    /// are changed then.
    static let changes: [(String, String)] = [
        ("UPDATE items SET title = 'other' WHERE id = 2", "[1,3,4]"),
        ("UPDATE items SET kept = 1 WHERE id IN (3, 4)", "[1,2]"),
        ("DELETE FROM items WHERE id = 1", "[2,3,4]"),
        ("DELETE FROM items", "[]"),
        ("INSERT INTO items (id, title, kept) VALUES (9, 'title 9', 0)", "[1,2,3,4]"),
    ]

    @Test(arguments: changes, verbs)
    func `rows that were found are judged again where they are changed`(
        change: (sql: String, ids: String), verb: HTTP.Method
    ) async throws {
        let library = try Self.library()
        let target = "/items?select=id&title=like.title*&order=id"
        let responses = await Self.withBusyWriter(of: library) {
            // Found here; the change comes before the write in the queue.
            let answer = library.table.answer(to: Self.request(verb, target), from: .anonymous)
            return Self.queue(change.sql, before: answer, in: library)
        }
        let ids = change.ids.dropFirst().dropLast().split(separator: ",")
        let expected = "[" + ids.map { #"{"id":\#($0)}"# }.joined(separator: ",") + "]"
        for await response in responses {
            #expect(response.status == 200 && response.text == expected, "\(response.text)")
        }
    }

    static let keys = ["id=eq.9", "id=eq.9&title=neq.x", "title=like.*&id=eq.9"]

    @Test(arguments: keys, verbs)
    func `a row named by its key is looked up only where it is changed`(
        filter: String, verb: HTTP.Method
    ) async throws {
        let library = try Self.library()
        let responses = await Self.withBusyWriter(of: library) {
            let answer = library.table.answer(
                to: Self.request(verb, "/items?select=id&\(filter)"), from: .anonymous)
            return Self.queue(
                "INSERT INTO items (id, title, kept) VALUES (9, 'title 9', 0)", before: answer,
                in: library)
        }
        for await response in responses {
            #expect(response.text == #"[{"id":9}]"#)
        }
    }
}
