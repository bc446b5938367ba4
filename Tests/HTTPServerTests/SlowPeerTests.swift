import HTTP
import HTTPServer
import TestSupport
import Testing

private let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

/// Deadlines are injected and short; tests wait for what they cause, not for a time.
@Suite(.timeLimit(.minutes(10))) struct SlowPeerTests {
    @Test func `a slow head is 408`() throws {
        let server = try TestServer { $0.deadlines.head = .milliseconds(40) }
        let client = try server.connect()
        client.send(get + "GET / HTTP/1.1\r\n")
        #expect(client.readAnswer()?.status == 200)
        let refusal = client.readAnswer()
        #expect(refusal?.status == 408)
        #expect(refusal?.field("connection") == "close")
        #expect(client.readToEnd() == "")
        #expect(server.counters.refusedRequests == 1)
    }

    @Test func `a slow body is 408`() throws {
        let server = try TestServer { $0.deadlines.body = .milliseconds(40) }
        let client = try server.connect()
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        #expect(client.readAnswer()?.status == 408)
        #expect(client.readToEnd() == "")
    }

    @Test func `an idle connection is closed without a word`() throws {
        let server = try TestServer { $0.deadlines.idle = .milliseconds(40) }
        let client = try server.connect()
        client.send(get)
        #expect(client.readAnswer()?.status == 200)
        #expect(client.readToEnd() == "")
    }

    @Test func `a pending answer is not hurried`() async throws {
        let server = try TestServer {
            $0.deadlines.idle = .milliseconds(20)
            $0.deadlines.head = .milliseconds(20)
            $0.deadlines.body = .milliseconds(20)
        }
        let other = try server.connect()
        let client = try server.connect()
        client.send("GET /pending HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(await eventually { server.gate.arrivals == 1 })
        #expect(other.readToEnd() == "")  // by then the deadlines have passed
        server.gate.open()
        #expect(client.readAnswer()?.status == 200)
    }

    @Test func `a peer that takes nothing of its answer is let go`() async throws {
        let server = try TestServer { $0.deadlines.write = .milliseconds(60) }
        let client = try server.connect(receiveBufferBytes: 4_096)
        client.send("GET /large/50000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(await eventually { server.counters.requests == 1 })
        #expect(await eventually { server.counters.openConnections == 0 })
        #expect(client.readToEnd().utf8.count < 50_000_000)
    }

    @Test func `requests wait while their peer does not read`() async throws {
        let server = try TestServer()
        let client = try server.connect(receiveBufferBytes: 4_096)
        let count = 100
        client.send(
            String(repeating: "GET /large/500000 HTTP/1.1\r\nHost: a\r\n\r\n", count: count))
        #expect(await eventually { server.counters.requests > 0 })
        let other = try server.connect()
        for _ in 0..<20 {
            other.send(get)
            #expect(other.readAnswer()?.status == 200)
        }
        #expect(server.counters.requests < count)
        for _ in 0..<count { #expect(client.readAnswer()?.body.count == 500_000) }
        #expect(server.counters.requests == count + 20)
    }

    @Test func `connections over the limit are told 503`() async throws {
        let server = try TestServer { $0.connectionLimits.connectionsMax = 2 }
        let first = try server.connect()
        let second = try server.connect()
        for client in [first, second] {
            client.send(get)
            #expect(client.readAnswer()?.status == 200)
        }
        let third = try server.connect()
        #expect(third.readAnswer()?.status == 503)
        #expect(third.readToEnd() == "")
        first.close()
        #expect(await eventually { server.counters.openConnections == 1 })
        let fourth = try server.connect()
        fourth.send(get)
        #expect(fourth.readAnswer()?.status == 200)
        #expect(server.counters.refusedConnections == [.all: 1])
    }
}
