import Addresses
import Diagnostics
import Foundation
import HTTPServer
import Quotas
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct TLSServerTests {
    private let certificate: TestCertificate
    private var files: TLSFiles {
        TLSFiles(certificate: certificate.certificatePath, key: certificate.keyPath)
    }

    init() throws { certificate = try TestCertificate() }

    private func connect(to server: TestServer) throws -> TLSClient {
        let client = try TLSClient(port: server.server.port)
        try #require(client.connect())
        return client
    }

    @Test func `requests and answers of any size go through TLS`() throws {
        let server = try TestServer { $0.tls = files }
        let client = try connect(to: server)
        client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.readText(through: "GET /a").hasPrefix("HTTP/1.1 200 OK\r\n"))
        client.send("GET /large/3000000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(client.readText().utf8.count > 3_000_000)
    }

    @Test func `parts go through TLS`() throws {
        let server = try TestServer { $0.tls = files }
        let client = try connect(to: server)
        client.send("GET /parts/300 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let text = client.readText()
        #expect(text.utf8.count > 300 * 10_000)
        #expect(text.hasSuffix("\r\n0\r\n\r\n"))
    }

    @Test func `a file goes through TLS, and the connection goes on`() throws {
        let server = try TestServer { $0.tls = files }
        try server.files.write(patternedBytes(3_000_000), to: "a")
        let client = try connect(to: server)
        client.send("GET /file/a HTTP/1.1\r\nHost: a\r\n\r\n")
        client.send("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let bytes = client.read(count: .max)
        let start = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8))).upperBound
        #expect(Array(bytes[start..<(start + 3_000_000)]) == patternedBytes(3_000_000))
        let rest = String(decoding: bytes[(start + 3_000_000)...], as: UTF8.self)
        #expect(rest.hasPrefix("HTTP/1.1 200 OK\r\n") && rest.hasSuffix("GET /a"))
    }

    @Test func `a client that announces a long first message is cut off at once`() throws {
        let server = try TestServer { $0.tls = files }
        let client = try server.connect()
        client.send([22, 3, 1, 64, 0, 1, 1, 255, 0, 3, 3])
        #expect(client.readToEnd().utf8.count < 100, "an alert at the most")
        _ = try connect(to: server)
    }

    @Test func `a connection takes less when its handshake is done`() async throws {
        let server = try TestServer {
            $0.tls = files
            // The tick is a quarter of this.
            $0.deadlines.webSocketClose = .milliseconds(40)
        }
        let memory = server.server.memory
        let slow = try server.connect()
        #expect(await eventually { memory.taken == 48 << 10 })
        let client = try connect(to: server)
        #expect(await eventually { memory.taken == (48 + 36) << 10 })
        client.sayGoodbye()
        slow.close()
        #expect(await eventually { memory.taken == 0 })
    }

    /// Of four places one address has two; each that is done, or given up, is free again.
    @Test func `handshakes that are never done leave room for others`() async throws {
        let server = try TestServer {
            $0.tls = files
            $0.connectionLimits.handshakesMax = 4
        }
        let slow = try (0..<2).map { _ in try server.connect() }
        #expect(await eventually { server.server.handshakes == 2 })
        let tooMany = try server.connect()
        #expect(tooMany.readToEnd() == "")
        #expect(server.counters.refusedConnections == [.handshakes: 1])
        slow[0].close()
        #expect(await eventually { server.server.handshakes == 1 })
        for _ in 0..<5 {
            let client = try connect(to: server)
            client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.readText(through: "GET /a").hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(server.server.handshakes == 1)
        }
    }

    /// How far a handshake comes: not at all, and into its first record.
    @Test(arguments: ["", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0"])
    func `a handshake has the time of a head`(begun: String) throws {
        let server = try TestServer {
            $0.tls = files
            $0.deadlines.head = .milliseconds(40)
            $0.deadlines.idle = .seconds(60)
        }
        let slow = try server.connect()
        slow.send(begun)
        // The client waits for a minute at the most.
        let start = ContinuousClock.now
        #expect(slow.readToEnd() == "")
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    /// The first message of a client.
    private static func clientHello() throws -> [UInt8] {
        let listener = try LoopbackListener()
        let port = listener.port
        Thread.detachNewThread { _ = try? TLSClient(port: port).connect() }
        return try listener.accept().receive()
    }

    @Test func `many handshakes of one leave time to others`() async throws {
        let server = try TestServer {
            $0.tls = files
            $0.proxies = TrustedProxies(
                [AddressRange("127.0.0.1")].compactMap(\.self), field: .xForwardedFor)
        }
        let hello = try Self.clientHello()
        let other = try connect(to: server)
        let holder = try connect(to: server)
        let beginning = try (0..<400).map { _ in try server.connect() }
        #expect(await eventually { server.server.handshakes == beginning.count })
        holder.send("GET /hold/a HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(await eventually { server.log.all.contains("held a") })
        for client in beginning { client.send(hello) }
        // Its request is another one's, as the proxy says.
        other.send("GET /hold/b HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.2\r\n\r\n")
        server.log.add("go a")
        #expect(await eventually { server.log.all.contains("held b") })
        #expect(beginning.count(where: \.hasInput) < beginning.count / 2)
        server.log.add("go b")
        #expect(other.readText(through: "GET /hold/b").hasPrefix("HTTP/1.1 200 OK\r\n"))
        for client in beginning { #expect(client.receive().first == 22) }
    }

    /// So do those of others, who hold all of them and say nothing.
    @Test func `where no place is left, a handshake that takes long gives up its own`()
        async throws
    {
        let server = try TestServer {
            $0.tls = files
            $0.connectionLimits.handshakesMax = 2
        }
        let silent = try server.connect()
        #expect(await eventually { server.server.handshakes == 1 })
        let isServed = { (try? TLSClient(port: server.server.port).connect()) ?? false }
        #expect(!isServed())
        #expect(await eventually(isServed))
        #expect(silent.readToEnd() == "")
    }

    @Test func `a connection whose handshake is done may rest`() async throws {
        let server = try TestServer {
            $0.tls = files
            $0.deadlines.head = .milliseconds(400)
            $0.deadlines.idle = .seconds(60)
        }
        let client = try connect(to: server)
        let slow = try server.connect()
        #expect(slow.readToEnd() == "")  // by then the deadline has passed for both
        client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.readText(through: "GET /a").hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    @Test func `plain bytes on a TLS port harm nobody`() throws {
        let server = try TestServer { $0.tls = files }
        let plain = try server.connect()
        plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = plain.readToEnd()
        let client = try connect(to: server)
        client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.readText(through: "GET /a").hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    @Test func `a missing certificate is named`() throws {
        let problem = #expect(throws: Problem.self) {
            try TestServer {
                $0.tls = TLSFiles(certificate: "/nowhere/a.pem", key: "/nowhere/b.pem")
            }
        }
        #expect(problem?.message.contains("/nowhere/a.pem") == true)
    }
}
