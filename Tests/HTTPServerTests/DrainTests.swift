import Diagnostics
import HTTP
import HTTPServer
import Network
import TestSupport
import Testing
import Work

private let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

@Suite(.timeLimit(.minutes(10))) struct DrainTests {
    @Test func `a drain finishes what has begun and ends`() async throws {
        let server = try TestServer(loops: 2)
        let idle = try server.connect()
        idle.send(get)
        #expect(idle.readAnswer()?.status == 200)
        let busy = try server.connect()
        busy.send("GET /pending HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(await eventually { server.gate.arrivals == 1 })
        let port = server.server.port
        // A thread of its own: blocked tests may hold all of the concurrency pool's.
        let drain = PosixThread(name: "drain") { [server = server.server] in
            server.drain(deadline: .seconds(30))
        }
        #expect(idle.readToEnd() == "")
        #expect(await eventually { (try? LoopbackSocket(port: port)) == nil })
        server.gate.open()
        let last = busy.readAnswer()
        #expect(last?.text == "pending 0")
        #expect(last?.field("connection") == "close")
        drain?.join()
    }

    @Test func `a drain cuts what is not done at its deadline`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send("GET /pending HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(await eventually { server.gate.arrivals == 1 })
        server.server.drain(deadline: .milliseconds(20))
        #expect(client.readToEnd() == "")
        server.gate.open()
    }

    @Test func `a drained port is free for the next server`() throws {
        let first = try TestServer()
        let port = first.server.port
        first.server.drain(deadline: .zero)
        let second = try TestServer { $0.port = port }
        let client = try second.connect()
        client.send(get)
        #expect(client.readAnswer()?.status == 200)
    }

    @Test func `sessions are told and close with 1012`() throws {
        let server = try TestServer()
        let client = try server.connectWebSocket()
        // A thread of its own: blocked tests may hold all of the concurrency pool's.
        let drain = PosixThread(name: "drain") { [server = server.server] in
            server.drain(deadline: .seconds(30))
        }
        let goodbye = try #require(client.readFrame())
        #expect(goodbye.first == 0x88)
        #expect(goodbye.payload.prefix(2) == [0x03, 0xF4])
        client.send(clientFrame(0x88, [0x03, 0xF4]))
        drain?.join()
        #expect(server.log.all == ["opened", "closed 1012"])
    }

    @Test func `a session that says nothing is closed with 1012 at the deadline`() throws {
        let server = try TestServer()
        let client = try server.connectWebSocket("/flood")
        for _ in 0..<5 { #expect(client.readFrame()?.payload.count == 100_000) }
        server.server.drain(deadline: .milliseconds(5))
        #expect(server.log.all == ["closed lost"])
    }
}
