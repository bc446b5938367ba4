import Bytes
import Server
import ServerTestSupport
import TestSupport
import Testing

/// A client that does not read for a while, through a real socket.
@Suite struct StalledSocketTests {
    private static let models = [
        "notices": """
        {"properties": {"id": {"type": "integer", "identity": true}, "text": {"type": "string"}},
         "realtime": true, "access": {"read": true}}
        """,
        "members": """
        {"properties": {
          "room": {"type": "integer"}, "person": {"type": "string", "format": "uuid"}},
         "primaryKey": ["room", "person"], "realtime": true, "access": {"read": true}}
        """,
        "messages": """
        {"properties": {
          "id": {"type": "integer", "identity": true}, "room": {"type": "integer"},
          "body": {"type": "string"}},
         "realtime": true,
         "access": {"read":
           "exists(members as m where m.room = messages.room and m.person = auth.uid())"}}
        """,
    ]

    /// Far more than the kernel and the server's queue hold for one connection.
    private static let noticeCount = 60
    private static let notice = String(repeating: "x", count: 65_536)

    @Test(.timeLimit(.minutes(10)))
    func `whoever reads again later never hears of rows from before he was let in`() throws {
        // One loop, so that what the watcher has heard has been published to the other, too.
        let server = try TestBackend(models: Self.models, loops: 1)
        let ada = try server.signUp("ada@example.org")
        let service = try server.serviceClient()
        let bindings: JSON = [
            ["event": "*", "schema": "public", "table": "notices"],
            ["event": "*", "schema": "public", "table": "messages"],
        ]
        let stalled = try server.feed()
        try stalled.join("a", bindings: bindings, token: ada.token)
        let watcher = try server.feed()
        try watcher.join("a", bindings: bindings, token: server.service)

        for _ in 0..<Self.noticeCount {
            try write(service, "POST", "notices", #"{"text":"\#(Self.notice)"}"#)
        }
        try write(service, "POST", "messages", #"{"room":7,"body":"secret"}"#)
        try write(service, "DELETE", "messages?room=eq.7")
        while try watcher.nextChange()["type"] != "DELETE" {}
        try write(service, "POST", "members", #"{"room":7,"person":"\#(ada.id)"}"#)
        try write(service, "POST", "messages", #"{"room":7,"body":"welcome"}"#)

        var notices = 0
        var change = try stalled.nextChange()
        while change["table"] == "notices" {
            notices += 1
            change = try stalled.nextChange()
        }
        #expect(notices == Self.noticeCount)
        #expect(change["type"] == "INSERT")
        #expect(change["record"]?["body"] == "welcome")
    }

    private func write(
        _ client: HTTPClient, _ method: String, _ target: String, _ body: String? = nil
    ) throws {
        let answer = try client.send(method, "/rest/v1/\(target)", body ?? "")
        #expect((200..<300).contains(answer.status), "\(answer.text)")
    }
}
