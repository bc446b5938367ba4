import HTTP
import HTTPServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct WebSocketServerTests {
    @Test func `the handshake is that of the standard's example`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(webSocketRequest())
        let response = try #require(client.readAnswer())
        #expect(response.status == 101)
        #expect(response.field("upgrade") == "websocket")
        #expect(response.field("connection") == "Upgrade")
        #expect(response.field("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(response.field("content-length") == nil)
    }

    @Test func `a request without an upgrade is 426 and the connection goes on`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send("GET /ws HTTP/1.1\r\nHost: a\r\n\r\n" + webSocketRequest())
        let refusal = try #require(client.readAnswer())
        #expect(refusal.status == 426)
        #expect(refusal.field("sec-websocket-version") == "13")
        #expect(refusal.field("upgrade") == "websocket")
        #expect(refusal.field("connection") == "Upgrade")
        #expect(client.readAnswer()?.status == 101)
    }

    @Test func `frames sent with the handshake are not lost`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(Array(webSocketRequest().utf8) + clientFrame(0x81, Array("early".utf8)))
        #expect(client.readAnswer()?.status == 101)
        #expect(client.readFrame().map { $0.payload } == Array("early".utf8))
    }

    @Test func `fragments with a ping between are one message`() throws {
        let server = try TestServer()
        let client = try server.connectWebSocket()
        client.send(clientFrame(0x01, Array("one ".utf8)))
        client.send(clientFrame(0x89, [7]))
        #expect(client.readFrame() ?? (0, []) == (0x8A, [7]))
        client.send(clientFrame(0x00, Array("two ".utf8)) + clientFrame(0x80, Array("three".utf8)))
        #expect(client.readFrame() ?? (0, []) == (0x81, Array("one two three".utf8)))
    }

    @Test(arguments: [0, 125, 126, 65_535, 65_536, 1_000_000])
    func `binary messages of any size are echoed`(count: Int) throws {
        let server = try TestServer()
        let client = try server.connectWebSocket()
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        client.send(clientFrame(0x82, payload))
        #expect(client.readFrame() ?? (0, []) == (0x82, payload))
    }

    @Test func `the peer's close is answered and the connection ends`() async throws {
        let server = try TestServer()
        let client = try server.connectWebSocket()
        client.send(clientFrame(0x88, [0x0F, 0xA1] + Array("done".utf8)))
        #expect(client.readFrame() ?? (0, []) == (0x88, [0x0F, 0xA1]))
        #expect(client.readToEnd() == "")
        client.close()
        #expect(await eventually { server.counters.openConnections == 0 })
        #expect(server.log.all == ["opened", "closed 4001"])
        #expect(server.counters.openWebSockets == 0)
    }

    @Test func `the session's close waits for the peer's`() async throws {
        let server = try TestServer()
        let client = try server.connectWebSocket()
        client.send(clientFrame(0x81, Array("bye".utf8)))
        let goodbye = try #require(client.readFrame())
        #expect(goodbye.first == 0x88)
        #expect(goodbye.payload == [0x0F, 0xA0] + Array("asked".utf8))
        client.send(clientFrame(0x88, [0x0F, 0xA0]))
        #expect(client.readToEnd() == "")
        #expect(await eventually { server.log.all.last == "closed 4000" })
    }

    @Test func `a peer that does not answer a close is closed at the deadline`() async throws {
        let server = try TestServer { $0.deadlines.webSocketClose = .milliseconds(30) }
        let client = try server.connectWebSocket()
        client.send(clientFrame(0x81, Array("bye".utf8)))
        #expect(client.readFrame()?.first == 0x88)
        #expect(client.readToEnd() == "")
        client.close()
        #expect(await eventually { server.log.all.last == "closed lost" })
    }

    @Test(
        arguments: [
            BrokenFrame("without a mask", [0x81, 0x01, 0x61], 1002),
            BrokenFrame("text that is no UTF-8", clientFrame(0x81, [0xFF]), 1007),
            BrokenFrame("a reserved bit", clientFrame(0xC1, []), 1002),
            BrokenFrame(
                "too long", clientFrame(0x82, [UInt8](repeating: 0, count: 5_000_001)), 1009),
        ])
    func `broken frames are answered with the code of the fault`(broken: BrokenFrame) throws {
        let server = try TestServer()
        let client = try server.connectWebSocket()
        client.send(broken.bytes)
        let frame = try #require(client.readFrame())
        #expect(frame.first == 0x88)
        #expect(frame.payload.prefix(2) == [UInt8(broken.code >> 8), UInt8(broken.code & 0xFF)])
        #expect(client.readToEnd() == "")
    }

    @Test func `a vanished peer is told to the session once`() async throws {
        let server = try TestServer()
        let client = try server.connectWebSocket()
        client.send(clientFrame(0x81, [0x61]))
        #expect(client.readFrame()?.payload == [0x61])
        client.reset()
        #expect(await eventually { server.log.all == ["opened", "closed lost"] })
        #expect(await eventually { server.counters.openWebSockets == 0 })
    }

    @Test func `a silent peer is pinged and then let go`() async throws {
        let server = try TestServer {
            $0.deadlines.webSocketIdle = .milliseconds(40)
            $0.deadlines.webSocketPong = .milliseconds(500)
        }
        let client = try server.connectWebSocket()
        #expect(client.readFrame()?.first == 0x89)
        client.send(clientFrame(0x8A, []))
        #expect(await eventually { server.log.all.contains("pong 0") })
        #expect(client.readFrame()?.first == 0x89)
        #expect(client.readFrame() == nil)
        #expect(await eventually { server.log.all.last == "closed lost" })
    }

    @Test func `a peer that takes less than it is sent is closed with 1013`() async throws {
        let server = try TestServer()
        let client = try server.connectWebSocket("/flood")
        var frames = 0
        while let frame = client.readFrame() {
            if frame.first == 0x88 {
                #expect(frame.payload.prefix(2) == [0x03, 0xF5])
                break
            }
            frames += 1
        }
        // The queue's limit of 1 MiB, and the frame that went over it.
        #expect(frames == 11)
        client.close()
        #expect(await eventually { server.log.all == ["closed lost"] })
    }
}

/// A frame that no client may send, and what the connection is closed with.
struct BrokenFrame: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    let code: Int

    init(_ fault: String, _ bytes: [UInt8], _ code: Int) {
        testDescription = fault
        self.bytes = bytes
        self.code = code
    }
}
