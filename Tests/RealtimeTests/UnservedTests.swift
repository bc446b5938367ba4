import Bytes
import Diagnostics
import Expressions
import Store
import Testing
import Values

@testable import Realtime

/// Broadcast, presence and private channels are not built yet. Every join of a stock client
/// mentions them; only the ones that ask for them are refused.
@Suite struct UnservedTests {
    private static let todos = #"{"event":"*","schema":"public","table":"todos"}"#
    private static let noBroadcast =
        "BroadcastUnavailable: This server does not relay broadcasts yet"
    private static let noPresence = "PresenceUnavailable: This server does not track presence yet"
    private static let noReplay =
        "UnableToReplayMessages: Replay is not allowed for public channels"
    private static let noPrivate = "Unauthorized: This server has no private channels yet"

    private func join(_ peer: Peer, _ config: String, token: String = "") throws -> [JSONValue] {
        peer.session.received(
            text: Array(
                #"["6","6","realtime:room","phx_join",{"config":{\#(config)}\#(token)}]"#.utf8))
        return try peer.messages()
    }

    private func reason(_ message: JSONValue?) -> String? {
        let payload = message?.elements[4]
        #expect(payload?["status"]?.string == "error")
        return payload?["response"]?["reason"]?.string
    }

    @Test(arguments: [
        (#""private":true"#, noPrivate), (#""private":"True""#, noPrivate),
        (#""private":true,"broadcast":{"replay":{"since":1,"limit":5}}"#, noPrivate),
        (#""presence":{"key":"","enabled":true}"#, noPresence),
        (#""presence":{"enabled":"true"}"#, noPresence),
        (#""broadcast":{"ack":true,"self":true}"#, noBroadcast),
        (#""broadcast":{"ack":"true"}"#, noBroadcast),
        (#""broadcast":{"replay":{"since":1}}"#, noReplay),
        (#""broadcast":{"replay":{}}"#, noReplay),
    ])
    func `a join that asks for it is refused, whoever asks`(config: String, reason: String) throws {
        for identity in [Identity.anonymous, user(Models.ada), .service] {
            let stage = try Stage(Models.all)
            let peer = stage.connect(as: identity)
            let sent = try join(peer, config + #","postgres_changes":[\#(Self.todos)]"#)
            #expect(sent.count == 1)
            #expect(sent.first?.elements[1].string == "6")
            #expect(self.reason(sent.first) == reason)
            #expect(stage.hub.counters.channels == 0)
            stage.insert("todos", ["id": .integer(1)])
            #expect(peer.sink.take() == [])
            #expect(peer.sink.closeCode == nil)
        }
    }

    @Test(arguments: [
        #""broadcast":{"ack":false,"self":false},"presence":{"key":"","enabled":false},"private":false"#,
        #""broadcast":{"self":true},"presence":{"key":"ada"}"#,
        #""broadcast":{"ack":null,"replay":null},"presence":null,"private":null"#,
        #""broadcast":{"ack":0},"presence":{"enabled":"no"},"private":"false""#, "",
    ])
    func `a join that only mentions it is served`(config: String) throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        let comma = config.isEmpty ? "" : ","
        let sent = try join(peer, config + comma + #""postgres_changes":[\#(Self.todos)]"#)
        #expect(sent.first?.elements[4]["status"]?.string == "ok")
        #expect(sent.count == 2)
        stage.insert("todos", ["id": .integer(1)])
        #expect(try peer.changes() == ["INSERT 1"])
    }

    @Test func `a refusal that is asked for again costs no look at the token, and is counted`()
        throws
    {
        var settings = FeedSettings()
        settings.joinsPerSecondMax = 3
        let stage = try Stage(Models.all, settings: settings)
        let peer = stage.connect()
        // As clients do: again after a second, for ever.
        for _ in 0..<20 {
            let sent = try join(peer, #""private":true"#, token: #","access_token":"forged""#)
            #expect(reason(sent.first) == Self.noPrivate)
            stage.advance(microseconds: 1_000_000)
        }
        #expect(peer.sink.closeCode == nil)
        for _ in 0..<4 { _ = try join(peer, #""private":true"#) }
        #expect(peer.sink.closeCode == 1001)
    }

    /// `1`, `2`, `realtime:a`, `ping`, three raw bytes.
    private static let bytesBroadcast: [UInt8] =
        [3, 1, 1, 10, 4, 0, 0] + Array("12realtime:aping".utf8) + [0, 255, 7]

    @Test(arguments: [
        Array(
            #"["1","2","realtime:a","broadcast",{"type":"broadcast","event":"x","payload":{}}]"#
                .utf8),
        BinaryMessageTests.broadcast, bytesBroadcast,
    ])
    func `a broadcast ends its channel, since clients do not read the reply`(
        message: [UInt8]
    ) throws {
        try expectEnd(of: "a", told: Self.noBroadcast) { session in
            if message.first == 3 {
                session.received(binary: message)
            } else {
                session.received(text: message)
            }
        }
    }

    @Test func `a broadcast in vsn 1.0.0 is answered alike`() throws {
        let peer = try Stage(Models.all).connect(.objects)
        peer.send(
            #"{"topic":"realtime:a","event":"phx_join","ref":"1","join_ref":"1","payload":{}}"#)
        let sent = peer.send(
            #"{"topic":"realtime:a","event":"broadcast","ref":"2","join_ref":"1","payload":{"event":"x"}}"#
        )
        #expect(sent.count == 3)
        #expect(sent.first?.contains(Self.noBroadcast) == true)
        #expect(sent.last == #"{"ref":"1","topic":"realtime:a","event":"phx_close","payload":{}}"#)
    }

    @Test(arguments: [
        #"{"type":"presence","event":"track","payload":{"at":1}}"#, #"{"event":"TRACK"}"#,
        #"{"event":"untrack"}"#, "{}",
    ])
    func `a presence push ends its channel, since Python's client does not read the reply`(
        payload: String
    ) throws {
        try expectEnd(of: "a", told: Self.noPresence) { session in
            session.received(text: Array(#"["1","2","realtime:a","presence",\#(payload)]"#.utf8))
        }
    }

    /// What a push with reference 2 to a channel is answered with where it ends that channel: other
    /// channels of the client, and other clients of the channel, go on.
    private func expectEnd(
        of channel: String, told reason: String, by push: (RealtimeSession) -> Void
    ) throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        let bystander = stage.connect()
        for one in [peer, bystander] { one.join(channel, Self.todos) }
        peer.join("b", Self.todos)
        push(peer.session)
        #expect(
            peer.sink.take() == [
                #"["1","2","realtime:\#(channel)","phx_reply",{"status":"error","response":{"reason":"#
                    + #""\#(reason)"}}]"#,
                #"[null,null,"realtime:\#(channel)","system",{"extension":"system","status":"error","#
                    + #""message":"\#(reason)","channel":"\#(channel)"}]"#,
                #"["1","1","realtime:\#(channel)","phx_close",{}]"#,
            ])
        stage.insert("todos", ["id": .integer(1)])
        #expect(try peer.messages().map { $0.elements[2].string } == ["realtime:b"])
        #expect(try bystander.changes() == ["INSERT 1"])
    }

    @Test(arguments: [
        (#""postgres_changes",{"ids":[1]}"#, "UnknownEvent: There is no event 'postgres_changes'"),
        (#""phx_error",{}"#, "UnknownEvent: There is no event 'phx_error'"),
    ])
    func `a push of an unknown event leaves the channel open`(
        push: String, reason: String
    ) throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join("a", Self.todos)
        peer.session.received(text: Array(#"["1","7","realtime:a",\#(push)]"#.utf8))
        let sent = try peer.messages()
        #expect(sent.count == 1)
        #expect(self.reason(sent.first) == reason)
        stage.insert("todos", ["id": .integer(1)])
        #expect(try peer.changes() == ["INSERT 1"])
    }
}
