import Bytes
import Server
import ServerTestSupport
import TestSupport
import Testing

/// A browser sends a page's origin with a WebSocket and opens it whatever the answer's fields say:
/// the server refuses the pages that may not call.
@Suite struct SocketOriginTests {
    struct Opening: CustomTestStringConvertible, Sendable {
        let origins: String
        let origin: String?
        let status: Int
        var testDescription: String { "\(origin ?? "no origin") of \(origins)" }
    }

    static let openings = [
        Opening(origins: #"["*"]"#, origin: "https://a.example", status: 101),
        Opening(origins: #"["https://a.example"]"#, origin: "https://a.example", status: 101),
        Opening(origins: #"["https://a.example"]"#, origin: "https://b.example", status: 403),
        Opening(origins: #"["https://a.example"]"#, origin: "http://a.example", status: 403),
        Opening(origins: #"["https://a.example"]"#, origin: nil, status: 101),
        Opening(origins: "[]", origin: "null", status: 403),
        // The server's own, of a page that a proxy serves beside it: fetch needs no leave there.
        Opening(origins: "[]", origin: "https://127.0.0.1", status: 101),
        Opening(origins: "[]", origin: "https://127.0.0.1:1", status: 403),
    ]

    @Test(arguments: openings)
    func `a page that may not call opens no socket`(_ opening: Opening) throws {
        let server = try TestBackend(project: #"{"cors": {"origins": \#(opening.origins)}}"#)
        var fields = [
            ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ]
        if let origin = opening.origin { fields.append(("Origin", origin)) }
        let path = "/realtime/v1/websocket?vsn=1.0.0&apikey=\(server.anonymous)"
        let answer = try HTTPClient(port: server.port).send("GET", path, fields: fields)
        #expect(answer.status == opening.status)
        guard opening.status == 403, let origin = opening.origin else { return }
        let told = try answer.json
        #expect(told["error"]?.string == "cors.origins does not list \(origin)")
        #expect(told["message"] == told["error"])
        #expect(answer.values("access-control-allow-origin").isEmpty)
    }
}
