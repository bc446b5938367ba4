import CLinux
import Diagnostics
import Glibc
import TestSupport
import Testing

@testable import Network

@Suite(.timeLimit(.minutes(10))) struct ConnectTests {
    static let greet: @Sendable (Scribe, StreamSocket) -> Void = { _, socket in
        socket.send(Array("hello".utf8))
    }

    @Test func `a connection is made, speaks and ends`() throws {
        let listener = try LoopbackListener()
        try withClient { client in
            client.connect(to: [.host("127.0.0.1", port: listener.port)], configure: Self.greet)
            let peer = try listener.accept()
            #expect(peer.readText(count: 5) == "hello")
            peer.send("welcome")
            peer.close()
            #expect(client.came.all == [.connected(endpoint: 0, peer: "127.0.0.1")])
            #expect(client.heard.wait(for: 2) == [.received("welcome"), .end])
        }
    }

    @Test(arguments: [false, true])
    func `a Unix socket is connected to by its path or its abstract name`(
        isAbstract: Bool
    ) throws {
        let directory = try TemporaryDirectory()
        let path = (isAbstract ? "@" : "") + directory.file(".s.PGSQL.5432")
        let listener = try LoopbackListener(path: path)
        try withClient { client in
            client.connect(to: [.unix(path: path)], configure: Self.greet)
            let peer = try listener.accept()
            #expect(peer.readText(count: 5) == "hello")
            #expect(client.came.all == [.connected(endpoint: 0, peer: path)])
            peer.close()
            // Whoever leaves a Unix socket ends both directions at once.
            #expect(client.heard.wait(for: 2) == [.end, .closed(.reset)])
        }
    }

    @Test func `what cannot be connected to says why`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("none")
        let refusing = try LoopbackListener(backlog: nil)
        try withClient(resolver([:]), leaving: 0) { client in
            let cases: [(Endpoint, ConnectError.Cause, String)] = [
                (
                    .host("127.0.0.1", port: refusing.port), .refused,
                    "127.0.0.1:\(refusing.port) refused the connection: nothing listens there."
                ),
                (.unix(path: path), .noSocket, "There is no socket \(path)."),
                (
                    .host("db.test", port: 1), .unknownName(reason: "unknown"),
                    "The host 'db.test' is not known: unknown."
                ),
                (
                    .host("127.0.0.1", port: 0), .system(.invalidPort(0)),
                    "127.0.0.1:0: 0 is not a port; ports are 0 to 65535."
                ),
                (
                    .unix(path: ""), .system(.invalidSocketPath("")),
                    ": '' cannot be the path of a Unix socket; those have 1 to 107 bytes."
                ),
            ]
            for (count, (endpoint, cause, text)) in cases.enumerated() {
                client.connect(to: [endpoint])
                #expect(client.came.wait(for: count + 1).last == .failed([cause]))
                #expect(client.errors.all.last?.description == text)
            }
        }
    }

    @Test func `endpoints are tried in their order, and the first that answers is used`() throws {
        let refusing = try LoopbackListener(backlog: nil)
        let listener = try LoopbackListener()
        let endpoints: [Endpoint] = [
            .host("unknown.test", port: 1), .unix(path: "/none"),
            .host("127.0.0.1", port: refusing.port), .host("127.0.0.1", port: listener.port),
        ]
        try withClient(resolver([:])) { client in
            client.connect(to: endpoints)
            #expect(client.came.wait(for: 1) == [.connected(endpoint: 3, peer: "127.0.0.1")])
            client.connect(to: Array(endpoints.dropLast()))
            #expect(
                client.came.wait(for: 2).last
                    == .failed([.unknownName(reason: "unknown"), .noSocket, .refused]))
            #expect(Problem(client.errors.all[0]).code == "connection_failed")
        }
    }

    @Test func `a host that takes nobody in is given up in time, and the next one is tried`()
        throws
    {
        let hole = try LoopbackListener(backlog: 0)
        hole.fill()
        let listener = try LoopbackListener()
        var options = ConnectOptions()
        options.endpointTimeout = .milliseconds(50)
        let endpoints: [Endpoint] = [
            .host("127.0.0.1", port: hole.port), .host("127.0.0.1", port: listener.port),
        ]
        try withClient { client in
            client.connect(to: endpoints, options)
            #expect(client.came.wait(for: 1) == [.connected(endpoint: 1, peer: "127.0.0.1")])
            // With no time left for the second one.
            options.timeout = .milliseconds(50)
            client.connect(to: endpoints, options)
            #expect(client.came.wait(for: 2).last == .failed([.timedOut(.connection)]))
            #expect(
                client.errors.all.last?.description
                    == "127.0.0.1:\(hole.port) did not take the connection in time.")
            #expect(client.openCount == 1, "the attempts are closed")
        }
    }

    @Test func `the socket has the options of its kind`() throws {
        let listener = try LoopbackListener()
        let values = Record<[Int32]>()
        var options = ConnectOptions()
        options.keepAlive?.idleSeconds = 7
        options.unacknowledgedMilliseconds = 1234
        try withClient { client in
            client.connect(to: [.host("127.0.0.1", port: listener.port)], options) { _, socket in
                let tcp = Int32(IPPROTO_TCP)
                let names = [
                    (tcp, TCP_NODELAY), (SOL_SOCKET, SO_KEEPALIVE), (tcp, TCP_KEEPIDLE),
                    (tcp, TCP_USER_TIMEOUT),
                ]
                values.append(names.map { option(socket.descriptorForTests, $0, $1) })
            }
            #expect(values.wait(for: 1) == [[1, 1, 7, 1234]])
        }
    }

    @Test func `a Unix socket whose queue is full is tried again`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s")
        let listener = try LoopbackListener(path: path, backlog: 0)
        listener.fill()
        try withClient(leaving: 1) { client in
            client.connect(to: [.unix(path: path)], .within(.milliseconds(30)))
            #expect(client.came.wait(for: 1) == [.failed([.timedOut(.connection)])])
            client.connect(to: [.unix(path: path)])
            client.thread.perform { _ in }
            // Who filled the queue leaves it.
            _ = try listener.accept()
            #expect(client.came.wait(for: 2).last == .connected(endpoint: 0, peer: path))
        }
    }

    @Test func `a socket that the kernel has connected to itself is known`() throws {
        let alone = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(alone) }
        let any = try #require(SocketAddress(numericHost: "127.0.0.1", port: 0))
        let bound = unsafe any.withPointer { unsafe bind(alone, $0, $1) }
        #expect(bound == 0)
        let own = try SocketAddress.local(of: alone)
        let connected = unsafe own.withPointer { unsafe Glibc.connect(alone, $0, $1) }
        #expect(connected == 0, "nobody listens there")
        #expect(isConnectedToItself(alone))
        let listener = try LoopbackListener()
        let client = try LoopbackSocket(port: listener.port)
        #expect(!isConnectedToItself(client.descriptor))
    }
}

