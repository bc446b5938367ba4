import Bytes
import Diagnostics
import Expressions
import HTTP
import Testing

@testable import Realtime

@Suite struct ConnectionTests {
    private func status(_ stage: Stage, _ query: String = "") -> (Int, String) {
        let request = Request(.get, "/realtime/v1/websocket" + query)
        switch stage.hub.session(request: request, for: anonymousKey) {
        case .response(let response): return (response.status, String(utf8: response.body))
        case .webSocket: return (101, "")
        case .pending, .deferred, .prepared: return (0, "")
        }
    }

    @Test(arguments: [
        ("", 101, ""), ("?vsn=1.0.0&eventsPerSecond=10", 101, ""), ("?vsn=2.0.0&apikey=a", 101, ""),
        ("?vsn=3.0.0", 403, #"{"error":"Unknown vsn '3.0.0': 1.0.0 and 2.0.0 are served"}"#),
    ])
    func `upgrades are judged by vsn`(query: String, code: Int, body: String) throws {
        #expect(status(try Stage(Models.all), query) == (code, body))
    }

    @Test func `sockets of one loop are limited`() throws {
        var settings = FeedSettings()
        settings.sessionsMax = 2
        let stage = try Stage(Models.all, settings: settings)
        let peers = (0..<2).map { _ in stage.connect() }
        #expect(status(stage) == (429, #"{"error":"Too many connected users"}"#))
        #expect(stage.hub.counters.refused == [.sockets: 1])
        peers[0].session.closed(code: nil)
        #expect(status(stage).0 == 101)
    }
}

@Suite struct LimitTests {
    @Test func `channels of a socket are limited`() throws {
        var settings = FeedSettings()
        settings.channelsPerSessionMax = 2
        let stage = try Stage(Models.all, settings: settings)
        let peer = stage.connect()
        peer.join("a")
        peer.join("b")
        #expect(
            peer.join("c").first?.contains("ChannelRateLimitReached: Too many channels") == true)
        #expect(stage.hub.counters.refused == [.channels: 1])
        // A topic that is joined already needs no further place.
        #expect(peer.join("b").first?.contains(#""status":"ok""#) == true)
    }

    @Test func `bindings of a channel are limited`() throws {
        var settings = FeedSettings()
        settings.bindingsPerChannelMax = 1
        let stage = try Stage(Models.all, settings: settings)
        let item = #"{"event":"*","schema":"public","table":"todos"}"#
        let peer = stage.connect()
        #expect(peer.join("a", item).first?.contains(#""status":"ok""#) == true)
        #expect(peer.join("b", "\(item),\(item)").first?.contains("TooManyBindings") == true)
        #expect(stage.hub.counters.refused == [.bindings: 1])
    }

    @Test func `bindings of a socket are limited over all its channels`() throws {
        var settings = FeedSettings()
        settings.bindingsPerSessionMax = 3
        let stage = try Stage(Models.all, settings: settings)
        let item = #"{"event":"*","schema":"public","table":"todos"}"#
        let peer = stage.connect()
        #expect(peer.join("a", "\(item),\(item)").first?.contains(#""status":"ok""#) == true)
        #expect(peer.join("b", "\(item),\(item)").first?.contains("TooManyBindings") == true)
        #expect(stage.hub.counters.refused == [.bindings: 1])
        #expect(peer.join("b", item).first?.contains(#""status":"ok""#) == true)
        // A second join of a topic takes the place of the first.
        #expect(peer.join("a", "\(item),\(item)").first?.contains(#""status":"ok""#) == true)
    }

    @Test func `a topic has at most 255 bytes`() throws {
        let peer = try Stage(Models.all).connect()
        let long = String(repeating: "é", count: 123)
        #expect(peer.join(long).first?.contains(#""status":"ok""#) == true)
        #expect(peer.join(long + "é").first?.contains("TopicNameTooLong") == true)
    }

