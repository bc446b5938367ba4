import Store
import Testing
import Values

@testable import Realtime

/// When a loop wants to be handed changes.
@Suite struct DemandTests {
    private let todos = #"{"event":"*","schema":"public","table":"todos"}"#

    @Test func `it is there from the first listener to the tick after the last`() throws {
        let stage = try Stage(Models.all)
        let demand = stage.hub.demand
        let peer = stage.connect()
        peer.join("chat")
        stage.hub.tick(now: stage.now)
        #expect(!demand.isPresent, "a channel without bindings hears no changes")
        peer.join("a", todos)
        #expect(demand.isPresent)
        peer.join("a", todos)
        stage.hub.tick(now: stage.now)
        #expect(demand.isPresent, "a second join replaces the first")
        try stage.reload(Models.all)
        stage.hub.tick(now: stage.now)
        #expect(demand.isPresent, "a reload takes all listeners out and puts them back")
        peer.session.close(code: 1000, reason: "")
        #expect(demand.isPresent)
        stage.hub.tick(now: stage.now)
        #expect(!demand.isPresent)
    }

    @Test func `who listens after changes that were left out hears the next one`() throws {
        let stage = try Stage(Models.all)
        let first = stage.connect()
        first.join("a", todos)
        stage.insert("todos", ["id": .integer(1)])
        #expect(try first.changes() == ["INSERT 1"])
        first.session.close(code: 1000, reason: "")
        stage.hub.tick(now: stage.now)
        for id in 2...9 {
            _ = stage.change(.insert, "todos", new: ["id": .integer(Int64(id))])
        }
        let second = stage.connect()
        second.join("a", todos)
        stage.insert("todos", ["id": .integer(10)])
        #expect(try second.changes() == ["INSERT 10"])
    }

    @Test func `it names what is listened to, and what the rules of that look at`() throws {
        let stage = try Stage(Models.all)
        let (first, second) = (stage.connect(as: user(Models.ada)), stage.connect())
        first.join("a", #"{"event":"*","schema":"public","table":"messages"}"#)
        second.join("a", todos)
        #expect(stage.hub.demand.tables == ["messages", "members", "todos"])
        first.session.close(code: 1000, reason: "")
        stage.hub.tick(now: stage.now)
        #expect(stage.hub.demand.tables == ["todos"])
        second.session.close(code: 1000, reason: "")
        stage.hub.tick(now: stage.now)
        #expect(stage.hub.demand.tables.isEmpty)
    }

    /// What follows the log may be behind it.
    @Test func `who joins hears nothing that was committed before`() throws {
        let stage = try Stage(Models.all)
        let first = stage.connect()
        first.join("a", todos)
        stage.insert("todos", ["id": .integer(1)])
        stage.newestChange = 4
        let second = stage.connect()
        second.join("a", todos)
        for id in 2...6 { stage.insert("todos", ["id": .integer(Int64(id))]) }
        #expect(try first.changes() == (1...6).map { "INSERT \($0)" })
        #expect(try second.changes() == ["INSERT 5", "INSERT 6"])
    }

    /// A token that is renewed, and other schema files, are no join.
    @Test func `who listens already misses nothing that has yet to come`() throws {
        let stage = try Stage(Models.all)
        stage.identities = ["ada": user(Models.ada), "eve": user(Models.eve)]
        let peer = stage.connect()
        peer.join("a", todos, token: "ada")
        stage.newestChange = 4
        stage.insert("todos", ["id": .integer(1)])
        peer.send(#"["1","2","realtime:a","access_token",{"access_token":"eve"}]"#)
        stage.insert("todos", ["id": .integer(2)])
        try stage.reload(Models.all)
        for id in 3...5 { stage.insert("todos", ["id": .integer(Int64(id))]) }
        let heard = try peer.changes().filter { $0.hasPrefix("INSERT") }
        #expect(heard == (2...5).map { "INSERT \($0)" })
    }

    @Test func `a history that begins again at an earlier number is heard`() throws {
        let stage = try Stage(Models.all)
        stage.newestChange = 100
        let peer = stage.connect()
        peer.join("a", todos)
        let reset = Change(
            reset: .epoch, of: "todos", sequence: 3, transaction: 3, committedAt: stage.now)
        stage.newestChange = 3
        stage.hub.deliver([reset])
        peer.join("a", todos)
        for id in 1...3 { _ = stage.change(.insert, "todos", new: ["id": .integer(Int64(id))]) }
        for id in 4...5 { stage.insert("todos", ["id": .integer(Int64(id))]) }
        let heard = try peer.changes().filter { $0.hasPrefix("INSERT") }
        #expect(heard == ["INSERT 4", "INSERT 5"])
    }
}
