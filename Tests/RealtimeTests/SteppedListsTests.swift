import Quotas
import Store
import Testing
import Values

@testable import Realtime

/// Bindings of long lists lie in the index under each of their values. They come, go and change
/// whom they speak for in steps, and are paid for.
@Suite struct SteppedListsTests {
    private static let lists = 100
    private static let values = 100
    /// What one step may put into the index, or take out: a list, for each kind of change.
    private static let entriesMax = 3 * values
    /// Who sees a row depends on the caller, and which rows are looked at does not.
    private static let model = """
        {"properties": {
          "id": {"type": "integer", "identity": true},
          "owner": {"type": "string", "format": "uuid"}, "list": {"type": "integer"}},
         "realtime": true, "access": {"read": "owner = auth.uid() or list < 1000000"}}
        """

    private let turns = Turns()
    private let stage: Stage
    private let peer: Peer

    init() throws {
        stage = try Stage(["notes": Self.model], in: turns)
        stage.identities = ["ada": user(Models.ada), "eve": user(Models.eve)]
        peer = stage.connect()
    }

    /// A join of many lists, of which no two have a value in common.
    private static func join(_ name: String = "a", from first: Int = 0) -> String {
        let items = (0..<lists).map { list in
            let start = first + list * values
            let members = (start..<start + values).map(String.init).joined(separator: ",")
            return """
                {"event":"*","schema":"public","table":"notes","filter":"list=in.(\(members))"}
                """
        }
        return """
            ["1","1","realtime:\(name)","phx_join",{"config":{"postgres_changes":\
            [\(items.joined(separator: ","))]},"access_token":"ada"}]
            """
    }

    private static func token(_ name: String, on channel: String = "a") -> String {
        #"["1","2","realtime:\#(channel)","access_token",{"access_token":"\#(name)"}]"#
    }

    private static let leave = #"["1","3","realtime:a","phx_leave",{}]"#

    private var entries: Int { stage.hub.binder.feeds["notes"]?.indexedCount ?? 0 }

    /// By how much each step changes the index, until `next` finds nothing to do.
    private func steps(_ next: () -> Bool) -> [Int] {
        var counts = [entries]
        while next() { counts.append(entries) }
        return zip(counts, counts.dropFirst()).map { abs($0 - $1) }
    }

    private func goOn() -> Bool {
        guard peer.session.isBusy else { return false }
        peer.session.proceed(until: 0)
        return true
    }

    /// Messages that a text takes from what its socket may send.
    private func cost(of text: String) -> Int {
        let before = peer.session.messages.remaining(at: stage.uptime)
        peer.give(text)
        return before - peer.session.messages.remaining(at: stage.uptime)
    }

    private func insert(_ id: Int64, _ list: Int64) {
        stage.insert("notes", ["id": .integer(id), "list": .integer(list)])
        while turns.next() {}
    }

    @Test func `a new token costs what the join does, but for the length of its message`() {
        let join = Self.join()
        let joined = cost(of: join) - join.utf8.count / RealtimeLimits.bytesPerMessage
        #expect(joined > 1 + Self.lists / RealtimeLimits.bindingsPerMessage, "values count as well")
        #expect(cost(of: Self.token("eve")) == joined)
        #expect(peer.session.channels["realtime:a"]?.token == "eve")
        #expect(cost(of: Self.token("eve")) == 1, "nothing changes")
    }

    @Test func `a token that comes too soon ends the channel`() {
        peer.give(Self.join())
        _ = peer.sink.take()
        var count = 0
        while !peer.session.channels.isEmpty, count < 100 {
            peer.give(Self.token(count % 2 == 0 ? "eve" : "ada"))
            count += 1
        }
        #expect(count < 100)
        #expect(peer.sink.take().contains { $0.contains("Too many messages per second") })
        #expect(stage.hub.counters.droppedMessages == 1)
    }

