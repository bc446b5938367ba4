import Bytes
import Expressions
import Store
import Testing
import Values

@testable import Realtime

@Suite struct SlowConsumerTests {
    private let todos = #"{"event":"*","schema":"public","table":"todos"}"#

    private func stage(ring: Int = 100) throws -> Stage {
        var settings = FeedSettings()
        settings.queuedBytesMax = 1_000
        settings.ringChangesMax = ring
        return try Stage(Models.all, settings: settings)
    }

    private func insert(_ ids: ClosedRange<Int64>, _ stage: Stage) {
        for id in ids { stage.insert("todos", ["id": .integer(id)]) }
    }

    private func expected(_ ids: ClosedRange<Int64>) -> [String] { ids.map { "INSERT \($0)" } }

    @Test func `a full socket waits, then catches up without a gap`() throws {
        let stage = try stage()
        let slow = stage.connect()
        let quick = stage.connect()
        for peer in [slow, quick] { peer.join("a", todos) }
        insert(1...2, stage)
        slow.sink.queuedBytes = 5_000
        insert(3...10, stage)
        #expect(try slow.changes() == expected(1...3))
        #expect(try quick.changes() == expected(1...10))
        slow.sink.queuedBytes = 0
        slow.session.drained()
        #expect(try slow.changes() == expected(4...10))
        insert(11...12, stage)
        #expect(try slow.changes() == expected(11...12))
        #expect(stage.hub.backlog.waiting.isEmpty)
    }

