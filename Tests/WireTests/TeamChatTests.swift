import Bytes
import Server
import ServerTestSupport
import TestSupport
import Testing

/// The sample application from sign-up to live feed, through real sockets.
@Suite struct TeamChatTests {
    @Test(.timeLimit(.minutes(10)))
    func `a member sees messages live, a stranger none, a removed member no more`() throws {
        let server = try TestBackend()
        let ada = try server.join("ada")
        let grace = try server.join("grace")
        let mallory = try server.join("mallory")
        let asAda = try server.client(token: ada.token)
        let room = try makeRoom(asAda, members: [ada.id, grace.id])

        let bindings: JSON = [["event": "INSERT", "schema": "public", "table": "messages"]]
        let feeds = try [grace, mallory, ada].map { user in
            let feed = try server.feed()
            try feed.join("chat", bindings: bindings, token: user.token)
            return feed
        }
        try post(asAda, "one", in: room)
        #expect(try feeds[0].nextChange()["record"]?["body"] == "one")
        #expect(try feeds[2].nextChange()["record"]?["body"] == "one")

        let path = "/rest/v1/members?room_id=eq.\(room)&user_id=eq.\(grace.id)"
        #expect(try asAda.send("DELETE", path).status == 204)
        try post(asAda, "two", in: room)
        let second = try makeRoom(asAda, members: [ada.id, grace.id, mallory.id])
        try post(asAda, "three", in: second)
        // Both would have got "two" before "three", were it for them.
        #expect(try feeds[0].nextChange()["record"]?["body"] == "three")
        #expect(try feeds[1].nextChange()["record"]?["body"] == "three")
        #expect(try feeds[2].nextChange()["record"]?["body"] == "two")
    }

    @Test(.timeLimit(.minutes(10)))
    func `members hear that their room is gone, with all that was in it`() throws {
        let server = try TestBackend()
        let ada = try server.join("ada")
        let grace = try server.join("grace")
        let asAda = try server.client(token: ada.token)
        let room = try makeRoom(asAda, members: [ada.id, grace.id])
        try post(asAda, "doomed", in: room)
        let feed = try server.feed()
        let bindings: JSON = [["event": "DELETE", "schema": "public", "table": "*"]]
        try feed.join("chat", bindings: bindings, token: grace.token)
        #expect(try asAda.send("DELETE", "/rest/v1/rooms?id=eq.\(room)").status == 204)
        var tables: [String] = []
        for _ in 0..<4 { tables.append(try feed.nextChange()["table"]?.string ?? "") }
        #expect(tables.sorted() == ["members", "members", "messages", "rooms"])
    }

    @Test(.timeLimit(.minutes(10)))
    func `rules hold on reads, embeds and writes`() throws {
        let server = try TestBackend()
        let ada = try server.join("ada")
        let mallory = try server.join("mallory")
        let asAda = try server.client(token: ada.token)
        let room = try makeRoom(asAda, members: [ada.id])
        try post(asAda, "secret", in: room)

        let query = "/rest/v1/messages?room_id=eq.\(room)&select=body,author:profiles(username)"
        let mine = try asAda.send("GET", query)
        #expect(mine.text == #"[{"body":"secret","author":{"username":"ada"}}]"#)

        let asMallory = try server.client(token: mallory.token)
        #expect(try asMallory.send("GET", query).text == "[]")
        let body = "{\"room_id\":\"\(room)\",\"body\":\"let me in\"}"
        let refused = try asMallory.send("POST", "/rest/v1/messages", body)
        #expect(refused.status == 403)
        #expect(try refused.json["code"] == "42501")
        #expect(try server.client().send("POST", "/rest/v1/messages", body).status == 401)
    }

    private func makeRoom(_ client: HTTPClient, members: [String]) throws -> String {
        let answer = try client.send(
            "POST", "/rest/v1/rooms?select=id", #"{"name":"Attic"}"#,
            fields: [("Prefer", "return=representation")])
        #expect(answer.status == 201)
        let rows = try JSONDocument(parsing: answer.body).root.elements
        let room = try #require(rows.first?["id"]?.string)
        let list = members.map { "{\"room_id\":\"\(room)\",\"user_id\":\"\($0)\"}" }
        let added = try client.send(
            "POST", "/rest/v1/members", "[\(list.joined(separator: ","))]")
        #expect(added.status == 201)
        return room
    }

    private func post(_ client: HTTPClient, _ text: String, in room: String) throws {
        let body = "{\"room_id\":\"\(room)\",\"body\":\"\(text)\"}"
        #expect(try client.send("POST", "/rest/v1/messages", body).status == 201)
    }
}
