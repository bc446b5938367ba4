import Addresses
import HTTPServer
import TestSupport
import Testing

/// What requests that are much work leave to others of their loop.
@Suite(.timeLimit(.minutes(10))) struct RequestShareTests {
    /// Requests of 1 ms each that one caller has sent before another one asks for something.
    private static let count = (connections: 20, each: 16)

    private static func request(_ path: String, from client: String) -> [UInt8] {
        Array("GET \(path) HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: \(client)\r\n\r\n".utf8)
    }

    /// Through a proxy that says for whom it calls: by its connections alone all are one.
    @Test func `who asks for little has an answer before all that is much work is done`()
        async throws
    {
        let server = try TestServer {
            $0.proxies = TrustedProxies(
                [AddressRange("127.0.0.1")].compactMap(\.self), field: .xForwardedFor)
        }
        let holder = try server.connectWebSocket()
        holder.send(clientFrame(0x81, Array("hold".utf8)))
        #expect(await eventually { server.log.all.contains("held") })
        var clients: [LoopbackSocket] = []
        for client in 0..<Self.count.connections {
            clients.append(try server.connect())
            for number in 0..<Self.count.each {
                let path = "/work/\(client)/\(number)"
                clients[client].send(Self.request(path, from: "203.0.113.1"))
            }
        }
        let other = try server.connect()
        other.send(Self.request("/work/other", from: "203.0.113.2"))
        server.log.add("go")
        let all = Self.count.connections * Self.count.each
        #expect(await eventually { server.log.all.count { $0.hasPrefix("/work") } == all + 1 })
        let log = server.log.all.filter { $0.hasPrefix("/work") }
        #expect(try #require(log.firstIndex(of: "/work/other")) < all / 8)
        #expect(server.counters.deferredRequests > 0)
        // None is lost, and each connection's stay in their order.
        for client in 0..<Self.count.connections {
            let own = log.filter { $0.hasPrefix("/work/\(client)/") }
            #expect(own == (0..<Self.count.each).map { "/work/\(client)/\($0)" })
            for _ in 0..<Self.count.each { #expect(clients[client].readAnswer()?.status == 200) }
        }
    }
}
