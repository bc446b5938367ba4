import HTTP
import HTTPServer
import Quotas
import TestSupport
import Testing

/// What a peer makes the server keep is taken from the pool, or is not kept.
@Suite(.timeLimit(.minutes(10))) struct MemoryTests {
    private func server(bytesMax: Int) throws -> TestServer {
        try TestServer { $0.memory = MemoryPool(bytesMax: bytesMax, perCallerMax: bytesMax) }
    }

    @Test func `messages that never end are taken from the pool`() async throws {
        let server = try server(bytesMax: 1 << 20)
        let clients = try (0..<20).map { _ in try server.connectWebSocket() }
        let half = Array(clientFrame(0x82, [UInt8](repeating: 1, count: 100_000)).dropLast())
        for client in clients { client.send(half) }
        #expect(await eventually { server.server.memory.refused != RefusalCounts() })
        #expect(server.server.memory.taken > 800_000)
        #expect(await eventually { server.counters.openWebSockets < 12 })
    }

    @Test func `a message that there is no room for ends its socket`() throws {
        let server = try server(bytesMax: 50_000)
        let client = try server.connectWebSocket()
        client.send(Array(clientFrame(0x82, [UInt8](repeating: 1, count: 100_000)).dropLast()))
        #expect(client.readFrame()?.payload.prefix(2) == [0x03, 0xF5])
    }

    @Test func `heads that never end are taken from the pool`() async throws {
        let server = try server(bytesMax: 500_000)
        let clients = try (0..<20).map { _ in try server.connect() }
        for client in clients {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 50_000))
        }
        #expect(await eventually { server.counters.refusedRequests > 0 })
        #expect(server.server.memory.taken > 300_000)
    }

    @Test func `a head that there is no room for is told 503`() throws {
        let server = try server(bytesMax: 30_000)
        let client = try server.connect()
        client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 50_000))
        let answer = client.readAnswer()
        #expect(answer?.status == 503)
        #expect(answer?.field("retry-after") == "1")
        #expect(client.readToEnd() == "")
    }

    /// Of a pool of 200,000 bytes, and half of it for one caller: what others have of it, the
    /// bodies that come, each four times its length, and what the last one is told.
    static let refusals: [(others: Int, bodies: [Int], status: Int, said: String)] = [
        (
            150_000, [15_000], 503,
            #"{"message":"The server has no memory left for this request.","code":"53200","#
        ),
        (
            0, [15_000, 15_000], 503,
            #"{"message":"The caller's other requests have its share of the server's memory.","#
                + #""code":"53200","hint":"Try again when they are answered, and send fewer at "#
                + #"the same time. The bound is an eighth of the setting limits.memory_bytes."}"#
        ),
        (
            0, [30_000], 413,
            #"{"message":"The request takes 120000 bytes of memory, and one caller may have "#
                + #"100000.","code":"54000","hint":"Write fewer rows in each request, or load "#
        ),
    ]

    @Test(arguments: refusals)
    func `a body that there is no room for is told whose the memory is`(
        others: Int, bodies: [Int], status: Int, said: String
    ) async throws {
        let pool = MemoryPool(bytesMax: 200_000, perCallerMax: 100_000)
        let held = HeldMemory(pool, for: .server)
        #expect(held.cover(others) == nil)
        let server = try TestServer { $0.memory = pool }
        let clients = try bodies.map { _ in try server.connect() }
        for (client, count) in zip(clients, bodies) {
            let taken = pool.taken
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n")
            if client !== clients.last { #expect(await eventually { pool.taken > taken }) }
        }
        let answer = clients.last?.readAnswer()
        #expect(answer?.status == status)
        #expect(answer?.text.hasPrefix(said) == true, "\(answer?.text ?? "")")
        withExtendedLifetime(held) {}
    }

    @Test func `a body that is not read as JSON takes nothing for values`() throws {
        let server = try server(bytesMax: 200_000)
        let client = try server.connect()
        let body = String(repeating: ",", count: 20_000)
        client.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        let answer = client.readAnswer()
        #expect(answer?.status == 200 && answer?.text == body)
    }

    @Test func `short answers that nobody reads stay within the pool`() async throws {
        let server = try TestServer {
            $0.memory = MemoryPool(bytesMax: 1 << 20, perCallerMax: 1 << 20)
            // Bytes are counted each tick, which is a quarter of this.
            $0.deadlines.webSocketClose = .milliseconds(40)
        }
        let bodyBytes = 15_000
        let clients = try (0..<20).map { _ in try server.connect(receiveBufferBytes: 4_096) }
        let request = "GET /large/\(bodyBytes) HTTP/1.1\r\nHost: a\r\n\r\n"
        for client in clients { client.send(String(repeating: request, count: 300)) }
        let other = try server.connect()
        for _ in 0..<300 {
            other.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(other.readAnswer()?.status == 200)
        }
        let isBounded = await eventually {
            (server.counters.requests - 300) * bodyBytes - server.counters.sentBytes < 1_500_000
        }
        #expect(isBounded)
        for _ in 0..<300 { #expect(clients[0].readAnswer()?.body.count == bodyBytes) }
    }
}
