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
    static func join(_ peer: Peer, channels: Int, _ filter: (Int) -> String) {
        for channel in 0..<channels {
            let items = (0..<100).map { item(filter(100 * channel + $0)) }
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
}
