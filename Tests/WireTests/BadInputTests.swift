import Bytes
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Bad input gets a clear answer, through the whole server, and the next request is answered.
@Suite struct BadInputTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let method: String
        let path: String
        var body: String?
        let status: Int
        let code: String
        /// A part of the whole answer.
        var mentions = ""
        var testDescription: String { "\(method) \(path) \(body ?? "")" }
    }

    static let rows = [
        Row(method: "POST", path: "rooms", body: "{\"name\":", status: 400, code: "PGRST102"),
        Row(method: "GET", path: "rooms?id=eq.abc", status: 400, code: "22P02", mentions: "uuid"),
        Row(method: "GET", path: "romos", status: 404, code: "PGRST205", mentions: "rooms"),
        Row(method: "GET", path: "rooms?nmae=eq.a", status: 400, code: "42703", mentions: "nmae"),
        Row(method: "GET", path: "rooms?select=nope", status: 400, code: "42703", mentions: "nope"),
        Row(method: "GET", path: "rooms?name=equals.a", status: 400, code: "PGRST100"),
        Row(method: "GET", path: "rooms?select=id,planets(name)", status: 400, code: "PGRST200"),
        Row(method: "POST", path: "rooms", body: "{\"nam\":\"x\"}", status: 400, code: "PGRST204"),
        Row(
            method: "POST", path: "rooms", body: "{\"name\":null,\"owner_id\":\"\(ada)\"}",
            status: 400,
            code: "23502", mentions: "name"),
        Row(
            method: "POST", path: "rooms", body: "{\"name\":\"\",\"owner_id\":\"\(ada)\"}",
            status: 400,
            code: "23514", mentions: "rooms_name_check"),
        Row(
            method: "POST", path: "rooms", body: "{\"name\":\"x\",\"owner_id\":\"\(nobody)\"}",
            status: 409, code: "23503", mentions: "rooms_owner_id_fkey"),
        Row(
            method: "POST", path: "profiles",
            body: "{\"id\":\"\(nobody)\",\"username\":\"demo_ada\"}",
            status: 409, code: "23505", mentions: "profiles_username_key"),
        Row(method: "DELETE", path: "rooms", status: 400, code: "21000", mentions: "WHERE"),
        Row(method: "GET", path: "rooms/1", status: 404, code: "PGRST125"),
    ]

    static let ada = "01900000-0000-7000-8000-000000000001"
    static let nobody = "01900000-0000-7000-8000-0000000000ff"

    @Test func `every fault has its code, its status and names the thing`() throws {
        let server = try TestBackend()
        let client = try server.serviceClient()
        for row in Self.rows {
            let answer = try client.send(row.method, "/rest/v1/\(row.path)", row.body)
            #expect(answer.status == row.status, "\(row): \(answer.text)")
            let body = try answer.json
            #expect(body["code"] == .string(row.code), "\(row): \(answer.text)")
            #expect(body["message"] != nil && body["details"] != nil && body["hint"] != nil)
            #expect(answer.text.contains(row.mentions), "\(row): \(answer.text)")
            #expect(answer.fields["x-request-id"] != nil)
        }
        let rooms = try client.send("GET", "/rest/v1/rooms?select=name")
        #expect(rooms.text == #"[{"name":"General"}]"#)
    }

    @Test(arguments: [
        ("GARBAGE\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("GET /auth/v1/verify HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", 404),
        ("GET / HTTP/1.1\r\nHost: a\r\nx: \(String(repeating: "y", count: 100_000))\r\n\r\n", 431),
        ("GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505),
        ("GET /realtime/v1/websocket HTTP/1.1\r\nHost: a\r\n\r\n", 401),
    ])
    func `malformed bytes are answered and the server lives`(bytes: String, status: Int) throws {
        let server = try TestBackend()
        #expect(try HTTPClient(port: server.port).send(raw: bytes).status == status)
        #expect(try server.serviceClient().send("GET", "/rest/v1/rooms").status == 200)
    }

    @Test func `peers that vanish leave nothing behind`() throws {
        let server = try TestBackend()
        for count in [1, 20, 60] {
            let socket = try LoopbackSocket(port: server.port)
            let text = "POST /rest/v1/rooms HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"
            socket.send(Array(text.utf8.prefix(count)))
            if count == 20 { socket.finishSending() }
        }
        #expect(try server.serviceClient().send("GET", "/rest/v1/rooms").status == 200)
    }
}
