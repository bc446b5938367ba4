import Bytes
import Store
import Testing
import Values

@testable import Realtime

/// A change that one channel is told in many long frames: they are made one by one, and the loop
/// does other things between them.
@Suite struct ManyFramesTests {
    private static let count = 20
    /// Long enough for the clock to be read after each.
    private static let text = String(
        repeating: "x", count: RealtimeLimits.unitsPerLook * RealtimeLimits.frameBytesPerUnit)

    /// A long text, and columns by which selects differ.
    private static let model: String = {
        let flags = (0..<count).map { #""c\#($0)": {"type": "boolean"}"# }
        return """
            {"properties": {"id": {"type": "integer", "identity": true}, "text": {"type": "string"},
             \(flags.joined(separator: ","))}, "realtime": true, "access": {"read": true}}
            """
    }()

    /// Bindings of which no two show the same.
    private static let bindings = (0..<count).map {
        #"{"event":"*","schema":"public","table":"wide","select":["text","c\#($0)"]}"#
    }.joined(separator: ",")

    private let turns = Turns()
    private let stage: Stage

    init() throws {
        var settings = FeedSettings()
        settings.queuedBytesMax = 1_000
        stage = try Stage(["wide": Self.model], settings: settings, in: turns)
    }

    private func connect(_ topic: String = "a") -> Peer {
        let peer = stage.connect()
        peer.join(topic, Self.bindings)
        _ = peer.sink.take()
        return peer
    }

    private func insert(_ ids: ClosedRange<Int64>) {
        stage.hub.deliver(
            ids.map {
                stage.change(.insert, "wide", new: ["id": .integer($0), "text": .text(Self.text)])
            })
    }

    /// The row and the flag of each frame that has come.
    private func heard(_ peer: Peer) throws -> [String] {
        try peer.messages().map { message in
            let record = message.elements[4]["data"]?["record"]
            let flag = record?.members.compactMap { $0.key.string }.first { $0.hasPrefix("c") }
            return "\(record?["id"]?.int64 ?? -1) \(flag ?? message.elements[3].string ?? "?")"
        }
    }

    private static func all(_ ids: ClosedRange<Int64>) -> [String] {
        ids.flatMap { id in (0..<count).map { "\(id) c\($0)" } }
    }

    @Test func `each step makes one of them, and they come in order`() throws {
        let peer = connect()
        stage.endStepsAtEachLook()
        insert(1...2)
        var steps = [try heard(peer)]
        while turns.next() { steps.append(try heard(peer)) }
        #expect(steps.flatMap { $0 } == Self.all(1...2))
        #expect(steps.allSatisfy { $0.count <= 1 }, "\(steps.map(\.count))")
    }

    @Test func `all members of an audience hear each once`() throws {
        let peers = (0..<3).map { _ in connect() }
        stage.endStepsAtEachLook()
        insert(1...1)
        #expect(stage.hub.audiences.count == 1)
        while turns.next() {}
        for peer in peers { #expect(try heard(peer) == Self.all(1...1)) }
    }

    @Test func `none is made for those who have left`() throws {
        let peer = connect()
        stage.endStepsAtEachLook()
        insert(1...1)
        let made = stage.hub.counters.deliveries
        peer.session.closed(code: 1000)
        var steps = 0
        while turns.next() { steps += 1 }
        #expect(stage.hub.counters.deliveries == made && steps <= 1)
    }

    @Test func `a reload in between loses none and repeats none`() throws {
        let peer = connect()
        stage.endStepsAtEachLook()
        insert(1...1)
        for _ in 0..<3 { turns.next() }
        try stage.reload(["wide": Self.model])
        while turns.next() {}
        #expect(try heard(peer) == Self.all(1...1))
    }

    @Test func `a socket that fills up in between catches up with none twice`() throws {
        let peer = connect()
        let other = connect()
        stage.endStepsAtEachLook()
        peer.sink.queuedBytes = 5_000
        insert(1...3)
        while turns.next() {}
        peer.sink.queuedBytes = 0
        peer.session.drained()
        while turns.next() {}
        for peer in [peer, other] { #expect(try heard(peer) == Self.all(1...3)) }
        #expect(stage.hub.backlog.waiting.isEmpty)
    }

    @Test func `who catches up hears one in each step as well`() throws {
        let peer = connect()
        peer.sink.queuedBytes = 5_000
        insert(1...3)
        _ = try heard(peer)
        peer.sink.queuedBytes = 0
        stage.endStepsAtEachLook()
        peer.session.drained()
        var steps = [try heard(peer)]
        while turns.next() { steps.append(try heard(peer)) }
        #expect(steps.flatMap { $0 } == Self.all(2...3))
        #expect(steps.allSatisfy { $0.count <= 1 }, "\(steps.map(\.count))")
    }
}
