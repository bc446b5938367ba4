import Bytes
import Diagnostics
import Expressions
import Quotas
import Store
import Testing
import Values

@testable import Realtime

/// A reader that has no answer at hand, as one whose engine is another process: it notes what it is
/// asked, and answers when the test says so.
private final class AwaitedReader: WrappedReader {
    private(set) var asked: [(queries: [ScalarQuery], reply: ([Result<Value, Problem>]) -> Void)] =
        []

    override func scalarAtHand(
        _ query: ScalarQuery, within time: Duration
    ) throws(DatabaseError) -> Value? { nil }

    override func ask(
        _ queries: [ScalarQuery], reply: @escaping ([Result<Value, Problem>]) -> Void
    ) {
        asked.append((queries, reply))
    }

    /// Answers what was asked first.
    func answer() {
        let (queries, reply) = asked.removeFirst()
        reader.ask(queries, reply: reply)
    }

    func fail() {
        let problem = Problem(code: "58030", status: 503, message: "The database is away.")
        let (queries, reply) = asked.removeFirst()
        reply(queries.map { _ in .failure(problem) })
    }

    /// Answers what was asked first, but for the first query of it.
    func failFirst() {
        let (queries, reply) = asked.removeFirst()
        let problem = Problem(code: "57014", status: 500, message: "It takes too long.")
        reader.ask(queries) { results in reply([.failure(problem)] + results.dropFirst()) }
    }
}

@Suite struct AwaitedLookUpTests {
    private let messages = #"{"event":"*","schema":"public","table":"messages"}"#
    private let todos = #"{"event":"*","schema":"public","table":"todos"}"#

    /// A stage whose rules wait for their answers, with ada in room 7, and eve in none.
    private struct Scene {
        let stage: Stage
        let reader: AwaitedReader
        let ada: Peer
        let eve: Peer

        init(_ bindings: String..., settings: FeedSettings = FeedSettings()) throws {
            var made: AwaitedReader?
            stage = try Stage(Models.all, settings: settings) {
                let reader = AwaitedReader($0)
                made = reader
                return reader
            }
            reader = try #require(made)
            ada = stage.connect(as: user(Models.ada))
            eve = stage.connect(as: user(Models.eve))
            for peer in [ada, eve] {
                for (index, binding) in bindings.enumerated() { peer.join("t\(index)", binding) }
            }
            _ = try ada.messages()
            _ = try eve.messages()
            try stage.run("INSERT INTO members VALUES (7, '\(Models.ada)')")
        }

        func say(_ id: Int64, in room: Int64 = 7) {
            stage.insert("messages", ["id": .integer(id), "room": .integer(room)])
        }
    }

    @Test func `all that a change asks is asked at once, and told when it is answered`() throws {
        let scene = try Scene(messages)
        scene.say(1)
        #expect(try scene.ada.changes() == [])
        #expect(scene.reader.asked.map(\.queries.count) == [2])
        scene.reader.answer()
        #expect(try scene.ada.changes() == ["INSERT 1"])
        #expect(try scene.eve.changes() == [])
    }

    @Test func `changes are told of as delivered when they are, and not before`() throws {
        let scene = try Scene(messages)
        var told: [Int] = []
        for id in 1...2 {
            let row: [String: Value] = ["id": .integer(Int64(id)), "room": .integer(7)]
            let change = scene.stage.change(.insert, "messages", new: row)
            scene.stage.hub.deliver([change]) { told.append(id) }
        }
        #expect(told.isEmpty)
        // The second one asks what the first has.
        scene.reader.answer()
        #expect(told == [1, 2])
    }

    @Test func `a change is judged of the moment that was asked about`() throws {
        let scene = try Scene(messages)
        scene.say(1)
        scene.stage.advance(microseconds: 1)
        scene.reader.answer()
        #expect(scene.reader.asked.isEmpty)
        #expect(try scene.ada.changes() == ["INSERT 1"])
    }

