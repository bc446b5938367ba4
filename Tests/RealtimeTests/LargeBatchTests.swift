import Store
import Testing
import Values

@testable import Realtime

/// Many changes that came together are told in parts, between which the loop does other things.
@Suite struct LargeBatchTests {
    /// A stage whose clock goes on by more than a turn's part at each look, so that each change
    /// after the first of a turn is left to a later one.
    private final class Scene {
        private(set) var stage: Stage!
        private(set) var peer: Peer!
        private(set) var later: [() -> Void] = []

        init() throws {
            stage = try Stage(Models.all, inLaterTurn: { [unowned self] in later.append($0) })
            peer = stage.connect()
            peer.join("a", #"{"event":"*","schema":"public","table":"todos"}"#)
            stage.timeOfLook = FeedSettings().stepTime
        }

        func deliver(_ ids: ClosedRange<Int64>, then told: @escaping () -> Void = {}) {
            let changes = ids.map { stage.change(.insert, "todos", new: ["id": .integer($0)]) }
            stage.hub.deliver(changes, then: told)
        }

        /// Runs what was left to a later turn; answers whether there was something.
        func turn() -> Bool {
            let due = later
            later = []
            for work in due { work() }
            return !due.isEmpty
        }
    }

    @Test func `each turn tells a part, and all are told in order`() throws {
        let scene = try Scene()
        var isTold = false
        scene.deliver(1...5) { isTold = true }
        var heard: [[String]] = [try scene.peer.changes()]
        while scene.turn() { heard.append(try scene.peer.changes()) }
        #expect(heard == (1...5).map { ["INSERT \($0)"] })
        #expect(isTold)
        #expect(scene.stage.hub.underWay == nil)
    }

    @Test func `what comes meanwhile waits behind`() throws {
        let scene = try Scene()
        var order: [String] = []
        scene.deliver(1...3) { order.append("first") }
        scene.deliver(4...4) { order.append("second") }
        scene.deliver(5...6) { order.append("third") }
        #expect(scene.later.count == 1, "one at a time")
        while scene.turn() { #expect(scene.later.count <= 1) }
        #expect(try scene.peer.changes() == (1...6).map { "INSERT \($0)" })
        #expect(order == ["first", "second", "third"])
    }

    @Test func `what is delivered as others have been told comes behind those that wait`() throws {
        let scene = try Scene()
        scene.deliver(1...3) { scene.deliver(5...5) }
        scene.deliver(4...4)
        while scene.turn() {}
        #expect(try scene.peer.changes() == (1...5).map { "INSERT \($0)" })
    }

    @Test func `who joins between the parts hears what is newer than his join`() throws {
        let scene = try Scene()
        scene.stage.newestChange = 4
        scene.deliver(1...4)
        let late = scene.stage.connect()
        late.join("b", #"{"event":"*","schema":"public","table":"todos"}"#)
        while scene.turn() {}
        #expect(try late.changes() == [])
        scene.deliver(5...5)
        #expect(try late.changes() == ["INSERT 5"])
        #expect(try scene.peer.changes() == (1...5).map { "INSERT \($0)" })
    }

    @Test func `a reload between the parts loses none of them`() throws {
        let scene = try Scene()
        scene.deliver(1...3)
        try scene.stage.reload(Models.all)
        while scene.turn() {}
        #expect(try scene.peer.changes().filter { $0.hasPrefix("INSERT") }.count == 3)
    }
}
