import CLinux
import Glibc
import TestSupport
import Testing

@testable import Network

@Suite(.timeLimit(.minutes(10))) struct ListeningSocketTests {
    @Test(arguments: ["127.0.0.1", "localhost", "0.0.0.0", "::1", "[::1]", "::"])
    func `port 0 picks one port for all loops`(host: String) throws {
        let sockets = try ListeningSocket.bind(host: host, port: 0, count: 3)
        #expect(sockets.count == 3)
        #expect(Set(sockets.map(\.port)).count == 1)
        #expect((1...65535).contains(sockets[0].port))
    }

    @Test(arguments: [1, 2, 4])
    func `a second server on the port is refused although ports are shared`(count: Int) throws {
        let first = try ListeningSocket.bind(host: "127.0.0.1", port: 0, count: count)
        let port = first[0].port
        #expect(throws: NetworkError.addressInUse(host: "127.0.0.1", port: port)) {
            try ListeningSocket.bind(host: "127.0.0.1", port: port, count: count)
        }
        #expect(throws: NetworkError.addressInUse(host: "0.0.0.0", port: port)) {
            try ListeningSocket.bind(host: "0.0.0.0", port: port, count: count)
        }
        withExtendedLifetime(first) {}
    }

    @Test func `a port is free again once its sockets are gone`() throws {
        let port = try ListeningSocket.bind(host: "127.0.0.1", port: 0, count: 2)[0].port
        let again = try ListeningSocket.bind(host: "127.0.0.1", port: port, count: 2)
        #expect(again[0].port == port)
    }

    @Test func `faults of an address are told apart`() {
        #expect(throws: NetworkError.invalidPort(65536)) {
            try ListeningSocket.bind(host: "127.0.0.1", port: 65536, count: 1)
        }
        #expect(throws: NetworkError.invalidPort(-1)) {
            try ListeningSocket.bind(host: "127.0.0.1", port: -1, count: 1)
        }
        #expect(throws: NetworkError.addressNotAvailable(host: "203.0.113.7")) {
            try ListeningSocket.bind(host: "203.0.113.7", port: 0, count: 1)
        }
        let error = #expect(throws: NetworkError.self) {
            try ListeningSocket.bind(host: "no such host", port: 0, count: 1)
        }
        guard case .unresolvable("no such host", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `connections are spread over all loops that share the port`() throws {
        let listening = try ListeningSocket.bind(host: "127.0.0.1", port: 0, count: 2)
        let accepted = Record<Int>()
        let threads = try (0..<2).map { try LoopThread(index: $0, name: "loop \($0)") }
        for (index, thread) in threads.enumerated() {
            let socket = listening[index]
            try thread.perform { (loop) throws(NetworkError) in
                _ = try Listener(socket, on: loop) { _ in accepted.append(index) }
            }
        }
        let clients = try (0..<64).map { _ in try LoopbackSocket(port: listening[0].port) }
        #expect(Set(accepted.wait(for: clients.count)) == [0, 1])
        for thread in threads {
            thread.stop()
            thread.join()
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct ListenerTests {
    @Test(arguments: [
        ("127.0.0.1", AF_INET, "127.0.0.1"), ("::", AF_INET, "127.0.0.1"), ("::", AF_INET6, "::1"),
    ])
    func `the peer's address is known`(host: String, family: Int32, peer: String) throws {
        let configure: @Sendable (Scribe, StreamSocket) -> Void = { _, socket in
            socket.send(Array(socket.peerAddress.utf8))
            socket.close()
        }
        try withServer(host: host, configure: configure) { port, _, _ in
            let client = try LoopbackSocket(port: port, family: family)
            #expect(client.readText(count: 100) == peer)
        }
    }

    @Test func `accepted sockets are quiet, prompt and bounded`() throws {
        let options = Record<[Int32]>()
        let configure: @Sendable (Scribe, StreamSocket) -> Void = { _, socket in
            let tcp = Int32(IPPROTO_TCP)
            let wanted = [TCP_NODELAY, TCP_NOTSENT_LOWAT, TCP_USER_TIMEOUT]
            options.append(
                wanted.map { name in
                    var value: Int32 = 0
                    var size = socklen_t(4)
                    unsafe getsockopt(socket.descriptorForTests, tcp, name, &value, &size)
                    return value
                })
        }
        try withServer(configure: configure) { port, _, _ in
            let client = try LoopbackSocket(port: port)
            #expect(options.wait(for: 1) == [[1, 131_072, 30_000]])
            withExtendedLifetime(client) {}
        }
    }

    /// In a process of its own: the limit of descriptors is the whole process's.
    @Test func `when descriptors run out a connection is refused, not left waiting`() async {
        await #expect(processExitsWith: .success) {
            let listening = try ListeningSocket.bind(host: "127.0.0.1", port: 0, count: 1)[0]
            let accepted = Record<Int>()
            let thread = try LoopThread(index: 0, name: "test loop")
            let box = try thread.perform { (loop) throws(NetworkError) in
                let listener = try Listener(listening, on: loop) { _ in accepted.append(1) }
                return LoopBound(listener, on: loop)
            }
            let early = try LoopbackSocket(port: listening.port)
            _ = accepted.wait(for: 1)
            let late = try LoopbackSocket(
                port: listening.port,
                beforeConnecting: { descriptor in
                    var limit = rlimit(
                        rlim_cur: rlim_t(descriptor) + 1, rlim_max: rlim_t(descriptor) + 1)
                    unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                })
            precondition(late.isAtEnd, "closed at once")
            precondition(accepted.all.count == 1)
            withExtendedLifetime((early, box)) {}
            _exit(0)  // no exit handlers: a sanitizer's would need descriptors
        }
    }

    @Test func `connections that are not admitted are reset at once, and hold up none behind them`()
        throws
    {
        let listening = try ListeningSocket.bind(host: "127.0.0.1", port: 0, count: 1)[0]
        let accepted = Record<Int>()
        let count = 4 * NetworkLimits.acceptsPerTurn
        try withLoop { thread in
            let asked = Record<String>()
            let box = try thread.perform { (loop) throws(NetworkError) in
                let listener = try Listener(listening, on: loop) { _ in accepted.append(1) }
                listener.admits = { address in
                    asked.append(address)
                    return asked.all.count > count
                }
                listener.isPaused = true
                return LoopBound(listener, on: loop)
            }
            let crowd = try (0..<count).map { _ in try LoopbackSocket(port: listening.port) }
            let last = try LoopbackSocket(port: listening.port)
            thread.perform { _ in box.value.isPaused = false }
            #expect(accepted.wait(for: 1) == [1])
            #expect(Set(asked.all) == ["127.0.0.1"])
            for client in crowd {
                #expect(client.readText(count: 1) == "" && client.wasReset)
            }
            withExtendedLifetime((box, last)) {}
        }
    }

    @Test func `a paused listener leaves connections waiting`() throws {
        let listening = try ListeningSocket.bind(host: "127.0.0.1", port: 0, count: 1)[0]
        let accepted = Record<String>()
        try withLoop { thread in
            let box = try thread.perform { (loop) throws(NetworkError) in
                let listener = try Listener(listening, on: loop) { accepted.append($0.peerAddress) }
                listener.isPaused = true
                return LoopBound(listener, on: loop)
            }
            let client = try LoopbackSocket(port: listening.port)
            thread.perform { _ in }
            thread.perform { _ in }
            #expect(accepted.all.isEmpty)
            thread.perform { _ in box.value.isPaused = false }
            #expect(accepted.wait(for: 1).count == 1)
            thread.perform { _ in box.value.close() }
            withExtendedLifetime(client) {}
        }
    }
}
