import TestSupport
import Testing

@testable import Network

/// Giving up and the loop's end, at any moment of a connection's making.
@Suite(.timeLimit(.minutes(10))) struct CancelledConnectTests {
    @Test func `cancelled before its first step, nobody is told`() throws {
        let listener = try LoopbackListener()
        let port = listener.port
        try withClient(leaving: 0) { client in
            client.thread.perform { loop in
                let pending = Connector(on: loop, resolver: client.resolver).connect(
                    to: [.host("127.0.0.1", port: port)]
                ) { _ in Issue.record("told") }
                pending.cancel()
                #expect(pending.isOver)
                pending.cancel()
            }
            client.thread.perform { _ in }
        }
    }

    @Test func `cancelled in each phase, nothing stays open and nobody is told`() throws {
        let gate = Gate()
        defer { gate.open() }
        let hanging = Resolver(bounds: Resolver.Bounds()) { _ in
            gate.pass()
            return .success([])
        }
        let hole = try LoopbackListener(backlog: 0)
        hole.fill()
        let silent = try LoopbackListener()
        let security = Connector.Security(try TLSClientContext(verification: .none))
        try withClient(hanging, leaving: 0) { client in
            let lookUp = client.connect(to: [.host("a.test", port: 1)])
            let race = client.connect(to: [.host("127.0.0.1", port: hole.port)])
            let handshake = client.connect(
                to: [.host("127.0.0.1", port: silent.port)], security: security)
            let peer = try silent.accept()
            #expect(peer.readExactly(1) == [0x16], "a handshake record")
            for pending in [lookUp, race, handshake] { client.cancel(pending) }
            _ = peer.readToEnd()
            #expect(peer.wasReset)
            #expect(client.came.all.isEmpty)
        }
    }

    @Test func `the end of the loop is told in each phase, and the threads of look-ups go on`()
        throws
    {
        let gate = Gate()
        let steps = Record<String>()
        let hanging = Resolver(bounds: Resolver.Bounds()) { _ in
            steps.append("begun")
            gate.pass()
            steps.append("over")
            return .success([])
        }
        let hole = try LoopbackListener(backlog: 0)
        hole.fill()
        let silent = try LoopbackListener()
        let security = Connector.Security(try TLSClientContext(verification: .none))
        let thread = try LoopThread(index: 0, name: "test loop")
        let client = Client(thread, hanging)
        client.connect(to: [.host("a.test", port: 1)])
        client.connect(to: [.host("127.0.0.1", port: hole.port)])
        client.connect(to: [.host("127.0.0.1", port: silent.port)], security: security)
        let peer = try silent.accept()
        #expect(peer.readExactly(1) == [0x16])
        steps.wait(for: 1)
        thread.stop()
        thread.join()
        #expect(client.came.all == Array(repeating: .failed([.loopEnded]), count: 3))
        _ = peer.readToEnd()
        gate.open()
        steps.wait(for: 2)
    }

    @Test func `whoever connects again when told of the loop's end does not keep it`() throws {
        let told = Counter()
        let thread = try LoopThread(index: 0, name: "test loop")
        let hole = try LoopbackListener(backlog: 0)
        hole.fill()
        let port = hole.port
        let resolver = Resolver()
        thread.perform { loop in
            @Sendable func again(_ loop: EventLoop) {
                Connector(on: loop, resolver: resolver).connect(
                    to: [.host("127.0.0.1", port: port)]
                ) { _ in
                    told.next()
                    again(loop)
                }
            }
            again(loop)
        }
        thread.perform { _ in }
        thread.stop()
        thread.join()
        #expect(told.count == 1)
    }

    @Test func `whoever tries again at once leaves others their turn`() throws {
        let refusing = try LoopbackListener(backlog: nil)
        let port = refusing.port
        let tries = Counter()
        try withLoop { thread in
            let resolver = Resolver()
            thread.perform { loop in
                @Sendable func again(_ loop: EventLoop) {
                    guard tries.next() < 1000 else { return }
                    Connector(on: loop, resolver: resolver).connect(
                        to: [.unix(path: "/none"), .host("127.0.0.1", port: port)]
                    ) { _ in again(loop) }
                }
                again(loop)
            }
            // Work that is posted runs between the tries.
            let before = tries.count
            thread.perform { _ in }
            #expect(tries.count - before < 900)
        }
    }

    /// The moment of giving up meets every step of a connection sooner or later.
    @Test(arguments: [UInt64(1), 2, 3])
    func `cancelling races connecting, and one of them wins`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let authority = try TestAuthority()
        let certificate = try authority.issue()
        let context = try TLSContext(
            certificate: certificate.certificatePath, key: certificate.keyPath)
        let security = Connector.Security(
            try TLSClientContext(roots: .file(authority.certificatePath)), name: "localhost")
        let names = ["a.test": ["127.0.0.2", "127.0.0.1"]]
        try withServer(tls: context, configure: { _, _ in }) { port, _, _ in
            try withClient(resolver(names)) { client in
                let moments = Record<Int>()
                for _ in 0..<100 {
                    let turns = Int.random(in: 0..<12, using: &generator)
                    let before = client.came.all.count
                    let pending = client.connect(
                        to: [.host("a.test", port: port)], security: security
                    ) { _, socket in socket.abort() }
                    for _ in 0..<turns { client.thread.perform { _ in } }
                    let wasOver = client.thread.perform { _ in
                        let wasOver = pending.value.isOver
                        pending.value.cancel()
                        return wasOver
                    }
                    #expect(client.came.all.count - before == (wasOver ? 1 : 0))
                    moments.append(wasOver ? 1 : 0)
                }
                client.thread.perform { _ in }
                #expect(client.openCount == 0)
                #expect(client.came.all.allSatisfy { $0.causes == nil })
            }
        }
    }
}
