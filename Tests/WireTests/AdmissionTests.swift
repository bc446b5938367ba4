import Bytes
import Server
import ServerTestSupport
import TestSupport
import Testing

/// A request is refused by its head: before its body was sent, let alone kept.
@Suite(.timeLimit(.minutes(10))) struct AdmissionTests {
    struct Head: CustomTestStringConvertible, Sendable {
        let name: String
        let line: String
        /// Field lines; `KEY` stands for the service key.
        var fields: [String] = []
        let status: Int
        var body = ""
        var testDescription: String { name }

        func text(key: String, _ framing: String) -> String {
            let lines = ["\(line) HTTP/1.1", "Host: a"] + fields + [framing, "", ""]
            return lines.joined(separator: "\r\n").replacing("KEY", with: key)
        }
    }

    static let heads = [
        Head(name: "no key", line: "POST /rest/v1/rooms", status: 401, body: "No API key found"),
        Head(
            name: "a key that is none", line: "POST /rest/v1/rooms", fields: ["apikey: nonsense"],
            status: 401, body: "Invalid API key"),
        Head(
            name: "a bad token", line: "PATCH /rest/v1/rooms?id=eq.1",
            fields: ["apikey: KEY", "Authorization: Bearer x.y.z"], status: 401, body: "PGRST301"),
        Head(name: "no key to sign in", line: "POST /auth/v1/token", status: 401),
        Head(
            name: "another media type", line: "POST /rest/v1/rooms",
            fields: ["apikey: KEY", "Content-Type: text/plain; charset=utf-8"], status: 400,
            body: "Content-Type not acceptable: text/plain"),
    ]

    static let framings = [
        "Content-Length: 5000000", "Content-Length: 5000000\r\nExpect: 100-continue",
        "Transfer-Encoding: chunked",
    ]

    @Test(arguments: heads, framings)
    func `a refusal does not wait for the body`(head: Head, framing: String) throws {
        let server = try TestBackend()
        let client = try HTTPClient(port: server.port)
        let answer = try client.send(raw: head.text(key: server.service, framing))
        #expect(answer.status == head.status)
        #expect(answer.text.contains(head.body), "\(answer.text)")
    }

    @Test(arguments: [
        ("/rest/v1/rooms", 10_485_761), ("/auth/v1/signup", 1_048_577),
        ("/rest/v1/rooms", Int.max),
    ])
    func `a body that is announced too large is refused before it comes`(
        path: String, length: Int
    ) throws {
        let server = try TestBackend()
        let head = Head(
            name: "", line: "POST \(path)",
            fields: ["apikey: KEY", "Origin: http://a.example", "Expect: 100-continue"], status: 413
        )
        let client = try HTTPClient(port: server.port)
        let answer = try client.send(
            raw: head.text(key: server.service, "Content-Length: \(length)"))
        #expect(answer.status == 413)
        #expect(answer.fields["access-control-allow-origin"] == "*", "a page may read why")
        #expect(answer.fields["connection"] == "close")
    }

    @Test func `whoever sends a large body all the same reads why it was refused`() throws {
        let server = try TestBackend()
        let client = try HTTPClient(port: server.port)
        let head = Head(name: "", line: "POST /rest/v1/rooms", status: 401)
        let body = String(repeating: "x", count: 20_000_000)
        let answer = try client.send(raw: head.text(key: "", "Content-Length: 20000000") + body)
        #expect(answer.status == 401)
    }

    @Test func `a small refused body does not cost the connection`() throws {
        let server = try TestBackend()
        let client = try HTTPClient(port: server.port)
        let head = Head(name: "", line: "POST /rest/v1/rooms", status: 401)
        #expect(try client.send(raw: head.text(key: "", "Content-Length: 3") + "[1]").status == 401)
        let chunked = head.text(key: "", "Transfer-Encoding: chunked") + "3\r\n[1]\r\n0\r\n\r\n"
        #expect(try client.send(raw: chunked).status == 401)
        #expect(try client.send("GET", "/health").status == 200)
    }
}
