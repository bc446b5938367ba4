import Bytes
import Store
import Testing

@testable import Realtime

@Suite struct JoinRequestTests {
    private func request(_ text: String) throws -> JoinRequest {
        JoinRequest(
            try JSONDocument(parsing: Array(text.utf8)).root,
            bindingsMax: RealtimeLimits.bindingsPerChannel)
    }

    /// A number of each is looked for among those of the others.
    @Test(arguments: [(99, 99), (100, 100), (101, 101), (2_700, 101)])
    func `what is refused because of its length is not read`(items: Int, read: Int) throws {
        let list = (0..<items).map { #"{"table":"t\#($0)"}"# }.joined(separator: ",")
        let request = try request(#"{"config":{"postgres_changes":[7,\#(list),8]}}"#)
        #expect(request.bindings.count == read)
        #expect(Set(request.bindings.map(\.id)).count == read)
    }

    @Test func `an empty payload is a join with the defaults`() throws {
        for text in ["{}", "null", "[]", "7", #"{"config":null}"#, #"{"config":[]}"#] {
            let request = try request(text)
            #expect(request.token == .connection)
            #expect(!request.isPrivate)
            #expect(request.bindings.isEmpty)
            #expect(request.broadcast == JoinRequest.Broadcast())
            #expect(!request.wantsPresence)
            #expect(!request.hasConfiguration)
        }
    }

    @Test(
        arguments: [
            (#"{"access_token":null}"#, .connection), (#"{}"#, .connection),
            (#"{"access_token":"sb_publishable_x"}"#, .connection),
            (#"{"access_token":"a.b.c"}"#, .user("a.b.c")),
            (#"{"user_token":"a.b.c"}"#, .user("a.b.c")),
            (#"{"access_token":""}"#, .user("")), (#"{"access_token":7}"#, .user("")),
        ] as [(String, JoinRequest.Token)])
    func `a token is a user's, the connection's, or malformed`(
        text: String, token: JoinRequest.Token
    ) throws {
        #expect(try request(text).token == token)
    }

    @Test func `the whole config is read`() throws {
        let request = try request(
            """
            {"config":{"broadcast":{"ack":true,"self":"True","replication_ready":true,
              "replay":{"since":1,"limit":2}},
             "presence":{"key":5,"enabled":"true"},"private":"true",
             "postgres_changes":[null,{"event":"*","schema":"public","table":"t"},"x"]},
             "version":"realtime-js/2"}
            """)
        #expect(
            request.broadcast
                == JoinRequest.Broadcast(
                    wantsAcknowledgement: true, wantsReplay: true, wantsReadiness: true))
        #expect(request.wantsPresence)
        #expect(request.isPrivate)
        #expect(request.bindings.count == 1)
    }

    @Test(arguments: [
        #"{"config":{"postgres_changes":{}}}"#, #"{"config":{"postgres_changes":"x"}}"#,
        #"{"config":{"broadcast":7,"presence":"x","private":3}}"#,
    ])
    func `fields of a wrong type fall back to the defaults`(text: String) throws {
        let request = try request(text)
        #expect(request.bindings.isEmpty)
        #expect(!request.isPrivate)
        #expect(request.broadcast == JoinRequest.Broadcast())
    }
}

@Suite struct BindingRequestTests {
    private func list(_ text: String) throws -> [BindingRequest] {
        BindingRequest.list(try JSONDocument(parsing: Array(text.utf8)).root.elements)
    }

    @Test func `the echo is the client's own text and the id`() throws {
        let item =
            #"{"filter" : "a=eq.1 ","event":"insert","extra":[1, 2],"schema":"public","table":"t"}"#
        let binding = try #require(try list("[\(item)]").first)
        #expect(
            String(utf8: binding.echo)
                == #"{"filter":"a=eq.1 ","event":"insert","extra":[1, 2],"schema":"public","table":"t","id":"#
                + "\(binding.id)}")
        #expect(binding.event == .only(.insert))
    }

    @Test func `an id sent back by the client is replaced`() throws {
        let binding = try #require(try list(#"[{"id":5,"event":"*","schema":"public"}]"#).first)
        #expect(
            String(utf8: binding.echo) == #"{"event":"*","schema":"public","id":\#(binding.id)}"#)
    }

    @Test func `ids are the same on every connection`() throws {
        let item = #"{"event":"INSERT","schema":"public","table":"todos","filter":"id=eq.1"}"#
        let reordered = #"{"table":"todos","filter":"id=eq.1","schema":"public","event":"INSERT"}"#
        let one = try list("[\(item),\(reordered)]")
        #expect(one[0].id == one[1].id)
        #expect(try list("[\(reordered)]")[0].id == one[0].id)
        // A number written down: it must not change with the build or the run.
        #expect(one[0].id == 45_512_990)
    }

    @Test func `ids fit 27 bits, are never zero, and differ`() throws {
        let items = (0..<5_000).map { #"{"event":"*","table":"t","filter":"a=eq.\#($0)"}"# }
        let ids = try list("[" + items.joined(separator: ",") + "]").map(\.id)
        #expect(ids.allSatisfy { $0 > 0 && $0 < 1 << 27 })
        #expect(Set(ids).count == ids.count)
    }

    @Test func `each parameter makes a different id`() throws {
        let items = [
            #"{"event":"*"}"#, #"{"event":"INSERT"}"#, #"{"event":"insert"}"#,
            #"{"event":"*","schema":""}"#, #"{"event":"*","schema":"public"}"#,
            #"{"event":"*","table":"public"}"#, #"{"event":"*","filter":"public"}"#,
            #"{"event":"*","select":["a"]}"#, #"{"event":"*","select":["b"]}"#,
        ]
        let ids = try list("[" + items.joined(separator: ",") + "]").map(\.id)
        #expect(Set(ids).count == items.count)
    }

    @Test(
        arguments: [
            ("INSERT", .only(.insert)), ("update", .only(.update)), ("Delete", .only(.delete)),
            ("*", .all), ("x", nil),
        ] as [(String, BindingRequest.Event?)])
    func `events are read in any case`(text: String, event: BindingRequest.Event?) throws {
        #expect(try list(#"[{"event":"\#(text)"}]"#)[0].event == event)
        #expect(try list("[{}]")[0].event == .all)
    }

    @Test(
        arguments: [
            (#"[{"select":null}]"#, .all), ("[{}]", .all),
            (#"[{"select":["id","a"]}]"#, .columns(["id", "a"])),
            (#"[{"select":"id"}]"#, .malformed),
            (#"[{"select":[1]}]"#, .malformed),
        ] as [(String, BindingRequest.Selection)])
    func `a selection is of all columns, of some, or malformed`(
        text: String, selection: BindingRequest.Selection
    ) throws {
        #expect(try list(text)[0].selection == selection)
    }

    @Test func `a blank filter is none`() throws {
        #expect(try list(#"[{"filter":"  "}]"#)[0].filter == nil)
        #expect(try list(#"[{"filter":null}]"#)[0].filter == nil)
        #expect(try list(#"[{"filter":"a=eq.1"}]"#)[0].filter == "a=eq.1")
    }
}
