import HTTP
import HTTPServer
import TestSupport
import Testing

private func get(_ path: String, version: String = "1.1") -> String {
    "GET \(path) HTTP/\(version)\r\nHost: a\r\n\r\n"
}

@Suite(.timeLimit(.minutes(10))) struct StreamedAnswerTests {
    static let whole = (0..<3).map { String(repeating: ["a", "b", "c"][$0], count: 10_000) }

    @Test func `parts of unknown number leave as chunks, and the connection goes on`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/parts/3") + get("/a"))
        let response = try #require(client.readHead())
        #expect(response.field("transfer-encoding") == "chunked")
        #expect(response.field("content-length") == nil)
        let wire = Self.whole.map { "2710\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"
        #expect(client.read(count: wire.utf8.count).elementsEqual(wire.utf8))
        #expect(client.readAnswer()?.text == "GET /a")
    }

    @Test func `no part at all is an empty body`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/parts/0") + get("/a"))
        #expect(client.readHead()?.status == 200)
        #expect(client.read(count: 5).elementsEqual("0\r\n\r\n".utf8))
        #expect(client.readAnswer()?.text == "GET /a")
    }

    @Test func `a client puts the chunks together`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/parts/3") + get("/parts/0") + get("/a"))
        #expect(client.readAnswer()?.text == Self.whole.joined())
        #expect(client.readAnswer()?.text == "")
        #expect(client.readAnswer()?.text == "GET /a")
    }

    @Test func `parts of known length follow one another`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/parts/3?known") + get("/a"))
        let response = try #require(client.readAnswer())
        #expect(response.field("transfer-encoding") == nil)
        #expect(response.text == Self.whole.joined())
        #expect(client.readAnswer()?.text == "GET /a")
    }

    @Test func `for HTTP 1.0 the end of the connection ends the parts`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send("GET /parts/3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        let response = try #require(client.readAnswer())
        #expect(response.field("transfer-encoding") == nil)
        #expect(response.field("connection") == "close")
        #expect(client.readToEnd() == Self.whole.joined())
        #expect(!client.wasReset)
    }

    @Test(arguments: [("/parts/3", nil), ("/parts/3?known", "30000")] as [(String, String?)])
    func `HEAD makes no part`(path: String, length: String?) throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send("HEAD \(path) HTTP/1.1\r\nHost: a\r\n\r\n" + get("/a"))
        let response = try #require(client.readAnswer(toHead: true))
        #expect(response.field("content-length") == length)
        #expect(response.field("transfer-encoding") == nil)
        #expect(client.readAnswer()?.text == "GET /a")
    }

    @Test(arguments: ["/parts/3?broken", "/parts/3?short"], ["1.0", "1.1"])
    func `content that cannot be completed is reset, never ended`(path: String, version: String)
        async throws
    {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get(path, version: version))
        #expect(!client.readToEnd().hasSuffix("0\r\n\r\n"))
        #expect(client.wasReset)
        #expect(await eventually { server.counters.openConnections == 0 })
    }

    @Test func `a peer that reads slowly holds a few parts at a time, and gets all`() throws {
        let server = try TestServer()
        let client = try server.connect(receiveBufferBytes: 4_096)
        client.send(get("/parts/5000"))
        #expect(client.readHead()?.status == 200)
        let partBytes = "2710\r\n".utf8.count + 10_000 + 2
        var waiting = 0
        for taken in stride(from: 10, through: 5_000, by: 10) {
            #expect(client.read(count: 10 * partBytes).count == 10 * partBytes)
            waiting = max(waiting, server.log.partCount - taken)
        }
        #expect(client.readText(count: 5) == "0\r\n\r\n")
        #expect(server.log.partCount == 5_001)
        // Whatever the kernels take is made; then nothing more.
        #expect(waiting * 10_000 < 16_000_000, "of 50,000,000 bytes")
    }

    @Test func `a peer that reads too slowly to the end is reset`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/parts/3?hasty"))
        #expect(!client.readToEnd().hasSuffix("0\r\n\r\n"))
        #expect(client.wasReset)
        #expect(await eventually { server.counters.openConnections == 0 })
        server.gate.open()
    }

    @Test func `a drain that is over resets what it cannot finish`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/parts/3?gate"))
        #expect(await eventually { server.gate.arrivals == 1 })
        server.server.drain(deadline: .milliseconds(20))
        #expect(!client.readToEnd().hasSuffix("0\r\n\r\n"))
        #expect(client.wasReset)
        server.gate.open()
    }

    @Test func `other peers are answered while one streams`() async throws {
        let server = try TestServer()
        let slow = try server.connect(receiveBufferBytes: 4_096)
        slow.send(get("/parts/5000"))
        #expect(await eventually { server.counters.sentBytes > 0 })
        let other = try server.connect()
        for _ in 0..<20 {
            other.send(get("/a"))
            #expect(other.readAnswer()?.text == "GET /a")
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct DepartureTests {
    @Test func `a reset cancels what is being done for the peer`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/wait"))
        #expect(await eventually { server.gate.arrivals == 1 })
        client.reset()
        #expect(await eventually { server.log.all == ["cancelled"] })
        server.gate.open()
    }

    @Test func `a peer that is not being read from is seen to go`() async throws {
        let server = try TestServer { $0.connectionLimits.pipelineBytesMax = 100 }
        let client = try server.connect()
        client.send(get("/wait") + String(repeating: get("/a"), count: 1_000))
        #expect(await eventually { server.gate.arrivals == 1 })
        client.reset()
        #expect(await eventually { server.log.all == ["cancelled"] })
        server.gate.open()
    }

    @Test(arguments: ["/wait", "/deferred"])
    func `a half-close is not a departure`(path: String) async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get(path))
        #expect(await eventually { server.gate.arrivals == 1 })
        client.finishSending()
        let other = try server.connect()
        other.send(get("/a"))
        #expect(other.readAnswer()?.status == 200)
        #expect(server.log.all == [])
        server.gate.open()
        if path == "/deferred" { #expect(client.readAnswer()?.status == 100) }
        #expect(client.readAnswer()?.status == 200)
    }

    @Test func `a departure ends the parts`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(get("/parts/1000000"))
        #expect(await eventually { server.log.partCount > 0 })
        client.reset()
        #expect(await eventually { server.counters.openConnections == 0 })
    }
}
