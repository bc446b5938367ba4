import Expressions
import Store
import Testing
import Values

@testable import Realtime

/// A change that is for many is told in parts, between which the loop does other things.
@Suite struct ManyListenersTests {
    /// A stage whose clock goes on by more than a turn's part at each look.
    private final class Scene {
        private(set) var stage: Stage!
        private(set) var peers: [Peer] = []
        private let turns = Turns()

        init(queuedBytesMax: Int = 262_144) throws {
            var settings = FeedSettings()
            settings.queuedBytesMax = queuedBytesMax
            stage = try Stage(
                Models.all, settings: settings,
                inLaterTurn: { [turns] in turns.leave($0) })
            stage.timeOfLook = FeedSettings().stepTime
        }

        /// Lets so many join, each a topic of its own or all the same.
        func gather(
            _ count: Int, isSameTopic: Bool = false, from start: Int = 0,
            as identity: Identity = .anonymous
        ) {
            for number in start..<count {
                let peer = stage.connect(as: identity)
                peer.join(isSameTopic ? "same" : "topic\(number)", Self.todos)
                peers.append(peer)
            }
        }

        static let todos = #"{"event":"*","schema":"public","table":"todos"}"#

        func deliver(_ ids: ClosedRange<Int64>, then told: @escaping () -> Void = {}) {
            stage.hub.deliver(ids.map(insertion), then: told)
        }

        func insertion(_ id: Int64) -> Change {
            stage.change(.insert, "todos", new: ["id": .integer(id)])
        }

        /// Runs what was left to a later turn; answers whether there was something.
        @discardableResult
        func turn() -> Bool { turns.next() }

        /// Runs turns until some have heard a change that others have yet to hear.
        func goToTheMidst() {
            while !isInTheMidst, turn() {}
        }

        private var isInTheMidst: Bool { (1..<peers.count).contains(heardCount) }

        var heardCount: Int { peers.count(where: \.hasHeard) }

        /// Who has heard a change, and who has not.
        var parted: (told: [Peer], untold: [Peer]) {
            (peers.filter(\.hasHeard), peers.filter { !$0.hasHeard })
        }
    }

    /// Topics of their own, and one for all.
    static let isSame = [false, true]

    @Test(arguments: isSame)
    func `each turn tells a part, and everybody hears all in order`(isSame: Bool) throws {
        let scene = try Scene()
        scene.gather(100, isSameTopic: isSame)
        for peer in scene.peers { _ = peer.sink.take() }
        var isTold = false
        scene.deliver(1...2) { isTold = true }
        var counts = [scene.peers.reduce(0) { $0 + $1.sink.texts.count }]
        while scene.turn() {
            #expect(!isTold || scene.stage.hub.underWay == nil)
            counts.append(scene.peers.reduce(0) { $0 + $1.sink.texts.count })
        }
        let steps = zip(counts, [0] + counts).map { $0 - $1 }
        #expect((steps.max() ?? 0) <= 50, "\(steps)")
        #expect(isTold)
        for peer in scene.peers { #expect(try peer.changes() == ["INSERT 1", "INSERT 2"]) }
    }

    @Test func `who is signed out while a join waits is not let in`() throws {
        let scene = try Scene()
        scene.gather(100)
        scene.stage.identities["t"] = user("u", session: "s")
        let late = scene.stage.connect()
        scene.deliver(1...1)
        scene.goToTheMidst()
        late.begin("late", Scene.todos, token: "t")
        scene.stage.signOut(["s"])
        while scene.turn() {}
        #expect(late.session.channels.isEmpty)
        #expect(late.sink.take().contains { $0.contains("InvalidJWTToken") })
    }

    @Test(arguments: isSame)
    func `who leaves in between takes nobody's place`(isSame: Bool) throws {
        let scene = try Scene()
        scene.gather(100, isSameTopic: isSame)
        scene.deliver(1...1)
        scene.goToTheMidst()
        let (told, untold) = scene.parted
        #expect(!told.isEmpty && !untold.isEmpty)
        for peer in told.prefix(5) + untold.prefix(5) { peer.session.closed(code: 1000) }
        while scene.turn() {}
        let counts = scene.peers.map { peer in peer.sink.texts.count { $0.contains("INSERT") } }
        #expect(counts.allSatisfy { $0 <= 1 })
        #expect(counts.reduce(0, +) == 95)
        #expect(scene.stage.hub.audiences.count == (isSame ? 1 : 90))
    }

    @Test(arguments: isSame)
    func `who leaves before it is told to anybody is not asked`(isSame: Bool) throws {
        let scene = try Scene()
        scene.gather(100, isSameTopic: isSame)
        scene.deliver(1...1)
        for peer in scene.peers.prefix(50) { peer.session.closed(code: 1000) }
        while scene.turn() {}
        let counts = scene.peers.map { peer in peer.sink.texts.count { $0.contains("INSERT") } }
        #expect(counts[50...].allSatisfy { $0 == 1 })
    }

    @Test(arguments: isSame)
    func `who joins in between hears what is newer`(isSame: Bool) throws {
        let scene = try Scene()
        scene.gather(100, isSameTopic: isSame)
        scene.deliver(1...2)
        scene.goToTheMidst()
        let late = scene.stage.connect()
        late.begin(isSame ? "same" : "topic99", Scene.todos)
        while scene.turn() {}
        let heard = try late.changes().filter { $0.hasPrefix("INSERT") }
        #expect(heard.isEmpty || heard == ["INSERT 2"])
        scene.deliver(3...3)
        while scene.turn() {}
        #expect(try late.changes() == ["INSERT 3"])
    }

    @Test(arguments: isSame)
    func `whose token is renewed in between hears each change once`(isSame: Bool) throws {
        let scene = try Scene()
        scene.gather(100, isSameTopic: isSame)
        for name in ["ada", "eve"] { scene.stage.identities[name] = user(name) }
        scene.deliver(1...2)
        scene.goToTheMidst()
        let (told, untold) = scene.parted
        for peer in told.prefix(5) + untold.prefix(5) { peer.beginRenewal(by: "ada") }
        while scene.turn() {}
        for peer in scene.peers {
            #expect(
                try peer.changes().filter { $0.hasPrefix("INSERT") } == ["INSERT 1", "INSERT 2"])
        }
        let renewed = (told.prefix(5) + untold.prefix(5)).flatMap(\.session.channels.values)
        #expect(renewed.allSatisfy { $0.token == "ada" })
    }

