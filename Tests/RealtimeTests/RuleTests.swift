import Bytes
import Diagnostics
import Expressions
import Store
import Testing
import Values

@testable import Realtime

@Suite struct RuleTests {
    private let notes = #"{"event":"*","schema":"public","table":"notes"}"#
    private let messages = #"{"event":"*","schema":"public","table":"messages"}"#

    private func note(_ id: Int64, _ owner: String?) -> [String: Value] {
        ["id": .integer(id), "owner": Value(owner), "body": .text("secret")]
    }

    /// Owner of the old row, owner of the new row, and whether ada is told.
    static let ownerCases:
        [(old: String?, new: String?, isInsert: Bool, isDelete: Bool, told: Bool)] = [
            (nil, Models.ada, true, false, true), (nil, Models.eve, true, false, false),
            (nil, nil, true, false, false), (Models.ada, Models.ada, false, false, true),
            (Models.eve, Models.ada, false, false, true),
            (Models.ada, Models.eve, false, false, false),
            (Models.ada, nil, false, false, false), (Models.ada, nil, false, true, true),
            (Models.eve, nil, false, true, false), (nil, nil, false, true, false),
        ]

    @Test(arguments: ownerCases)
    func `the new row decides, of a DELETE the old one`(
        old: String?, new: String?, isInsert: Bool, isDelete: Bool, told: Bool
    ) throws {
        let stage = try Stage(Models.all)
        let ada = stage.connect(as: user(Models.ada))
        let anonymous = stage.connect()
        let service = stage.connect(as: .service)
        for peer in [ada, anonymous, service] { peer.join("a", notes) }
        let operation: Change.Operation = isInsert ? .insert : isDelete ? .delete : .update
        stage.hub.deliver([
            stage.change(
                operation, "notes", new: isDelete ? nil : note(1, new),
                old: isInsert ? nil : note(1, old))
        ])
        #expect(try ada.changes().count == (told ? 1 : 0))
        #expect(try anonymous.changes() == [])
        #expect(try service.changes().count == 1)
    }