    @Test func `what nobody has missed takes the place of nothing that a full socket needs`() throws {
        let stage = try stage(ring: 3)
        let slow = stage.connect()
        slow.join("a", #"{"event":"*","schema":"public","table":"todos","filter":"id=lt.10"}"#)
        let quick = stage.connect()
        quick.join("a", todos)
        slow.sink.queuedBytes = 5_000
        insert(1...3, stage)
        insert(100...110, stage)
        slow.sink.queuedBytes = 0
        slow.session.drained()
        #expect(try slow.changes() == expected(1...3))
        #expect(try quick.changes().count == 14)
    }

    @Test func `a socket that fills again while catching up waits again`() throws {
        let stage = try stage()
        let slow = stage.connect()
        slow.join("a", todos)
        slow.sink.queuedBytes = 5_000
        insert(1...5, stage)
        slow.session.drained()
        slow.session.drained()
        #expect(try slow.changes() == expected(1...3))
        insert(6...6, stage)
        slow.sink.queuedBytes = 0
        // The server's own mark may be higher, so that it never says `drained`.
        stage.hub.tick(now: stage.now)
        #expect(try slow.changes() == expected(4...6))
    }

    @Test func `every channel of a socket gets the change that filled it`() throws {
        let stage = try stage()
        let slow = stage.connect()
        slow.join("a", todos)
        slow.join("b", todos)
        _ = slow.sink.take()
        slow.sink.queuedBytes = 5_000
        insert(1...2, stage)
        #expect(try slow.changes() == ["INSERT 1", "INSERT 1"])
        slow.sink.queuedBytes = 0
        slow.session.drained()
        #expect(try slow.changes() == ["INSERT 2", "INSERT 2"])
    }

    @Test func `a channel joined while waiting starts at its join`() throws {
        let stage = try stage()
        let slow = stage.connect()
        slow.join("a", todos)
        slow.sink.queuedBytes = 5_000
        insert(1...3, stage)
        slow.join("b", todos)
        insert(4...4, stage)
        _ = slow.sink.take()
        slow.sink.queuedBytes = 0
        slow.session.drained()
        let topics = try slow.messages().map { $0.elements[2].string ?? "" }
        #expect(topics.filter { $0 == "realtime:a" }.count == 3)
        #expect(topics.filter { $0 == "realtime:b" }.count == 1)
    }

    @Test func `a socket that the ring has passed by is told and closed with 1013`() throws {
        let stage = try stage(ring: 4)
        let slow = stage.connect()
        slow.join("a", todos)
        slow.join("b")
        slow.sink.queuedBytes = 5_000
        insert(1...5, stage)
        stage.hub.tick(now: stage.now)
        #expect(slow.sink.closeCode == nil)
        insert(6...6, stage)
        _ = slow.sink.take()
        stage.hub.tick(now: stage.now)
        #expect(slow.sink.closeCode == 1013)
        let told = slow.sink.take()
        #expect(told.count == 2)
        #expect(told.allSatisfy { $0.contains("too slow and has missed changes") })
        #expect(stage.hub.counters.slowCloses == 1)
        #expect(stage.hub.backlog.waiting.isEmpty)
        #expect(stage.hub.counters.sessions == 0)
    }

    @Test func `drained too late is the same`() throws {
        let stage = try stage(ring: 2)
        let slow = stage.connect()
        slow.join("a", todos)
        slow.sink.queuedBytes = 5_000
        insert(1...9, stage)
        slow.sink.queuedBytes = 0
        slow.session.drained()
        #expect(slow.sink.closeCode == 1013)
    }

    @Test func `a row that came and went before its user was let in is not caught up`() throws {
        let stage = try stage()
        let ada = stage.connect(as: user(Models.ada))
        ada.join("a", todos + #",{"event":"*","schema":"public","table":"messages"}"#)
        ada.sink.queuedBytes = 5_000
        insert(1...1, stage)
        let message: [String: Value] = ["id": .integer(7), "room": .integer(7)]
        stage.insert("messages", message)
        stage.delete("messages", message)
        try stage.run("INSERT INTO members VALUES (7, '\(Models.ada)')")
        stage.insert("members", ["room": .integer(7), "person": .text(Models.ada)])
        stage.insert("messages", ["id": .integer(8), "room": .integer(7)])
        ada.sink.queuedBytes = 0
        ada.session.drained()
        #expect(try ada.changes() == ["INSERT 1", "INSERT 8"])
    }

    @Test func `a row seen before its user was let out is caught up, none after`() throws {
        let stage = try stage()
        try stage.run("INSERT INTO members VALUES (7, '\(Models.ada)')")
        let ada = stage.connect(as: user(Models.ada))
        ada.join("a", #"{"event":"*","schema":"public","table":"messages"}"#)
        ada.sink.queuedBytes = 5_000
        for id in 1...3 {
            stage.insert("messages", ["id": .integer(Int64(id)), "room": .integer(7)])
        }
        try stage.run("DELETE FROM members")
        stage.delete("members", ["room": .integer(7), "person": .text(Models.ada)])
        stage.insert("messages", ["id": .integer(4), "room": .integer(7)])
        ada.sink.queuedBytes = 0
        ada.session.drained()
        #expect(try ada.changes() == ["INSERT 1", "INSERT 2", "INSERT 3"])
    }

    @Test func `a socket whose rights change while it waits is told to read again`() throws {
        let stage = try stage()
        stage.identities = ["ada": user(Models.ada), "eve": user(Models.eve)]
        let peer = stage.connect()
        peer.join("a", #"{"event":"*","schema":"public","table":"notes"}"#, token: "ada")
        peer.sink.queuedBytes = 5_000
        for id in 1...2 {
            stage.insert("notes", ["id": .integer(Int64(id)), "owner": .text(Models.ada)])
        }
        stage.insert("notes", ["id": .integer(3), "owner": .text(Models.eve)])
        #expect(try peer.changes() == ["INSERT 1"])
        let told = peer.send(#"["1","2","realtime:a","access_token",{"access_token":"eve"}]"#)
        #expect(told.count == 1)
        #expect(told.first?.contains("Fetch the rows again") == true)
        #expect(peer.sink.closeCode == 1013)
    }

    @Test func `a new token with the same rights takes nothing from a socket that waits`() throws {
        let stage = try stage()
        stage.identities = ["ada": user(Models.ada), "ada2": user(Models.ada)]
        let peer = stage.connect()
        peer.join("a", #"{"event":"*","schema":"public","table":"notes"}"#, token: "ada")
        peer.sink.queuedBytes = 5_000
        for id in 1...2 {
            stage.insert("notes", ["id": .integer(Int64(id)), "owner": .text(Models.ada)])
        }
        _ = peer.sink.take()
        let sent = peer.send(#"["1","2","realtime:a","access_token",{"access_token":"ada2"}]"#)
        #expect(sent.first?.contains("Subscribed to PostgreSQL") == true)
        peer.sink.queuedBytes = 0
        peer.session.drained()
        #expect(try peer.changes() == ["INSERT 2"])
    }

    @Test func `a socket that goes while waiting is forgotten`() throws {
        let stage = try stage()
        let slow = stage.connect()
        slow.join("a", todos)
        slow.sink.queuedBytes = 5_000
        insert(1...2, stage)
        slow.session.closed(code: nil)
        #expect(stage.hub.backlog.waiting.isEmpty)
        slow.session.drained()
        #expect(try slow.changes() == expected(1...1))
    }
}

@Suite struct ReloadTests {
    private let todos = #"{"event":"*","schema":"public","table":"todos"}"#

    @Test func `channels go on with the new models`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join("a", todos)
        var models = Models.all
        models["todos"] = Models.todos.replacing(
            #""extra": {"type": "object"}"#,
            with: #""extra": {"type": "object"}, "more": {"type": "string"}"#)
        try stage.reload(models)
        #expect(peer.sink.take() == [])
        stage.insert("todos", ["id": .integer(1), "more": .text("x")])
        let record = try peer.messages().first?.elements[4]["data"]?["record"]
        #expect(record?["more"]?.string == "x")
    }

    @Test func `a model that is gone is told`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join("a", todos)
        peer.join("b", #"{"event":"*","schema":"public","table":"members"}"#)
        try stage.reload(Models.all.filter { $0.key != "todos" })
        let told = peer.sink.take()
        #expect(told.count == 1)
        #expect(told.first?.contains("There is no model 'todos'") == true)
        stage.insert("members", ["room": .integer(1), "person": .text(Models.ada)])
        #expect(try peer.changes("room") == ["INSERT 1"])
        try stage.reload(Models.all)
        stage.insert("todos", ["id": .integer(1)])
        #expect(try peer.changes() == ["INSERT 1"])
    }

    @Test func `a stricter rule holds from the reload on`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join("a", todos)
        var models = Models.all
        models["todos"] = Models.todos.replacing(#"{"read": true}"#, with: #"{"read": "list = 1"}"#)
        try stage.reload(models)
        stage.insert("todos", ["id": .integer(1)])
        stage.insert("todos", ["id": .integer(2), "list": .integer(1)])
        #expect(try peer.changes() == ["INSERT 2"])
    }

    @Test func `a row of the old shape is told, not guessed`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join("a", todos)
        let old = stage.change(.insert, "todos", new: ["id": .integer(1)])
        var models = Models.all
        models["todos"] = Models.todos.replacing(
            #""extra": {"type": "object"}"#,
            with: #""extra": {"type": "object"}, "more": {"type": "string"}"#)
        try stage.reload(models)
        stage.hub.deliver([old])
        let told = peer.sink.take()
        #expect(told.count == 1)
        #expect(told.first?.contains("has changed. Fetch the rows again.") == true)
    }
}