    @Test(arguments: isSame)
    func `a reload in between loses nothing and repeats nothing`(isSame: Bool) throws {
        for turns in 0..<8 {
            let scene = try Scene()
            scene.gather(100, isSameTopic: isSame)
            scene.deliver(1...2)
            for _ in 0..<turns { scene.turn() }
            try scene.stage.reload(Models.all)
            while scene.turn() {}
            for peer in scene.peers {
                let heard = try peer.changes().filter { $0.hasPrefix("INSERT") }
                #expect(heard == ["INSERT 1", "INSERT 2"])
            }
        }
    }

    @Test(arguments: isSame)
    func `a socket that has drained in between misses nothing`(isSame: Bool) throws {
        let scene = try Scene(queuedBytesMax: 1_000)
        scene.gather(100, isSameTopic: isSame)
        let slow = scene.peers.prefix(3) + scene.peers.suffix(3)
        for peer in slow { peer.sink.queuedBytes = 5_000 }
        scene.deliver(1...3)
        while scene.turn() {}
        scene.deliver(4...5)
        for _ in 0..<12 { scene.turn() }
        for peer in slow {
            peer.sink.queuedBytes = 0
            peer.session.drained()
        }
        while scene.turn() {}
        for peer in scene.peers {
            let heard = try peer.changes().filter { $0.hasPrefix("INSERT") }
            #expect(heard == (1...5).map { "INSERT \($0)" })
        }
        #expect(scene.stage.hub.backlog.waiting.isEmpty)
    }

    @Test func `who has few channels is told before the many of another`() throws {
        let scene = try Scene()
        scene.gather(200, isSameTopic: false, as: user("eve"))
        let modest = scene.stage.connect(as: user("ada"))
        modest.join("modest", Scene.todos)
        _ = modest.sink.take()
        scene.deliver(1...1)
        while modest.sink.texts.isEmpty, scene.turn() {}
        #expect(scene.heardCount < 100)
        while scene.turn() {}
        #expect(scene.heardCount == 200)
    }

    @Test func `nor does it help to have been in their audience`() throws {
        let scene = try Scene()
        // A caller of few channels looks in on each of another's.
        for number in 0..<200 {
            let friend = scene.stage.connect(as: user("friend"))
            friend.join("topic\(number)", Scene.todos)
            scene.gather(number + 1, from: number, as: user("eve"))
            friend.session.closed(code: 1000)
        }
        let modest = scene.stage.connect(as: user("ada"))
        modest.join("modest", Scene.todos)
        _ = modest.sink.take()
        scene.deliver(1...1)
        while modest.sink.texts.isEmpty, scene.turn() {}
        #expect(scene.heardCount < 100)
    }
}

extension Peer {
    fileprivate var hasHeard: Bool { sink.texts.contains { $0.contains("INSERT") } }

    /// Begins to join; what is in the way may be done first.
    fileprivate func begin(_ topic: String, _ bindings: String, token: String? = nil) {
        let shown = token.map { #","access_token":"\#($0)""# } ?? ""
        session.received(
            text: Array(
                """
                ["1","1","realtime:\(topic)","phx_join",{"config":{"postgres_changes":[\(bindings)]}\(shown)}]
                """.utf8))
    }

    /// Begins to speak for somebody else on every channel.
    fileprivate func beginRenewal(by token: String) {
        for topic in session.channels.keys {
            session.received(
                text: Array(
                    #"["1","2","\#(topic)","access_token",{"access_token":"\#(token)"}]"#.utf8))
        }
    }
}