    @Test func `what follows a change that waits keeps its place`() throws {
        let scene = try Scene(messages, todos)
        scene.say(1)
        scene.stage.insert("todos", ["id": .integer(5)])
        scene.say(2, in: 8)
        scene.say(3)
        #expect(try scene.ada.changes() == [])
        var told: [String] = []
        while !scene.reader.asked.isEmpty {
            #expect(scene.reader.asked.count == 1)
            scene.reader.answer()
            told += try scene.ada.changes()
        }
        #expect(told == ["INSERT 1", "INSERT 5", "INSERT 3"])
        #expect(try scene.eve.changes() == ["INSERT 5"])
        #expect(scene.stage.hub.counters.changes == 4)
    }

    @Test func `an answer holds for its change alone, unless nobody has changed the model`() throws
    {
        let scene = try Scene(messages)
        scene.say(1)
        scene.reader.answer()
        // Remembered: nothing of the members has changed.
        scene.say(2)
        #expect(scene.reader.asked.isEmpty)
        #expect(try scene.ada.changes() == ["INSERT 1", "INSERT 2"])
        try scene.stage.run("DELETE FROM members")
        scene.stage.delete(
            "members", ["room": .integer(7), "person": .text(Models.ada)])
        scene.say(3)
        scene.reader.answer()
        #expect(try scene.ada.changes() == [])
    }

    @Test func `when the engine does not answer, listeners are told to read again`() throws {
        let scene = try Scene(messages, todos)
        scene.say(1)
        scene.stage.insert("todos", ["id": .integer(5)])
        scene.reader.fail()
        let told = try scene.ada.messages().map { $0.elements[3].string }
        #expect(told == ["system", "postgres_changes"])
        #expect(scene.stage.hub.counters.brokenDecisions == 2)
        scene.say(2)
        scene.reader.answer()
        #expect(try scene.ada.changes() == ["INSERT 2"])
    }

    @Test func `who asks what cannot be answered is told to fetch, others are not`() throws {
        let scene = try Scene(messages)
        try scene.stage.run("INSERT INTO members VALUES (7, '\(Models.eve)')")
        scene.say(1)
        #expect(scene.reader.asked.map(\.queries.count) == [2])
        scene.reader.failFirst()
        let told = try [scene.ada, scene.eve].map { peer in
            try peer.messages().map { $0.elements[3].string }
        }
        #expect(Set(told) == [["system"], ["postgres_changes"]])
        #expect(scene.stage.hub.counters.brokenDecisions == 1)
    }

    @Test func `whoever leaves meanwhile hears nothing, and whoever comes hears what waits`() throws
    {
        let scene = try Scene(messages)
        scene.say(1)
        scene.ada.session.closed(code: 1000)
        let late = scene.stage.connect(as: user(Models.ada))
        late.join("late", messages)
        _ = try late.messages()
        scene.say(2)
        while !scene.reader.asked.isEmpty { scene.reader.answer() }
        #expect(try late.changes() == ["INSERT 1", "INSERT 2"])
    }

    @Test func `the rows of a cascade are asked of the tables as they were`() throws {
        let scene = try Scene(messages)
        try scene.stage.run("DELETE FROM members")
        let first = scene.stage.change(
            .delete, "members", old: ["room": .integer(7), "person": .text(Models.ada)])
        let second = scene.stage.change(
            .delete, "messages", old: ["id": .integer(1), "room": .integer(7)],
            of: first.sequence)
        scene.stage.hub.deliver([first, second])
        while !scene.reader.asked.isEmpty { scene.reader.answer() }
        #expect(try scene.ada.changes() == ["DELETE 1"])
        #expect(try scene.eve.changes() == [])
    }

    @Test func `a reset behind a change that waits keeps its place`() throws {
        let scene = try Scene(messages)
        scene.say(1)
        scene.stage.hub.deliver([
            Change(
                reset: .truncated, of: "messages", sequence: 2, transaction: 2,
                committedAt: scene.stage.now)
        ])
        #expect(try scene.ada.changes() == [])
        scene.reader.answer()
        #expect(try scene.ada.changes() == ["INSERT 1", "system", "phx_error"])
    }

    @Test func `a reload while a change waits serves the new rules`() throws {
        let scene = try Scene(messages)
        scene.say(1)
        try scene.stage.reload(Models.all)
        while !scene.reader.asked.isEmpty { scene.reader.answer() }
        #expect(try scene.ada.changes() == ["INSERT 1"])
    }
}
