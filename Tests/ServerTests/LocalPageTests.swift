import Addresses
import Bytes
import Foundation
import HTTP
import ServerTestSupport
import TestSupport
import Testing

@testable import Server

/// What only `apus dev` answers, and to whom.
@Suite(.timeLimit(.minutes(10))) struct LocalPageTests {
    static let paths = [
        "/", "/docs", "/app", "/app/", "/app/index.html", "/app/apus.json", "/app/public/app.js",
    ]
    static let loopbackHosts = [
        "localhost", "LOCALHOST:54321", "notes.localhost", "127.0.0.1", "127.1.2.3:80", "[::1]",
        "[::1]:54321", "[::ffff:127.0.0.1]:1",
    ]
    static let otherHosts = [
        "evil.example", "evil.example:54321", "127.0.0.1.evil.example", "localhost.evil.example",
        "localhost.", "notlocalhost", "192.168.1.5", "0.0.0.0", "[::]", "[2001:db8::1]", "127.1",
        "2130706433", "localhost:", "localhost:80a",
    ]
    static let proxied = [
        ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "127.0.0.1"),
        ("Forwarded", "for=127.0.0.1"), ("X-Real-IP", "127.0.0.1"), ("Via", "1.1 proxy"),
        ("X-Forwarded-Host", "localhost"), ("X-Forwarded-Proto", "https"),
    ]

    /// A project that is served as long as the test has it.
    private final class Served {
        let project: TestProject
        let backend: Backend

        init(
            _ project: TestProject, _ mode: Backend.Mode = .development,
            listen: String = "127.0.0.1:0"
        ) throws {
            self.project = project
            backend = try Backend.start(try project.options(listen: listen), mode: mode)
        }

        deinit { backend.stop() }
    }

    private static func project() throws -> TestProject {
        let project = try TestProject()
        try project.write("<p>hello</p>", to: "index.html")
        try project.write("1", to: "public/app.js")
        return project
    }

    private static func ask(
        _ backend: Backend, _ path: String, method: String = "GET", host: String = "localhost",
        fields: [(String, String)] = []
    ) throws -> HTTPAnswer {
        let lines = fields.map { "\($0): \($1)\r\n" }.joined()
        return try HTTPClient(port: backend.port).send(
            raw: "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n\(lines)\r\n",
            toHead: method == "HEAD")
    }

    /// As for a path that nobody has, but for what differs in any two answers.
    private static func isUnknown(_ answer: HTTPAnswer, of backend: Backend) throws -> Bool {
        let unknown = try ask(backend, "/nothing-of-the-kind")
        return answer.status == 404 && answer.body == unknown.body
            && answer.field("Content-Type") == unknown.field("Content-Type")
    }

    private static func hasCORS(_ answer: HTTPAnswer) -> Bool {
        answer.lines.contains { $0.name.hasPrefix("access-control-") }
    }

    @Test func `who sits at the machine is answered, by each of its names`() throws {
        let served = try Served(try Self.project())
        let backend = served.backend
        for host in Self.loopbackHosts {
            for path in Self.paths {
                let answer = try Self.ask(backend, path, host: host)
                #expect(answer.status == (path == "/app" ? 308 : 200), "\(host)\(path)")
                #expect(answer.field("X-Frame-Options") == "DENY")
                #expect(answer.field("X-Content-Type-Options") == "nosniff")
            }
        }
    }

    @Test func `a page that lets a name of its own lead here is answered as for no path`() throws {
        let served = try Served(try Self.project())
        let backend = served.backend
        for host in Self.otherHosts {
            for path in Self.paths {
                let answer = try Self.ask(backend, path, host: host)
                #expect(try Self.isUnknown(answer, of: backend), "\(host)\(path)")
                #expect(!Self.hasCORS(answer), "\(host)\(path)")
            }
        }
    }

    @Test func `what came through a proxy is answered as for no path`() throws {
        for trusted in [nil, #"{"proxies": {"trusted": ["127.0.0.1"]}}"#] {
            let project = try Self.project()
            if let trusted { try project.write(trusted, to: "Schemas/project.json") }
            let served = try Served(project)
            let backend = served.backend
            for field in Self.proxied {
                for path in Self.paths {
                    let answer = try Self.ask(backend, path, fields: [field])
                    #expect(try Self.isUnknown(answer, of: backend), "\(field) \(path)")
                }
            }
            let old = try HTTPClient(port: backend.port).send(
                raw: "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
            #expect(old.status == 404)
        }
    }

    @Test(.enabled(if: MachineAddress.outward != nil))
    func `another address is answered as for no path`() throws {
        let address = try #require(MachineAddress.outward)
        let served = try Served(try Self.project(), listen: "0.0.0.0:0")
        let backend = served.backend
        #expect(backend.localURL == "http://127.0.0.1:\(backend.port)")
        for path in Self.paths {
            for method in ["GET", "OPTIONS"] {
                let socket = try LoopbackSocket(address: address, port: backend.port)
                socket.send(
                    "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a\r\n\r\n")
                let answer = try #require(socket.readAnswer())
                #expect(try Self.isUnknown(answer, of: backend), "\(path)")
                #expect(!Self.hasCORS(answer))
            }
        }
    }

    @Test func `peers are judged by their addresses`() {
        for (peer, isLocal) in [
            ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("::ffff:127.0.0.1", true),
            ("128.0.0.1", false), ("192.0.2.1", false), ("::2", false), ("2001:db8::1", false),
            ("::ffff:192.0.2.1", false), ("", false),
        ] {
            var request = Request(.get, "/", fields: [("Host", "localhost")])
            request.peer = Peer(peer)
            #expect(LocalCall.isMade(by: request) == isLocal, "\(peer)")
        }
    }

    @Test func `no page of another origin is told anything`() throws {
        for origins in [#"["*"]"#, #"["https://a.example"]"#] {
            let project = try Self.project()
            try project.write(
                "{\"cors\": {\"origins\": \(origins)}}", to: "Schemas/project.json")
            let served = try Served(project)
            let backend = served.backend
            let preflight = [
                ("Origin", "https://a.example"), ("Access-Control-Request-Method", "GET"),
                ("Access-Control-Request-Headers", "apikey"),
            ]
            for path in Self.paths + ["/app/nothing"] {
                for method in ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "TRACE"] {
                    let answer = try Self.ask(backend, path, method: method, fields: preflight)
                    #expect(!Self.hasCORS(answer), "\(method) \(path)")
                    let isRead = method == "GET" || method == "HEAD"
                    if isRead || method == "TRACE" { continue }
                    #expect(answer.status == 404, "\(method) \(path)")
                }
            }
        }
    }

    @Test func `apus serve has none of it`() throws {
        let project = try TestProject(models: nil)
        try project.write("<p>hello</p>", to: "index.html")
        try project.write("1", to: "public/app.js")
        let served = try Served(project, .production(migrate: true))
        let backend = served.backend
        for path in Self.paths {
            let fields = [("Origin", "https://a.example")]
            let answer = try Self.ask(backend, path, fields: fields)
            let unknown = try Self.ask(backend, "/nothing-of-the-kind", fields: fields)
            #expect(answer.status == 404 && answer.body == unknown.body)
            #expect(answer.lines.map(\.name) == unknown.lines.map(\.name))
        }
    }

    @Test func `no answer has the service key, and the page has what one needs`() throws {
        let served = try Served(try Self.project())
        let backend = served.backend
        for path in Self.paths {
            let answer = try Self.ask(backend, path, host: "localhost:\(backend.port)")
            #expect(!(answer.head + answer.text).contains(backend.keys.service))
        }
        let page = try Self.ask(backend, "/", host: "localhost:\(backend.port)")
        #expect(page.field("Content-Type") == "text/html; charset=utf-8")
        let url = "http://localhost:\(backend.port)"
        for text in [
            "/rest/v1/notes?apikey=", backend.keys.anonymous, "createClient",
            "curl '\(url)/rest/v1/notes",
            "href=\"/app/\"", "href=\"/docs\"",
        ] {
            #expect(
                page.text.replacing("&quot;", with: "\"").replacing("&#39;", with: "'").contains(
                    text))
        }
        let given = try Self.ask(backend, "/app/apus.json", host: "localhost:\(backend.port)").json
        #expect(given["url"]?.string == url && given["anonKey"]?.string == backend.keys.anonymous)
        // The link of a model opens it.
        let link = "/rest/v1/notes?apikey=\(backend.keys.anonymous)&limit=10"
        #expect(try Self.ask(backend, link).status == 200)
    }

    @Test func `names are no HTML`() throws {
        let project = try Self.project()
        try project.write(#"{"name": "<script>alert('&\"')"}"#, to: "Schemas/project.json")
        let served = try Served(project)
        let backend = served.backend
        let page = try Self.ask(backend, "/").text
        #expect(
            !page.contains("<script") && page.contains("&lt;script&gt;alert(&#39;&amp;&quot;&#39;)")
        )
    }
}
