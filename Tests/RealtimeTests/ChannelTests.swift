import Bytes
import Expressions
import Store
import Testing
import Values

@testable import Realtime

/// What is said on a socket, frame for frame.
@Suite struct ChannelTests {
    private func id(_ reply: String) throws -> String {
        let digits = try #require(reply.split(separator: "\"id\":").last)
        return String(digits.prefix { $0.isNumber })
    }

    @Test func `the token of a channel counts for what its socket keeps`() throws {
        let stage = try Stage(Models.all)
        let (long, short) = (String(repeating: "l", count: 10_000), "short")
        for token in [long, short] { stage.identities[token] = .anonymous }
        let peer = stage.connect()
        peer.join("a", token: short)
        let before = peer.session.keptBytes
        peer.join("b", token: long)
        #expect(peer.session.keptBytes > before + 10_000)
        _ = peer.send(#"["2","2","realtime:b","access_token",{"access_token":"short"}]"#)
        #expect(peer.session.keptBytes == 2 * before)
    }

    @Test func `a channel lives in vsn 1.0.0 from its join to its end`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect(.objects)
        #expect(
            peer.send(#"{"topic":"phoenix","event":"heartbeat","payload":{},"ref":null}"#) == [
                #"{"ref":null,"topic":"phoenix","event":"phx_reply","payload":{"status":"ok","response":{}}}"#
            ])
        let joined = peer.send(
            #"{"topic":"realtime:a","event":"phx_join","ref":"1","join_ref":"1","#
                + #""payload":{"config":{"postgres_changes":[{"event":"INSERT","schema":"public","#
                + #""table":"todos"}]}}}"#
        )
        let id = try id(try #require(joined.first))
        #expect(
            joined == [
                #"{"ref":"1","topic":"realtime:a","event":"phx_reply","payload":{"status":"ok","#
                    + #""response":{"postgres_changes":[{"event":"INSERT","schema":"public","table":"todos","#
                    + #""id":\#(id)}]}}}"#,
                #"{"ref":null,"topic":"realtime:a","event":"system","#
                    + #""payload":{"extension":"postgres_changes","status":"ok","#
                    + #""message":"Subscribed to PostgreSQL","channel":"a"}}"#,
            ])
        stage.insert("todos", ["id": .integer(46), "title": .text("milk")])
        #expect(
            peer.sink.take() == [
                #"{"ref":null,"topic":"realtime:a","event":"postgres_changes","payload":{"ids":[\#(id)],"#
                    + #""data":{"type":"INSERT","schema":"public","table":"todos","#
                    + #""commit_timestamp":"2026-03-01T10:11:12.345Z","columns":[{"name":"id","type":"int8"},"#
                    + #"{"name":"title","type":"text"},{"name":"list","type":"int8"},{"name":"done","#
                    + #""type":"bool"},{"name":"extra","type":"jsonb"}],"record":{"id":46,"title":"milk","#
                    + #""list":null,"done":null,"extra":null},"errors":null}}}"#
            ])
        #expect(
            peer.send(
                #"{"topic":"realtime:a","event":"phx_leave","payload":{},"ref":"9","join_ref":"1"}"#
            )
                == [
                    #"{"ref":"9","topic":"realtime:a","event":"phx_reply","payload":{"status":"ok","#
                        + #""response":{}}}"#,
                    #"{"ref":"1","topic":"realtime:a","event":"phx_close","payload":{}}"#,
                ])
        stage.insert("todos", ["id": .integer(47)])
        #expect(peer.sink.take() == [])
    }

    @Test func `a channel lives in vsn 2.0.0 from its join to its end`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect(.arrays)
        #expect(
            peer.send(#"[null,"4","phoenix","heartbeat",{}]"#) == [
                #"[null,"4","phoenix","phx_reply",{"status":"ok","response":{}}]"#
            ])
        let joined = peer.join("a:b", #"{"event":"*","schema":"public","table":"todos"}"#)
        let id = try id(try #require(joined.first))
        #expect(
            joined == [
                #"["1","1","realtime:a:b","phx_reply",{"status":"ok","#
                    + #""response":{"postgres_changes":[{"event":"*","schema":"public","table":"todos","#
                    + #""id":\#(id)}]}}]"#,
                #"[null,null,"realtime:a:b","system",{"extension":"postgres_changes","status":"ok","#
                    + #""message":"Subscribed to PostgreSQL","channel":"a:b"}]"#,
            ])
        stage.update("todos", ["id": .integer(1)], ["id": .integer(1), "done": .integer(1)])
        stage.delete("todos", ["id": .integer(1), "title": .text("x")])
        let columns =
            #"[{"name":"id","type":"int8"},{"name":"title","type":"text"},{"name":"list","#
            + #""type":"int8"},{"name":"done","type":"bool"},{"name":"extra","type":"jsonb"}]"#
        #expect(
            peer.sink.take() == [
                #"[null,null,"realtime:a:b","postgres_changes",{"ids":[\#(id)],"data":{"type":"UPDATE","#
                    + #""schema":"public","table":"todos","commit_timestamp":"2026-03-01T10:11:12.345Z","#
                    + #""columns":\#(columns),"record":{"id":1,"title":null,"list":null,"done":true,"#
                    + #""extra":null},"old_record":{"id":1},"errors":null}}]"#,
                #"[null,null,"realtime:a:b","postgres_changes",{"ids":[\#(id)],"data":{"type":"DELETE","#
                    + #""schema":"public","table":"todos","commit_timestamp":"2026-03-01T10:11:12.345Z","#
                    + #""columns":\#(columns),"old_record":{"id":1},"errors":null}}]"#,
            ])
        #expect(
            peer.send(#"["1","2","realtime:a:b","phx_leave",{}]"#) == [
                #"["1","2","realtime:a:b","phx_reply",{"status":"ok","response":{}}]"#,
                #"["1","1","realtime:a:b","phx_close",{}]"#,
            ])
    }

    @Test(arguments: [
        (
            #"[null,"1","realtime:","phx_join",{}]"#,
            "TopicNameRequired: You must provide a topic name"
        ),
        (#"[null,"1","other","phx_join",{}]"#, "unmatched topic"),
        (#"[null,"1","realtime:x","broadcast",{}]"#, "unmatched topic"),
        (#"[null,"1","realtime:x","access_token",{}]"#, "unmatched topic"),
        (#"[null,"1","phoenix","phx_leave",{}]"#, "unmatched topic"),
        (
            #"[null,"1","realtime:a","heartbeat",{}]"#,
            "UnknownEvent: Send heartbeats to the topic 'phoenix'"
        ),
        (#"[null,"1","realtime:a","nonsense",{}]"#, "UnknownEvent: There is no event 'nonsense'"),
        (
            #"[null,"1","realtime:public:todos","phx_join",{}]"#,
            "TopicNotSupported: Name tables in config.postgres_changes, not in the topic"
        ),
        (
            #"[null,"1","realtime:b","phx_join",{"access_token":"forged"}]"#,
            "InvalidJWTToken: The token provided is not a valid JWT"
        ),
        (
            #"[null,"1","realtime:b","phx_join",{"access_token":""}]"#,
            "InvalidJWTToken: The token provided is not a valid JWT"
        ),
    ])
    func `what cannot be done is answered with its reason`(text: String, reason: String) throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join()
        peer.session.received(text: Array(text.utf8))
        let messages = try peer.messages()
        #expect(messages.count == 1)
        let payload = try #require(messages.first).elements[4]
        #expect(payload["status"]?.string == "error")
        #expect(payload["response"]?["reason"]?.string == reason)
        #expect(stage.hub.counters.channels == 1)
        #expect(peer.sink.closeCode == nil)
    }

    @Test func `binary on a 1.0.0 socket closes it`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect(.objects)
        peer.session.received(binary: [3])
        #expect(peer.sink.closeCode == 1003)
        #expect(stage.hub.counters.sessions == 0)
    }

    @Test func `leaving a topic that is not joined is fine`() throws {
        let peer = try Stage(Models.all).connect()
        #expect(
            peer.send(#"[null,"1","realtime:x","phx_leave",{}]"#) == [
                #"[null,"1","realtime:x","phx_reply",{"status":"ok","response":{}}]"#
            ])
    }

    /// More values than any message has.
    private static let crowded =
        #"[null,"1","realtime:x","phx_leave",["# + String(repeating: "1,", count: 9_000) + "1]]"

    @Test(arguments: ["", "{}", "[", #"["1"]"#, crowded])
    func `what is no message is dropped and the socket stays`(text: String) throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        #expect(peer.send(text) == [])
        #expect(peer.sink.closeCode == nil)
        #expect(stage.hub.counters.droppedMessages == 1)
    }

    @Test func `a second join replaces the first in silence`() throws {
        let stage = try Stage(Models.all)
        let peer = stage.connect()
        peer.join("a", #"{"event":"*","schema":"public","table":"todos"}"#)
        let again = peer.send(
            #"["5","5","realtime:a","phx_join",{"config":{"postgres_changes":[{"event":"INSERT","#
                + #""table":"todos"}]}}]"#
        )
        #expect(again.count == 2)
        #expect(again[0].hasPrefix(#"["5","5","realtime:a","phx_reply",{"status":"ok""#))
        #expect(again[1].contains("Subscribed to PostgreSQL"))
        stage.insert("todos", ["id": .integer(1)])
        stage.delete("todos", ["id": .integer(1)])
        #expect(try peer.changes() == ["INSERT 1"])
        #expect(stage.hub.counters.channels == 1)
        #expect(
            peer.send(#"["1","6","realtime:a","phx_leave",{}]"#).last
                == #"["5","5","realtime:a","phx_close",{}]"#)
        #expect(stage.hub.audiences.count == 0)
        #expect(stage.hub.audiences.topicCount == 0)
    }

    @Test func `replication_ready is answered`() throws {
        let peer = try Stage(Models.all).connect()
        let sent = peer.send(
            #"["1","1","realtime:a","phx_join",{"config":{"broadcast":{"replication_ready":true}}}]"#
        )
        #expect(sent.count == 2)
        #expect(sent.last?.contains("Replication connection established") == true)
    }

    @Test func `a closed socket leaves nothing behind`() throws {
        let stage = try Stage(Models.all)
        let peers = (0..<5).map { _ in stage.connect() }
        for peer in peers { peer.join("a", #"{"event":"*","schema":"public","table":"todos"}"#) }
        #expect(stage.hub.audiences.count == 1)
        peers[1].session.closed(code: 1000)
        peers[1].session.closed(code: nil)
        peers[4].session.closed(code: nil)
        peers[0].session.closed(code: nil)
        stage.insert("todos", ["id": .integer(1)])
        #expect(try peers.map { try $0.changes().count } == [0, 0, 1, 1, 0])
        peers[2].session.closed(code: nil)
        peers[3].session.closed(code: nil)
        #expect(stage.hub.counters.sessions == 0)
        #expect(stage.hub.counters.channels == 0)
        #expect(stage.hub.audiences.count == 0)
        #expect(stage.hub.binder.feeds["todos"]?.hasListeners(for: .insert) == false)
    }
}