private func option(_ descriptor: Int32, _ level: Int32, _ name: Int32) -> Int32 {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    unsafe getsockopt(descriptor, level, name, &value, &size)
    return value
}

/// Several addresses of one name.
@Suite(.timeLimit(.minutes(10))) struct AddressRaceTests {
    static let hasIPv6 = (try? LoopbackListener(host: "::1")) != nil

    @Test(.enabled(if: hasIPv6, "no IPv6 on this machine"))
    func `of two families that answer the preferred one is used`() throws {
        let six = try LoopbackListener(host: "::1")
        let four = try LoopbackListener(host: "127.0.0.1", port: six.port)
        try withClient(resolver(["a.test": ["::1", "127.0.0.1"]])) { client in
            client.connect(to: [.host("a.test", port: four.port)])
            #expect(client.came.wait(for: 1) == [.connected(endpoint: 0, peer: "::1")])
        }
    }

    @Test func `a family that is refused makes nobody wait`() throws {
        let listener = try LoopbackListener()
        let refusing = try? LoopbackListener(host: "::1", port: listener.port, backlog: nil)
        try withClient(resolver(["a.test": ["::1", "127.0.0.1"]]), leaving: 1) { client in
            let options = ConnectOptions.within(.seconds(60), delay: .seconds(50))
            client.connect(to: [.host("a.test", port: listener.port)], options)
            #expect(client.came.wait(for: 1) == [.connected(endpoint: 0, peer: "127.0.0.1")])
        }
        withExtendedLifetime(refusing) {}
    }

    @Test func `an address that does not answer is overtaken, and closed`() throws {
        let listener = try LoopbackListener()
        let hole = try LoopbackListener(host: "127.0.0.2", port: listener.port, backlog: 0)
        hole.fill()
        let names = ["a.test": ["127.0.0.2", "127.0.0.1"]]
        try withClient(resolver(names), leaving: 1) { client in
            let options = ConnectOptions.within(.seconds(60), delay: .milliseconds(10))
            client.connect(to: [.host("a.test", port: listener.port)], options)
            #expect(client.came.wait(for: 1) == [.connected(endpoint: 0, peer: "127.0.0.1")])
        }
    }

    @Test func `each address that failed is told, with how`() throws {
        let refusing = try LoopbackListener(backlog: nil)
        let hole = try LoopbackListener(host: "127.0.0.2", port: refusing.port, backlog: 0)
        hole.fill()
        let names = ["a.test": ["127.0.0.1", "127.0.0.2"]]
        try withClient(resolver(names), leaving: 0) { client in
            client.connect(
                to: [.host("a.test", port: hole.port)],
                .within(.milliseconds(40), delay: .milliseconds(1)))
            #expect(client.came.wait(for: 1) == [.failed([.refused, .timedOut(.connection)])])
            let place = "a.test:\(hole.port)"
            #expect(
                client.errors.all.first?.description
                    == "\(place) (127.0.0.1) refused the connection: nothing listens there. "
                    + "\(place) (127.0.0.2) did not take the connection in time.")
        }
    }
}
