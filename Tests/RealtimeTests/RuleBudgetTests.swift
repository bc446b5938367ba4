import Bytes
import Diagnostics
import Expressions
import PostgresTestSupport
import Quotas
import Store
import Testing
import Values

@testable import Realtime

/// What the rules of many callers cost must not keep a change from the others.
@Suite struct RuleBudgetTests {
    private static let documents = """
        {"properties": {
          "id": {"type": "integer", "identity": true}, "list": {"type": "integer"},
          "document": {"type": "object"}},
         "realtime": true,
         "access": {"read": "list = 1 or document ->> 'owner' = auth.jwt() ->> 'sub'"}}
        """
    private static let all = #"{"event":"*","schema":"public","table":"documents"}"#

    private static func person(_ index: Int) -> Identity {
        user("00000000-0000-4000-8000-\(100_000_000_000 + index)")
    }

    /// An object of so many bytes or a few more.
    private static func document(bytes: Int) -> Value {
        .text(#"{"owner":"nobody","text":"\#(String(repeating: "a", count: bytes))"}"#)
    }

    @Test func `who is not asked about a large row is told to fetch`() throws {
        let stage = try Stage(["documents": Self.documents])
        let peers = (0..<200).map { stage.connect(as: Self.person($0)) }
        for peer in peers { peer.join("a", Self.all) }
        stage.insert(
            "documents",
            ["id": .integer(1), "list": .integer(2), "document": Self.document(bytes: 849_000)])
        let told = try peers.map { try $0.messages() }.filter { !$0.isEmpty }
        // Some were asked, and may not see it.
        #expect(told.count > 100 && told.count < 200)
        #expect(told.allSatisfy { $0.count == 1 })
        #expect(
            told.allSatisfy { $0[0].elements[4]["message"]?.string?.contains("Fetch") == true })
        #expect(stage.hub.counters.overBudgetChanges == 1)
        #expect(stage.hub.counters.skippedListeners == told.count)
        // The next change has a budget of its own.
        stage.insert("documents", ["id": .integer(2), "list": .integer(1)])
        #expect(try peers.allSatisfy { try $0.changes() == ["INSERT 2"] })
        #expect(stage.hub.counters.overBudgetChanges == 1)
    }

    @Test func `rules of ordinary rows are all asked`() throws {
        let stage = try Stage(["documents": Self.documents])
        let peers = (0..<1000).map { stage.connect(as: Self.person($0)) }
        for peer in peers { peer.join("a", Self.all) }
        stage.insert(
            "documents",
            ["id": .integer(1), "list": .integer(2), "document": Self.document(bytes: 500)])
        #expect(try peers.allSatisfy { try $0.messages().isEmpty })
        #expect(stage.hub.counters.skippedListeners == 0)
    }

    @Test func `equal callers are asked once, however many they are`() throws {
        let stage = try Stage(["documents": Self.documents])
        let peers = (0..<200).map { _ in stage.connect(as: Self.person(1)) }
        for peer in peers { peer.join("a", Self.all) }
        stage.insert(
            "documents",
            ["id": .integer(1), "list": .integer(2), "document": Self.document(bytes: 849_000)])
        #expect(try peers.allSatisfy { try $0.messages().isEmpty })
    }
}

/// A reader that says how many look-ups it had at hand, and how many it was asked for later.
private final class CountingReader: WrappedReader {
    /// How long each of them might have taken.
    private(set) var times: [Duration] = []
    private(set) var asked: [Int] = []
    var atHand: Int { times.count }

    override func scalarAtHand(
        _ query: ScalarQuery, within time: Duration
    ) throws(DatabaseError) -> Value? {
        times.append(time)
        // A busy machine takes its time.
        return try reader.scalarAtHand(query, within: .seconds(10))
    }

    override func ask(
        _ queries: [ScalarQuery], reply: @escaping ([Result<Value, Problem>]) -> Void
    ) {
        asked.append(queries.count)
        reader.ask(queries, reply: reply)
    }
}

/// What rules ask of other models, on an engine that has the answers at hand.
@Suite(.sqliteOnly) struct LookUpBudgetTests {
    private static let messages = #"{"event":"*","schema":"public","table":"messages"}"#

    @Test func `look-ups that take long are asked for when the loop has time again`() throws {
        var made: CountingReader?
        let stage = try Stage(Models.all) {
            let reader = CountingReader($0)
            made = reader
            return reader
        }
        let reader = try #require(made)
        let ids = (0..<100).map { "00000000-0000-4000-8000-\(100_000_000_000 + $0)" }
        let peers = ids.map { stage.connect(as: user($0)) }
        for peer in peers { peer.join("a", Self.messages) }
        for id in ids { try stage.run("INSERT INTO members VALUES (7, '\(id)')") }
        stage.timeOfLook = .milliseconds(1)
        stage.insert("messages", ["id": .integer(1), "room": .integer(7)])
        #expect(try peers.allSatisfy { try $0.changes() == ["INSERT 1"] })
        #expect(reader.atHand < 10)
        #expect(reader.asked == [100 - reader.atHand])
        // Each has what the others have left of the change's time.
        let timeMax = FeedSettings().changeMillisecondsMax
        #expect(reader.times == (1...timeMax).reversed().map { .milliseconds($0) })
        // What is known is not asked again.
        stage.insert("messages", ["id": .integer(2), "room": .integer(7)])
        #expect(try peers.allSatisfy { try $0.changes() == ["INSERT 2"] })
        #expect(reader.asked.count == 1)
    }

    @Test func `what is asked twice of a change is answered once`() throws {
        let member = "exists(members as m where m.room = notices.room and m.person = auth.uid())"
        var models = Models.all
        models["notices"] = """
            {"properties": {"id": {"type": "integer", "identity": true},
                            "room": {"type": "integer"}, "body": {"type": "string"}},
             "realtime": true, "access": {"read": "\(member) and body <> 'secret'"}}
            """
        var made: CountingReader?
        let stage = try Stage(models) {
            let reader = CountingReader($0)
            made = reader
            return reader
        }
        let reader = try #require(made)
        let peer = stage.connect(as: user(Models.ada))
        peer.join("a", #"{"event":"*","schema":"public","table":"notices"}"#)
        try stage.run("INSERT INTO members VALUES (7, '\(Models.ada)')")
        // Of the new row, and of the old one.
        stage.update(
            "notices", ["id": .integer(1), "room": .integer(7), "body": .text("a")],
            ["id": .integer(1), "room": .integer(7), "body": .text("b")])
        #expect(try peer.changes() == ["UPDATE 1"])
        #expect(reader.atHand == 1)
    }
}
