import Expressions
import Store
import Testing
import Values

@testable import Realtime

/// What a sign-out costs, and whom it ends.
@Suite struct SignOutTests {
    private let stage: Stage
    private var peers: [Peer] = []

    /// Fifty users with a session each, which has a channel on two sockets.
    init() throws {
        stage = try Stage(Models.all)
        for number in 0..<50 {
            stage.identities["t\(number)"] = user("u\(number)", session: "s\(number)")
            for topic in ["a", "b"] {
                let peer = stage.connect()
                peer.join(topic, "", token: "t\(number)")
                peers.append(peer)
            }
        }
    }

    private func tick() { stage.hub.tick(now: stage.now) }

    @Test func `a sign-out asks about the channels of its session alone`() {
        stage.signOut(["s7", "s9"])
        tick()
        #expect(Set(stage.asked) == ["t7", "t9"])
        #expect(stage.hub.counters.channels == 96)
        let ended = peers.indices.filter { peers[$0].session.channels.isEmpty }
        #expect(ended == [14, 15, 18, 19])
        tick()
        #expect(stage.asked.count == 4, "once")
    }

    @Test func `a session is found by the token of its channel in force`() {
        stage.identities["new"] = user("u7", session: "new")
        for peer in peers[14...15] {
            for topic in peer.session.channels.keys {
                peer.give(#"["1","2","\#(topic)","access_token",{"access_token":"new"}]"#)
            }
        }
        stage.signOut(["s7"])
        tick()
        #expect(stage.asked.isEmpty)
        #expect(stage.hub.counters.channels == 100)
        stage.signOut(["new"])
        tick()
        #expect(stage.hub.counters.channels == 98)
    }

    @Test func `a sign-out of nobody here asks about nobody`() {
        stage.signOut(["elsewhere"])
        tick()
        #expect(stage.asked.isEmpty && stage.hub.counters.channels == 100)
    }
}
