import Bytes
import Expressions
import Store
import Testing
import Values

@testable import Realtime

/// Tables whose changes cannot be told row by row.
@Suite struct ResetTests {
    private let todos = #"{"event":"INSERT","schema":"public","table":"todos"}"#
    private let notes = #"{"event":"*","schema":"public","table":"notes"}"#

    private func reset(
        _ reason: Change.Reset, of table: String, after change: Change
    ) -> Change {
        Change(
            reset: reason, of: table, sequence: change.sequence, transaction: change.sequence,
            committedAt: change.committedAt)
    }

    static let words: [(reason: Change.Reset, message: String)] = [
        (.truncated, "Rows of 'todos' were removed all at once. Fetch the rows again."),
        (.trimmed, "Changes of 'todos' were deleted before they were told. Fetch the rows again."),
        (.epoch, "The database of 'todos' was restored or has failed over. Fetch the rows again."),
        (.unreadable, "A change of 'todos' could not be read. Fetch the rows again."),
        (.missed, "Changes of 'todos' were made that nobody has seen. Fetch the rows again."),
    ]

    @Test(arguments: words)
    func `the channels of a table end as if they broke, with the reason`(
        reason: Change.Reset, message: String
    ) throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join("a", todos)
        let first = stage.change(.insert, "todos", new: ["id": .integer(1)])
        let last = stage.change(.insert, "todos", new: ["id": .integer(2)])
        stage.hub.deliver([first, reset(reason, of: "todos", after: first), last])
        let messages = try peer.messages()
        #expect(
            messages.map { $0.elements[3].string } == ["postgres_changes", "system", "phx_error"])
        let notice = try #require(messages.dropFirst().first?.elements[4])
        #expect(notice["message"]?.string == message && notice["status"]?.string == "error")
        #expect(notice["extension"]?.string == "postgres_changes")
        let fault = try #require(messages.last).elements
        // Clients take it by the reference of their join.
        #expect(fault[0].string == "1" && fault[1].string == "1")
        #expect(fault[2].string == "realtime:a" && fault[4]["reason"]?.string == message)
        #expect(peer.session.isOpen && peer.session.channels.isEmpty)
        #expect(stage.hub.counters.resets == 1 && stage.hub.counters.channels == 0)
    }

    @Test func `who joins again hears what comes then`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join("a", todos)
        let first = stage.change(.insert, "todos", new: ["id": .integer(1)])
        stage.hub.deliver([reset(.truncated, of: "todos", after: first)])
        _ = try peer.messages()
        stage.insert("todos", ["id": .integer(2)])
        #expect(try peer.changes() == [])
        peer.join("a", todos)
        stage.insert("todos", ["id": .integer(3)])
        #expect(try peer.changes() == ["INSERT 3"])
    }

    @Test func `the channels of other tables go on`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect(as: user(Models.ada))
        peer.join("a", todos)
        peer.join("b", notes)
        let first = stage.change(.insert, "todos", new: ["id": .integer(1)])
        stage.hub.deliver([
            reset(.trimmed, of: "todos", after: first), reset(.trimmed, of: "none", after: first),
        ])
        _ = try peer.messages()
        stage.insert("notes", ["id": .integer(1), "owner": .text(Models.ada)])
        #expect(try peer.changes() == ["INSERT 1"])
    }

    @Test func `a socket that is behind is told as well, and hears no more of what it missed`()
        throws
    {
        var settings = FeedSettings()
        settings.queuedBytesMax = 1_000
        let stage = try Stage(Models.all, settings: settings)
        let slow = stage.connect()
        slow.join("a", todos)
        _ = try slow.messages()
        slow.sink.queuedBytes = 5_000
        for id in Int64(1)...3 { stage.insert("todos", ["id": .integer(id)]) }
        let next = stage.change(.insert, "todos", new: ["id": .integer(4)])
        stage.hub.deliver([reset(.truncated, of: "todos", after: next)])
        slow.sink.queuedBytes = 0
        slow.session.drained()
        #expect(try slow.changes() == ["INSERT 1", "system", "phx_error"])
        #expect(stage.hub.backlog.waiting.isEmpty)
    }

    @Test func `numbers that begin again from an earlier one are heard by those who catch up`()
        throws
    {
        var settings = FeedSettings()
        settings.queuedBytesMax = 1_000
        let stage = try Stage(Models.all, settings: settings)
        let peer = stage.connect()
        peer.join("a", todos)
        let early = (1...9).map { stage.change(.insert, "todos", new: ["id": .integer($0)]) }
        for id in Int64(20)...30 { stage.insert("todos", ["id": .integer(id)]) }
        _ = try peer.messages()
        stage.hub.deliver([reset(.epoch, of: "todos", after: early[0])])
        _ = try peer.messages()
        peer.join("a", todos)
        _ = try peer.messages()
        peer.sink.queuedBytes = 5_000
        for change in early.dropFirst() { stage.hub.deliver([change]) }
        #expect(try peer.changes() == ["INSERT 2"])
        peer.sink.queuedBytes = 0
        peer.session.drained()
        #expect(try peer.changes() == (3...9).map { "INSERT \($0)" })
        #expect(stage.hub.counters.slowCloses == 0)
    }
}