    @Test func `too many joins close the socket`() throws {
        var settings = FeedSettings()
        settings.joinsPerSecondMax = 3
        let stage = try Stage(Models.all, settings: settings)
        let peer = stage.connect()
        for _ in 0..<3 { peer.join() }
        let last = peer.join()
        #expect(
            last.first?.contains("ClientJoinRateLimitReached: Too many joins per second") == true)
        #expect(stage.hub.counters.refused == [.joins: 1])
        #expect(peer.sink.closeCode == 1001)
    }

    @Test func `too many messages end the channel, not the heart`() throws {
        var settings = FeedSettings()
        settings.messagesPerSecondMax = 2
        let stage = try Stage(Models.all, settings: settings)
        let peer = stage.connect()
        peer.join()
        var sent: [String] = []
        for _ in 0..<21 { sent = peer.send(#"[null,"1","realtime:a","presence",{}]"#) }
        #expect(stage.hub.counters.channels == 0)
        #expect(sent.isEmpty)
        #expect(peer.sink.closeCode == nil)
        #expect(peer.send(#"[null,"1","phoenix","heartbeat",{}]"#).count == 1)
        stage.advance(microseconds: 2_000_000)
        #expect(peer.join().first?.contains(#""status":"ok""#) == true)
    }

    @Test func `heartbeats are counted, and those beyond their number are not answered`() throws {
        var settings = FeedSettings()
        settings.messagesPerSecondMax = 2
        let stage = try Stage(Models.all, settings: settings)
        let peer = stage.connect()
        let beat = #"[null,"1","phoenix","heartbeat",{}]"#
        let answers = (0..<30).map { _ in peer.send(beat).count }
        #expect(answers == Array(repeating: 1, count: 20) + Array(repeating: 0, count: 10))
        #expect(stage.hub.counters.droppedMessages == 10)
        stage.advance(microseconds: 1_000_000)
        #expect(peer.send(beat).count == 1)
    }

    @Test func `long messages count for more, before anything is read of them`() throws {
        var settings = FeedSettings()
        settings.messagesPerSecondMax = 2
        let stage = try Stage(Models.all, settings: settings)
        let peer = stage.connect()
        // No JSON: what is not worth an answer is not free either.
        let long = String(repeating: "x", count: 32 * 1_024)
        for _ in 0..<2 { peer.send(long) }
        #expect(peer.sink.closeCode == nil)
        peer.send(long)
        #expect(peer.sink.closeCode == 1008)
    }

    @Test func `a join counts for its bindings`() throws {
        var settings = FeedSettings()
        settings.messagesPerSecondMax = 2
        let stage = try Stage(Models.all, settings: settings)
        let peer = stage.connect()
        let binding = #"{"event":"*","schema":"public","table":"notes"}"#
        let bindings = Array(repeating: binding, count: 100).joined(separator: ",")
        let join =
            #"["1","1","realtime:a","phx_join",{"config":{"postgres_changes":[\#(bindings)]}}]"#
        #expect(peer.send(join).first?.contains(#""status":"ok""#) == true)
        let second = peer.send(join).first
        #expect(second?.contains("ClientJoinRateLimitReached") == true)
    }

    @Test func `silent sockets are closed after a minute`() throws {
        let stage = try Stage(Models.all)
        let silent = stage.connect()
        let beating = stage.connect()
        for peer in [silent, beating] { peer.join() }
        for _ in 0..<3 {
            stage.advance(microseconds: 25_000_000)
            beating.send(#"[null,"1","phoenix","heartbeat",{}]"#)
            stage.hub.tick(now: stage.now)
        }
        #expect(silent.sink.closeCode == 1001)
        #expect(beating.sink.closeCode == nil)
        #expect(stage.hub.counters.sessions == 1)
    }

    @Test(arguments: [-86_400, 86_400] as [Int64])
    func `a clock that is set closes no socket and keeps none open`(seconds: Int64) throws {
        let stage = try Stage(Models.all)
        let joined = stage.connect()
        joined.join()
        let empty = stage.connect()
        stage.now = stage.now.advanced(byMicroseconds: seconds * 1_000_000)
        stage.hub.tick(now: stage.now)
        #expect(joined.sink.closeCode == nil)
        #expect(empty.sink.closeCode == nil)
        stage.advance(microseconds: 61_000_000)
        stage.hub.tick(now: stage.now)
        #expect(joined.sink.closeCode == 1001)
        #expect(empty.sink.closeCode == 1001)
    }

    @Test func `a clock that is set gives no room for messages`() throws {
        var settings = FeedSettings()
        settings.joinsPerSecondMax = 3
        let stage = try Stage(Models.all, settings: settings)
        let peer = stage.connect()
        for _ in 0..<3 { peer.join() }
        stage.now = stage.now.advanced(byMicroseconds: 3_600_000_000)
        #expect(peer.join().first?.contains("ClientJoinRateLimitReached") == true)
    }

    @Test func `sockets without a channel are closed after ten minutes`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        let joined = stage.connect()
        joined.join()
        for second in stride(from: 0, through: 600, by: 20) {
            #expect(peer.sink.closeCode == nil, "after \(second) s")
            stage.advance(microseconds: 20_000_000)
            for one in [peer, joined] { one.send(#"[null,"1","phoenix","heartbeat",{}]"#) }
            stage.hub.tick(now: stage.now)
        }
        #expect(peer.sink.closeCode == 1001)
        #expect(joined.sink.closeCode == nil)
    }

    @Test func `a restart is announced and closes with 1012`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join("a")
        for session in stage.hub.sessions.values { session.draining() }
        #expect(
            peer.sink.take() == [
                #"[null,null,"realtime:a","system",{"extension":"system","status":"ok","#
                    + #""message":"Server requested disconnect","channel":"a"}]"#
            ])
        #expect(peer.sink.closeCode == 1012)
        #expect(stage.hub.counters.sessions == 0)
    }
}