    @Test func `a join enters its lists over several steps`() throws {
        peer.session.received(text: Array(Self.join().utf8))
        let steps = steps(goOn)
        #expect((steps.max() ?? 0) <= Self.entriesMax, "\(steps)")
        _ = peer.sink.take()
        insert(1, 150)
        #expect(try peer.changes() == ["INSERT 1"])
    }

    @Test func `a leave takes its lists out over steps, and a join in between hears`() throws {
        peer.give(Self.join())
        stage.endStepsAtEachLook()
        let before = entries
        peer.give(Self.leave)
        #expect(before - entries <= Self.entriesMax)
        _ = peer.sink.take()
        turns.next()
        insert(1, 150)
        #expect(peer.sink.texts.isEmpty)
        peer.give(Self.leave)
        peer.give(Self.join())
        _ = peer.sink.take()
        let steps = steps { turns.next() }
        #expect((steps.max() ?? 0) <= Self.entriesMax, "\(steps)")
        insert(2, 150)
        #expect(try peer.changes() == ["INSERT 2"])
        #expect(entries == before)
    }

    @Test func `a socket with many lists that ends is taken out over many steps`() throws {
        for channel in 0..<8 {
            peer.give(Self.join("c\(channel)", from: channel * Self.lists * Self.values))
        }
        #expect(peer.session.channels.count == 8)
        stage.endStepsAtEachLook()
        let before = entries
        peer.session.closed(code: nil)
        #expect(before - entries <= Self.entriesMax)
        let steps = steps { turns.next() }
        #expect((steps.max() ?? 0) <= Self.entriesMax, "\(steps.max() ?? 0) of \(steps.count)")
        #expect(entries == 0)
        #expect(stage.hub.counters.channels == 0)
    }

    /// The lists that listeners lie under, each as often as one does.
    private var heldLists: [ObjectIdentifier] {
        let listeners = stage.hub.binder.feeds["notes"]?.listeners ?? []
        return listeners.compactMap { $0.hold.map { ObjectIdentifier($0.list) } }
    }

    @Test func `a new token of somebody else leaves the lists where they are`() throws {
        peer.give(Self.join())
        let (lists, audience) = (Set(heldLists), peer.session.channels["realtime:a"]?.audience)
        #expect(lists.count == Self.lists)
        peer.give(Self.token("eve"))
        #expect(peer.session.channels["realtime:a"]?.audience !== audience, "a rule asks who it is")
        #expect(Set(heldLists) == lists)
        #expect(heldLists.count == Self.lists)
        #expect(turns.later.isEmpty, "nothing is to be taken out")
    }

    @Test func `changes between the steps of a new token are told once`() throws {
        peer.give(Self.join())
        _ = peer.sink.take()
        peer.session.received(text: Array(Self.token("eve").utf8))
        var id: Int64 = 0
        repeat {
            id += 1
            insert(id, 100 * (id % 100) + 7)
            #expect(try peer.changes() == ["INSERT \(id)"])
        } while goOn() && peer.session.isBusy
        #expect(peer.session.channels["realtime:a"]?.token == "eve")
        _ = peer.sink.take()
        insert(id + 1, 150)
        #expect(try peer.changes() == ["INSERT \(id + 1)"])
    }

    @Test func `lists that nobody holds any more make room for others`() throws {
        let full = RealtimeLimits.indexedValues / (Self.lists * Self.values)
        let peers = (0...full / 10).map { _ in stage.connect() }
        for channel in 0..<full {
            peers[channel / 10].give(
                Self.join("c\(channel)", from: channel * Self.lists * Self.values))
        }
        let before = entries
        stage.endStepsAtEachLook()
        peers[0].session.closed(code: nil)
        turns.next()
        #expect(entries > before - 10 * Self.lists * Self.values, "they are there")
        peer.give(Self.join("a", from: 1_000_000))
        #expect(peer.sink.take().contains { $0.contains("Subscribed") })
        #expect(stage.hub.counters.unindexed == 0)
        #expect(entries <= RealtimeLimits.indexedValues)
        while turns.next() {}
        #expect(entries == before - 9 * Self.lists * Self.values)
    }
}
