import Bytes
import Expressions
import Store
import Testing
import Values

@testable import Realtime

/// One socket's filters must not make a change late for the others.
@Suite struct JudgingBudgetTests {
    static func item(_ filter: String, _ table: String = "todos") -> String {
        #"{"event":"INSERT","schema":"public","table":"\#(table)","filter":"\#(filter)"}"#
    }

    /// Joins channels of a hundred bindings each.
    static func join(
        _ peer: Peer, channels: Int, of table: String = "todos", _ filter: (Int) -> String
    ) {
        for channel in 0..<channels {
            let items = (0..<100).map { item(filter(100 * channel + $0), table) }
            let sent = peer.join("c\(channel)", items.joined(separator: ","))
            #expect(sent.last?.contains("Subscribed") == true, "\(sent.last ?? "")")
        }
    }

    /// Patterns that are tried at every character of a text, and do not fit it.
    static func costly(_ index: Int) -> String { "title=like.%a_a_a_a\(index)%" }

    private static let longTitle = Value.text(String(repeating: "a", count: 20_000))

    @Test func `a thousand patterns do not keep a row from the others`() throws {
        let stage = try Stage(Models.all)
        let attacker = stage.connect(as: user(Models.eve))
        Self.join(attacker, channels: 10, Self.costly)
        let bystander = stage.connect(as: user(Models.ada))
        bystander.join("equal", Self.item("list=eq.1"))
        bystander.join("like", Self.item("title=like.a%"))
        stage.insert("todos", ["id": .integer(1), "list": .integer(1), "title": Self.longTitle])
        #expect(try bystander.changes() == ["INSERT 1", "INSERT 1"])
        // Told once on each channel that has a filter which was not asked.
        let told = try attacker.messages()
        #expect(told.count == Set(told.map { $0.elements[2].string }).count)
        #expect(told.allSatisfy { $0.elements[4]["message"]?.string?.contains("Fetch") == true })
        #expect(!told.isEmpty)
    }

    @Test func `a row is compared with the lists alone that name its value`() throws {
        let stage = try Stage(Models.all)
        let peers = (0..<10).map { _ in stage.connect() }
        for (place, peer) in peers.enumerated() {
            Self.join(peer, channels: 1) { index in
                let first = 10_000 * place + 100 * index
                return "list=in.(\((first..<first + 100).map(String.init).joined(separator: ",")))"
            }
        }
        stage.insert("todos", ["id": .integer(1), "list": .integer(30_250)])
        #expect(stage.hub.matcher.found.count == 1)
        let heard = try peers.map { try $0.changes() }
        #expect(heard == peers.indices.map { $0 == 3 ? ["INSERT 1"] : [] })
        for peer in peers { peer.session.closed(code: nil) }
        stage.insert("todos", ["id": .integer(2), "list": .integer(30_250)])
        #expect(stage.hub.audiences.count == 0)
    }

    @Test func `time ends what steps do not, and in turns as well`() throws {
        let stage = try Stage(Models.all)
        let attacker = stage.connect(as: user(Models.eve))
        Self.join(attacker, channels: 10, Self.costly)
        let bystander = stage.connect(as: user(Models.ada))
        bystander.join("like", Self.item("title=like.a%"))
        stage.timeOfLook = .milliseconds(1)
        stage.insert("todos", ["id": .integer(1), "title": Self.longTitle])
        #expect(try bystander.changes() == ["INSERT 1"])
        #expect(stage.hub.counters.overBudgetChanges == 1)
        #expect(stage.hub.counters.skippedListeners > 900)
        #expect(stage.hub.matcher.budget.spent < 2_000_000)
        // The next change has a budget of its own.
        stage.timeOfLook = .zero
        stage.insert("todos", ["id": .integer(2), "title": .text("a")])
        #expect(try bystander.changes() == ["INSERT 2"])
        #expect(stage.hub.counters.overBudgetChanges == 1)
    }

    @Test func `nobody learns from a budget of rows that he may not see`() throws {
        let stage = try Stage(Models.all)
        let eve = stage.connect(as: user(Models.eve))
        Self.join(eve, channels: 2, of: "messages") { "body=like.%a_a_a_a\($0)%" }
        let row: [String: Value] = ["id": .integer(1), "room": .integer(7), "body": Self.longTitle]
        stage.insert("messages", row)
        #expect(try eve.messages().isEmpty)
        #expect(stage.hub.counters.skippedListeners == 0)
        try stage.run("INSERT INTO members VALUES (7, '\(Models.eve)')")
        stage.insert("members", ["room": .integer(7), "person": .text(Models.eve)])
        stage.insert("messages", row)
        #expect(try eve.messages().count == 2)
    }

    @Test func `one filter of many callers is asked once`() throws {
        let stage = try Stage(Models.all)
        let peers = (0..<100).map { index in
            stage.connect(as: user("00000000-0000-4000-8000-0000000000\(10 + index)"))
        }
        for peer in peers { peer.join("a", Self.item("title=like.%a_a%")) }
        stage.insert("todos", ["id": .integer(1), "title": .text("banana")])
        #expect(stage.hub.audiences.count == 100)
        #expect(try peers.allSatisfy { try $0.changes() == ["INSERT 1"] })
        #expect(stage.hub.matcher.budget.spent < 100 * RealtimeLimits.stepsPerListener + 200)
    }

    @Test func `who wants rows of one value alone is not asked about others at any price`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        Self.join(peer, channels: 2) { "list=eq.1,\(Self.costly($0))" }
        #expect(stage.hub.counters.unindexed == 200)
        stage.insert("todos", ["id": .integer(1), "list": .integer(2), "title": Self.longTitle])
        #expect(stage.hub.matcher.budget.spent == 0)
        #expect(try peer.changes() == [])
    }
}
