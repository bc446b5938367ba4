import Diagnostics
import Glibc
import HTTP
import HTTPServer
import Network
import Synchronization
import TestSupport
import Testing
import Work

private let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

@Suite(.timeLimit(.minutes(10))) struct HTTPServerTests {
    @Test func `a request is answered byte by byte`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get)
        let response = try #require(client.readAnswer())
        let lines = response.head.split(separator: "\r\n")
        #expect(lines[0] == "HTTP/1.1 200 OK")
        #expect(lines[1].hasPrefix("Date: ") && lines[1].hasSuffix(" GMT"))
        #expect(lines[2...] == ["Content-Type: text/plain", "Content-Length: 6"])
        #expect(response.text == "GET /a")
    }

    @Test func `a connection serves many requests`() throws {
        let server = try TestServer()
        let client = try server.connect()
        for number in 0..<50 {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n\(10 + number)")
            #expect(client.readAnswer()?.text == "\(10 + number)")
        }
        #expect(server.counters.connections == 1)
        #expect(server.counters.requests == 50)
    }

    @Test func `pipelined requests are answered in order across a pending one`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get + "GET /pending?xyz HTTP/1.1\r\nHost: a\r\n\r\n" + get + get)
        #expect(client.readAnswer()?.text == "GET /a")
        #expect(await eventually { server.gate.arrivals == 1 })
        server.gate.open()
        #expect(client.readAnswer()?.text == "pending 3")
        #expect(client.readAnswer()?.text == "GET /a")
        #expect(client.readAnswer()?.text == "GET /a")
    }

    @Test func `a thousand pipelined requests are all answered`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(String(repeating: get, count: 1_000))
        for _ in 0..<1_000 { #expect(client.readAnswer()?.text == "GET /a") }
    }

    /// Requests with HEAD that are refused by the server, and the status.
    static let refusedHeads: [(request: String, status: Int)] = [
        ("HEAD * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("\r\nHEAD * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("HEAD /a HTTP/1.1\r\n\r\n", 400), ("HEAD /a HTTP/3.0\r\nHost: a\r\n\r\n", 505),
        ("HEAD /a HTTP/1.1\r\nHost: a\n", 400), ("HEAD /a HTTP/1.1\r\nHo", 408),
        (
            "HEAD /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400
        ),
        ("HEAD /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\n\r\n", 414),
    ]

    @Test(arguments: refusedHeads)
    func `a refused HEAD is answered without a body`(request: String, status: Int) throws {
        let server = try TestServer { $0.deadlines.head = .milliseconds(100) }
        let client = try server.connect()
        client.send(get)
        #expect(client.readAnswer()?.text == "GET /a")
        client.send(request)
        let response = try #require(client.readAnswer(toHead: true))
        #expect(response.status == status)
        #expect(response.field("content-length") != "0")
        #expect(client.readToEnd() == "")
    }

    @Test(arguments: ["GET * HTTP/1.1\r\n\r\n", "HEADS * HTTP/1.1\r\n\r\n", "HEAD\r\n\r\n"])
    func `what is not HEAD is refused with a body, also after HEAD`(request: String) throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.readAnswer(toHead: true)?.status == 200)
        client.send(request)
        #expect(client.readAnswer()?.text.hasPrefix("{\"message\":") == true)
    }

    @Test func `HEAD has the length and not the body`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n" + get)
        let response = try #require(client.readAnswer(toHead: true))
        #expect(response.field("content-length") == "7")
        #expect(client.readAnswer()?.text == "GET /a")
    }

    @Test func `a chunked body with 100-continue is echoed`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                + "Expect: 100-continue\r\n\r\n"
        )
        #expect(client.readAnswer()?.status == 100)
        client.send("5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: z\r\n\r\n")
        #expect(client.readAnswer()?.text == "hello world")
    }

    @Test func `a body of the largest size is echoed, and one more byte is 413`() throws {
        let server = try TestServer()
        let client = try server.connect()
        let body = String(repeating: "b", count: 1_000_000)
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + body)
        #expect(client.readAnswer()?.body.count == 1_000_000)
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000001\r\n\r\n")
        client.send(String(repeating: "b", count: 1_000_000))
        let refusal = try #require(client.readAnswer())
        #expect(refusal.status == 413)
        #expect(refusal.field("connection") == "close")
        #expect(
            refusal.text == #"{"message":"The body is larger than the limit of 1000000 bytes."}"#)
    }

    @Test(arguments: [
        ("\u{16}\u{3}\u{1}", 400), ("GET /\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", 417),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: " + String(repeating: "b", count: 66_000), 431),
        ("GET /" + String(repeating: "b", count: 66_000), 414),
    ])
    func `malformed requests are refused and the connection is closed`(bytes: String, status: Int)
        throws
    {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get + bytes + get)
        #expect(client.readAnswer()?.status == 200)
        let refusal = try #require(client.readAnswer())
        #expect(refusal.status == status)
        #expect(refusal.field("connection") == "close")
        #expect(client.readToEnd() == "")
    }

    @Test(arguments: 0..<get.utf8.count)
    func `a request cut short is dropped`(count: Int) throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(Array(get.utf8.prefix(count)))
        client.finishSending()
        #expect(client.readToEnd() == "")
    }

    @Test func `a half-closed peer still gets its answers`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get + "GET /pending HTTP/1.1\r\nHost: a\r\n\r\n")
        client.finishSending()
        #expect(client.readAnswer()?.text == "GET /a")
        #expect(await eventually { server.gate.arrivals == 1 })
        server.gate.open()
        let last = client.readAnswer()
        #expect(last?.text == "pending 0")
        #expect(last?.field("connection") == "close")
        #expect(client.readToEnd() == "")
    }

    @Test func `a peer that vanishes while its answer is pending harms nobody`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send("GET /pending HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(await eventually { server.gate.arrivals == 1 })
        client.reset()
        #expect(await eventually { server.counters.openConnections == 0 })
        server.gate.open()
        let other = try server.connect()
        other.send(get)
        #expect(other.readAnswer()?.status == 200)
    }

    @Test func `every loop serves, and the observer hears of all requests`() async throws {
        let seen = Seen()
        let server = try TestServer(loops: 2) { $0.observer = { request, _ in seen.add(request) } }
        for _ in 0..<40 {
            let client = try server.connect()
            client.send(get)
            #expect(client.readAnswer()?.status == 200)
        }
        #expect(server.server.counters.map(\.requests).reduce(0, +) == 40)
        #expect(server.server.counters.allSatisfy { $0.requests > 0 })
        #expect(await eventually { server.server.counters.allSatisfy { $0.openConnections == 0 } })
        #expect(seen.all.count == 40)
        #expect(Set(seen.all.map(\.id)).count == 40)
        #expect(seen.all.allSatisfy { $0.path == "/a" && $0.status == 200 && $0.method == .get })
    }

    @Test func `a port in use is said to be so`() throws {
        let first = try TestServer()
        let port = first.server.port
        let problem = #expect(throws: Problem.self) { try TestServer(loops: 2) { $0.port = port } }
        #expect(problem?.code == "address_in_use")
        #expect(problem?.message.contains("\(port)") == true)
    }

    @Test func `the loops build their applications at the same time`() throws {
        let arrivals = [Semaphore(), Semaphore()]
        let met = Mutex(0)
        var configuration = HTTPServerConfiguration(connectionsMax: 1, messageBytesMax: 1)
        configuration.loops = arrivals.count
        let server = WebServer(configuration: configuration) { loop in
            // Each waits until the other is here.
            arrivals[loop.index].signal()
            let deadline = monotonicNanoseconds() + 10_000_000_000
            arrivals[1 - loop.index].wait(until: deadline)
            met.withLock { $0 += monotonicNanoseconds() < deadline ? 1 : 0 }
            return TestApplication(gate: AnswerGate(), log: SessionLog(), folder: "")
        }
        try server.start()
        #expect(met.withLock { $0 } == arrivals.count)
        server.drain(deadline: .zero)
    }

    @Test func `an application that cannot be built stops the start`() {
        let server = WebServer(configuration: HTTPServerConfiguration(connectionsMax: 1, messageBytesMax: 1)) {
            _ throws(Problem) in
            throw Problem(code: "XX000", status: 500, message: "no")
        }
        #expect(throws: Problem.self) { try server.start() }
        #expect(server.port == 0)
    }
}

/// What an observer heard.
private final class Seen: Sendable {
    private let requests = Mutex<[AnsweredRequest]>([])
    var all: [AnsweredRequest] { requests.withLock { $0 } }
    func add(_ request: AnsweredRequest) { requests.withLock { $0.append(request) } }
}
