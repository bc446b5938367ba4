import Testing
import Values

@testable import Realtime

/// A message with many bindings is dealt with in steps, so that a loop does other things meanwhile.
@Suite struct SteppedJoinTests {
    private static let count = 20

    /// A join of many bindings, each for a value of its own.
    private static func join(_ reference: Int = 1) -> String {
        let bindings = (0..<count).map {
            #"{"event":"*","schema":"public","table":"todos","filter":"title=eq.t\#($0)"}"#
        }
        return """
            ["\(reference)","\(reference)","realtime:a","phx_join",{"config":{"postgres_changes":\
            [\(bindings.joined(separator: ","))]}}]
            """
    }

    private let stage: Stage
    private let peer: Peer

    init() throws {
        stage = try Stage(Models.all)
        peer = stage.connect(as: anonymousKey)
    }

    private func begin(_ text: String) { peer.session.received(text: Array(text.utf8)) }

    /// Goes on to the end of the message; answers how many steps that took.
    private func finish() -> Int {
        var steps = 0
        while peer.session.isBusy {
            peer.session.proceed(until: 0)
            steps += 1
        }
        return steps
    }

    @Test func `a join is answered when its last binding has been judged`() throws {
        begin(Self.join())
        #expect(peer.session.isBusy)
        #expect(peer.sink.texts.isEmpty)
        #expect(finish() == Self.count - 1)
        #expect(peer.sink.take().count == 2, "the reply, and that it is subscribed")
        stage.insert("todos", ["id": .integer(1), "title": .text("t\(Self.count - 1)")])
        #expect(try peer.changes("title") == ["INSERT t\(Self.count - 1)"])
    }

    @Test func `as many steps as there is time for are taken at once`() {
        begin(Self.join())
        peer.session.proceed(until: .max)
        #expect(!peer.session.isBusy)
        #expect(peer.sink.texts.count == 2)
    }

    @Test func `a socket that closes in the midst leaves nothing`() {
        begin(Self.join())
        peer.session.closed(code: 1000)
        #expect(!peer.session.isBusy)
        #expect(stage.hub.counters.sessions == 0)
        #expect(stage.hub.counters.channels == 0)
        #expect(stage.hub.binder.feeds["todos"]?.isHeard == false)
    }

    @Test func `a reload in the midst judges all by the new catalogue`() throws {
        begin(Self.join())
        peer.session.proceed(until: 0)
        try stage.reload(Models.all)
        #expect(finish() == Self.count)
        peer.sink.texts.forEach { #expect(!$0.contains("UnableToSubscribe")) }
        _ = peer.sink.take()
        stage.insert("todos", ["id": .integer(1), "title": .text("t0")])
        #expect(try peer.changes("title") == ["INSERT t0"])
    }

    @Test func `a token is in force when its last binding has been judged`() throws {
        stage.identities["ada"] = user("ada")
        begin(Self.join())
        _ = finish()
        _ = peer.sink.take()
        begin(#"["1","2","realtime:a","access_token",{"access_token":"ada"}]"#)
        let channel = try #require(peer.session.channels["realtime:a"])
        #expect(channel.token == nil)
        _ = finish()
        #expect(channel.token == "ada")
    }

    @Test func `a channel that ends in the midst of a renewal stays ended`() throws {
        stage.identities["ada"] = user("ada")
        begin(Self.join())
        _ = finish()
        begin(#"["1","2","realtime:a","access_token",{"access_token":"ada"}]"#)
        let channel = try #require(peer.session.channels["realtime:a"])
        peer.session.remove(channel)
        _ = finish()
        #expect(peer.session.channels.isEmpty)
        #expect(stage.hub.binder.feeds["todos"]?.isHeard == false)
    }
}