    @Test func `a whole old row is for those who could see it`() throws {
        var settings = FeedSettings()
        settings.showsOldRows = true
        let stage = try Stage(Models.all, settings: settings)
        let peers = [stage.connect(as: user(Models.ada)), stage.connect(as: .service)]
        for peer in peers { peer.join("a", notes) }
        stage.update("notes", note(1, Models.ada), note(1, Models.ada))
        stage.update("notes", note(1, Models.eve), note(1, Models.ada))
        stage.delete("notes", note(1, Models.ada))
        let old = try peers.map { peer in
            try peer.messages().map {
                String(utf8: $0.elements[4]["data"]?["old_record"]?.raw ?? [])
            }
        }
        let whole = { (owner: String) in #"{"id":1,"owner":"\#(owner)","body":"secret"}"# }
        #expect(old[0] == [whole(Models.ada), #"{"id":1}"#, whole(Models.ada)])
        #expect(old[1] == [whole(Models.ada), whole(Models.eve), whole(Models.ada)])
    }

    @Test func `a model without a read rule is silent`() throws {
        let stage = try Stage([
            "secrets": #"{"properties": {"name": {"type": "string"}}, "realtime": true}"#
        ])
        let peers = [stage.connect(as: user(Models.ada)), stage.connect(as: .service)]
        for peer in peers {
            let sent = peer.join("a", #"{"event":"*","schema":"public","table":"secrets"}"#)
            #expect(sent.last?.contains("Subscribed to PostgreSQL") == true)
        }
        stage.insert("secrets", ["id": .text(Models.ada), "name": .text("x")])
        #expect(try peers.map { try $0.changes().count } == [0, 1])
    }

    @Test func `a member receives, a stranger does not, a removed member stops`() throws {
        let stage = try Stage(Models.all)
        let ada = stage.connect(as: user(Models.ada))
        let eve = stage.connect(as: user(Models.eve))
        for peer in [ada, eve] { peer.join("a", messages) }
        let membership: [String: Value] = ["room": .integer(7), "person": .text(Models.ada)]
        try stage.run("INSERT INTO members VALUES (7, '\(Models.ada)')")
        stage.insert("members", membership)
        for id in 1...3 {
            stage.insert("messages", ["id": .integer(Int64(id)), "room": .integer(7)])
        }
        stage.insert("messages", ["id": .integer(4), "room": .integer(8)])
        stage.insert("messages", ["id": .integer(5), "room": .null])
        #expect(try ada.changes() == ["INSERT 1", "INSERT 2", "INSERT 3"])
        try stage.run("DELETE FROM members")
        stage.delete("members", membership)
        stage.insert("messages", ["id": .integer(6), "room": .integer(7)])
        stage.delete("messages", ["id": .integer(1), "room": .integer(7)])
        #expect(try ada.changes() == [])
        #expect(try eve.changes() == [])
    }

    @Test(arguments: [false, true])
    func `whoever saw a row hears that a cascade took it, his membership too`(
        isRemembered: Bool
    ) throws {
        let stage = try Stage(Models.all)
        let ada = stage.connect(as: user(Models.ada))
        let eve = stage.connect(as: user(Models.eve))
        for peer in [ada, eve] { peer.join("a", messages) }
        try stage.run("INSERT INTO members VALUES (7, '\(Models.ada)')")
        if isRemembered { stage.insert("messages", ["id": .integer(1), "room": .integer(7)]) }
        try stage.run("DELETE FROM members")
        let membership: [String: Value] = ["room": .integer(7), "person": .text(Models.ada)]
        let first = stage.change(.delete, "members", old: membership)
        let transaction = first.sequence
        let rooms: [Int64] = [7, 8, 7]
        let rest = rooms.enumerated().map { index, room in
            stage.change(
                .delete, "messages", old: ["id": .integer(Int64(index)), "room": .integer(room)],
                of: transaction)
        }
        stage.hub.deliver([first] + rest)
        #expect(try ada.changes().suffix(2) == ["DELETE 0", "DELETE 2"])
        #expect(try eve.changes() == [])
        // The membership is gone for whatever comes after.
        stage.delete("messages", ["id": .integer(9), "room": .integer(7)])
        stage.insert("messages", ["id": .integer(9), "room": .integer(7)])
        #expect(try ada.changes() == [])
    }

    @Test func `decisions of rules over unwatched models are never remembered`() throws {
        var models = Models.all
        models["members"] = Models.members.replacing(#""realtime": true, "#, with: "")
        let stage = try Stage(models)
        let ada = stage.connect(as: user(Models.ada))
        ada.join("a", messages)
        try stage.run("INSERT INTO members VALUES (7, '\(Models.ada)')")
        stage.insert("messages", ["id": .integer(1), "room": .integer(7)])
        try stage.run("DELETE FROM members")
        stage.insert("messages", ["id": .integer(2), "room": .integer(7)])
        #expect(try ada.changes() == ["INSERT 1"])
    }

    @Test func `a rule that cannot be asked is told, not skipped`() throws {
        let stage = try Stage(Models.all)
        let ada = stage.connect(as: user(Models.ada))
        ada.join("a", messages)
        try stage.run("DROP TABLE members")
        stage.insert("messages", ["id": .integer(1), "room": .integer(7)])
        let told = ada.sink.take()
        #expect(told.count == 1)
        #expect(told.first?.contains("could not be judged") == true)
        #expect(stage.hub.counters.brokenDecisions == 1)
        #expect(stage.hub.counters.channels == 1)
    }

    @Test func `users of one rule class are one audience`() throws {
        let stage = try Stage(Models.all)
        let todos = #"{"event":"*","schema":"public","table":"todos"}"#
        for index in 0..<20 {
            let id = "00000000-0000-4000-8000-0000000000\(10 + index)"
            stage.connect(as: user(id)).join("a", todos)
        }
        #expect(stage.hub.audiences.count == 1)
        // The rule of notes asks who the caller is.
        for index in 0..<20 {
            let id = "00000000-0000-4000-8000-0000000000\(10 + index)"
            stage.connect(as: user(id)).join("b", notes)
        }
        #expect(stage.hub.audiences.count == 21)
        stage.insert("notes", note(1, "00000000-0000-4000-8000-000000000015"))
        #expect(stage.hub.matcher.found.count == 1)
        #expect(stage.hub.counters.deliveries == 1)
    }

    @Test func `columns with a read rule of their own are for the service role`() throws {
        let stage = try Stage([
            "people": """
            {"properties": {"id": {"type": "integer", "identity": true},
              "name": {"type": "string"},
              "salary": {"type": "integer", "access": {"read": "id = 1"}}},
             "realtime": true, "access": {"read": true}}
            """
        ])
        let item = #"{"event":"*","schema":"public","table":"people"}"#
        let peers = [stage.connect(), stage.connect(as: .service)]
        for peer in peers { peer.join("a", item) }
        stage.insert("people", ["id": .integer(1), "name": .text("x"), "salary": .integer(5)])
        let records = try peers.map {
            try $0.messages().first?.elements[4]["data"]?["record"].map { String(utf8: $0.raw) }
        }
        #expect(records == [#"{"id":1,"name":"x"}"#, #"{"id":1,"name":"x","salary":5}"#])
        for more in [#","filter":"salary=gt.1""#, #","select":["salary"]"#] {
            let bound = item.dropLast() + more + "}"
            #expect(stage.connect().join("b", String(bound)).last?.contains("error") == true)
            let service = stage.connect(as: .service)
            #expect(service.join("b", String(bound)).last?.contains("Subscribed") == true)
        }
    }
}

@Suite struct TokenTests {
    private let notes = #"{"event":"*","schema":"public","table":"notes"}"#

    private func note(_ owner: String) -> [String: Value] {
        ["id": .integer(1), "owner": .text(owner)]
    }

    @Test func `a channel ends in the second in which its token does`() throws {
        let stage = try Stage(Models.all)
        stage.identities["t"] = user(Models.ada, expiresAt: stage.now.seconds + 60)
        let peer = stage.connect()
        peer.join("a", notes, token: "t")
        peer.join("other")
        stage.advance(microseconds: 59_999_999)
        stage.hub.tick(now: stage.now)
        stage.insert("notes", note(Models.ada))
        #expect(try peer.changes() == ["INSERT 1"])
        stage.advance(microseconds: 1)
        // No tick in between: delivery itself looks at the clock.
        stage.insert("notes", note(Models.ada))
        #expect(
            peer.sink.take() == [
                #"[null,null,"realtime:a","system",{"extension":"system","status":"error","#
                    + #""message":"Token has expired 0 seconds ago","channel":"a"}]"#,
                #"["1","1","realtime:a","phx_close",{}]"#,
            ])
        #expect(stage.hub.counters.channels == 1)
        #expect(peer.sink.closeCode == nil)
    }

    @Test func `a tick ends it without any change`() throws {
        let stage = try Stage(Models.all)
        stage.identities["t"] = user(Models.ada, expiresAt: stage.now.seconds + 30)
        stage.identities["u"] = user(Models.ada, expiresAt: stage.now.seconds + 40)
        let peer = stage.connect()
        peer.join("a", notes, token: "t")
        peer.join("b", notes, token: "u")
        var ended: [Int: Int] = [:]
        for second in 1...45 {
            stage.advance(microseconds: 1_000_000)
            stage.hub.tick(now: stage.now)
            let count = peer.sink.take().count
            if count > 0 { ended[second] = count }
        }
        #expect(ended == [30: 2, 40: 2])
    }

    @Test func `a token that is revoked ends its channels within half a minute`() throws {
        let stage = try Stage(Models.all)
        stage.identities["ada"] = user(Models.ada)
        let peer = stage.connect()
        peer.join("a", notes, token: "ada")
        peer.join("b", notes)
        stage.identities["ada"] = nil
        var sent: [String] = []
        for _ in 1...30 where sent.isEmpty {
            stage.advance(microseconds: 1_000_000)
            stage.hub.tick(now: stage.now)
            sent = peer.sink.take()
        }
        #expect(sent.count == 2)
        #expect(sent.first?.contains("The token provided is not a valid JWT") == true)
        #expect(stage.hub.counters.channels == 1)
    }

    @Test func `a token that is told to be revoked ends its channels at the next second`() throws {
        let stage = try Stage(Models.all)
        stage.identities["ada"] = user(Models.ada, session: "s")
        let peer = stage.connect()
        peer.join("a", notes, token: "ada")
        stage.signOut(["s"])
        stage.hub.tick(now: stage.now.advanced(byMicroseconds: 1_000_000))
        #expect(peer.sink.take().last?.contains("phx_close") == true)
        stage.insert("notes", note(Models.ada))
        #expect(peer.sink.take() == [])
    }

    /// A model whose key only the service role may read.
    private static let codes = [
        "codes": """
        {"properties": {"code": {"type": "string", "access": {"read": "false"}},
           "title": {"type": "string"}},
         "primaryKey": ["code"], "realtime": true, "access": {"read": true}}
        """
    ]
    private static let codesItem = #"{"event":"*","schema":"public","table":"codes""#

    @Test func `a key that may not be read is not in the feed, nor in its filters`() throws {
        let stage = try Stage(Self.codes)
        let peer = stage.connect()
        peer.join("a", Self.codesItem + "}")
        let refused = peer.join("b", Self.codesItem + #","filter":"code=eq.sesame"}"#)
        #expect(refused.last?.contains("Error parsing `filter` params") == true)
        stage.insert("codes", ["code": .text("sesame"), "title": .text("x")])
        stage.delete("codes", ["code": .text("sesame"), "title": .text("x")])
        let sent = peer.sink.take()
        #expect(sent.count == 2 && !sent.contains { $0.contains("sesame") }, "\(sent)")
    }

    /// Filters of a hidden column, and the same of one that is not there.
    @Test(arguments: ["NAME=eq.sesame", "NAME=gt.a,title=eq.x", "title=eq.x,NAME=in.(a,b)"])
    func `a filter tells a hidden column from none no more than a misspelt one does`(
        _ filter: String
    ) throws {
        let stage = try Stage(Self.codes)
        let answers = ["code", "mode"].map { name in
            let text = filter.replacing("NAME", with: name)
            let item = Self.codesItem + #","filter":"\#(text)"}"#
            let told = stage.connect().join("a", item).last ?? ""
            return told.replacing("codes.\(name)", with: "codes.NAME").replacing(text, with: "")
                .replacing(/[0-9]{6,}/, with: "ID")
        }
        #expect(answers[0].contains("column codes.NAME does not exist"))
        #expect(answers[0] == answers[1])
    }

    @Test func `a misspelt column of a filter is given no hidden one as a hint`() throws {
        let stage = try Stage(Self.codes)
        let item = Self.codesItem + #","filter":"coda=eq.sesame"}"#
        let refused = stage.connect().join("a", item)
        #expect(refused.last?.contains("column codes.coda does not exist") == true)
        #expect(refused.last?.contains("codes.code") == false, "\(refused)")
    }

    @Test func `a join with a token that has ended is refused`() throws {
        let stage = try Stage(Models.all)
        stage.identities["t"] = user(Models.ada, expiresAt: stage.now.seconds - 3)
        let sent = stage.connect().join("a", notes, token: "t")
        #expect(sent.count == 1)
        #expect(sent[0].contains("InvalidJWTToken: Token has expired 3 seconds ago"))
        let late = stage.connect(as: user(Models.ada, expiresAt: stage.now.seconds + 1))
        stage.advance(microseconds: 2_000_000)
        #expect(
            late.join("a").first?.contains("InvalidJWTToken: Token has expired 1 seconds") == true)
    }

    @Test func `a new token changes what a channel sees`() throws {
        let stage = try Stage(Models.all)
        stage.identities["ada"] = user(Models.ada)
        stage.identities["eve"] = user(Models.eve)
        let peer = stage.connect()
        peer.join("a", notes, token: "ada")
        #expect(peer.send(#"["1","2","realtime:a","access_token",{"access_token":"ada"}]"#) == [])
        #expect(peer.send(#"["1","3","realtime:a","access_token",{"access_token":null}]"#) == [])
        #expect(peer.send(#"["1","4","realtime:a","access_token",{"access_token":"sb_x"}]"#) == [])
        // A reference of an older join is as good.
        let sent = peer.send(#"["0","5","realtime:a","access_token",{"access_token":"eve"}]"#)
        #expect(sent.count == 1)
        #expect(sent.first?.contains("Subscribed to PostgreSQL") == true)
        stage.insert("notes", note(Models.ada))
        #expect(try peer.changes() == [])
        stage.insert("notes", note(Models.eve))
        #expect(try peer.changes() == ["INSERT 1"])
    }

    @Test(arguments: [
        (#""forged""#, "The token provided is not a valid JWT"),
        (#""""#, "The token provided is not a valid JWT"),
        ("7", "The token provided is not a valid JWT"),
        (#""old""#, "Token has expired 3 seconds ago"),
    ])
    func `a bad token opens no channel and ends the one it is for`(
        token: String, text: String
    ) throws {
        let stage = try Stage(Models.all)
        stage.identities = ["old": user(Models.ada, expiresAt: stage.now.seconds - 3)]
        let peer = stage.connect()
        let refused = peer.send(
            #"["1","1","realtime:a","phx_join",{"access_token":\#(token)}]"#)
        #expect(
            refused == [
                #"["1","1","realtime:a","phx_reply",{"status":"error","response":{"reason":"#
                    + #""InvalidJWTToken: \#(text)"}}]"#
            ])
        peer.join("a", notes)
        #expect(
            peer.send(#"["1","2","realtime:a","access_token",{"access_token":\#(token)}]"#) == [
                #"[null,null,"realtime:a","system",{"extension":"system","status":"error","#
                    + #""message":"\#(text)","channel":"a"}]"#,
                #"["1","1","realtime:a","phx_close",{}]"#,
            ])
        #expect(stage.hub.counters.channels == 0)
    }

    @Test func `signing out shows the project's key and the channel goes on with it`() throws {
        let stage = try Stage(Models.all)
        stage.identities = ["ada": user(Models.ada), "key": anonymousKey]
        let peer = stage.connect()
        let todos = #"{"event":"*","schema":"public","table":"todos"}"#
        peer.join("a", "\(notes),\(todos)", token: "ada")
        let sent = peer.send(#"["1","2","realtime:a","access_token",{"access_token":"key"}]"#)
        #expect(sent.count == 1 && sent[0].contains("Subscribed to PostgreSQL"))
        stage.insert("notes", note(Models.ada))
        stage.insert("todos", ["id": .integer(2)])
        #expect(try peer.changes() == ["INSERT 2"])
    }
}
