import TestSupport
import Testing

@testable import Network

@Suite(.timeLimit(.minutes(10))) struct ResolverTests {
    @Test func `the system's own resolver knows this machine`() throws {
        let listener = try LoopbackListener()
        try withClient { client in
            client.connect(to: [.host("localhost", port: listener.port)])
            #expect(client.came.wait(for: 1) == [.connected(endpoint: 0, peer: "127.0.0.1")])
        }
    }

    @Test func `all who ask for a name at once, on any loop, share one look-up`() throws {
        let gate = Gate()
        let asked = Counter()
        let listener = try LoopbackListener()
        let shared = Resolver(bounds: Resolver.Bounds()) { _ in
            asked.next()
            gate.pass()
            return .success([SocketAddress(numericHost: "127.0.0.1", port: 0)].compactMap { $0 })
        }
        try withClient(shared) { first in
            try withClient(shared) { second in
                for client in [first, second, first, second] {
                    client.connect(to: [.host("db.test", port: listener.port)])
                }
                // Names are compared without case.
                first.connect(to: [.host("DB.Test", port: listener.port)])
                gate.open()
                first.came.wait(for: 3)
                second.came.wait(for: 2)
                first.connect(to: [.host("db.test", port: listener.port)])
                first.came.wait(for: 4)
                let all = first.came.all + second.came.all
                #expect(Set(all) == [.connected(endpoint: 0, peer: "127.0.0.1")])
                #expect(asked.count == 1, "and the next one finds it in the cache")
            }
        }
    }

    @Test func `whoever waits is answered in time though the look-up hangs`() throws {
        let gate = Gate()
        defer { gate.open() }
        let hanging = Resolver(bounds: Resolver.Bounds()) { _ in
            gate.pass()
            return .success([])
        }
        try withClient(hanging, leaving: 0) { client in
            client.connect(to: [.host("db.test", port: 1)], .within(.milliseconds(20)))
            #expect(client.came.wait(for: 1) == [.failed([.timedOut(.lookUp)])])
            let text = client.errors.all.first?.description
            #expect(text == "The host 'db.test' was not looked up in time.")
        }
    }

    @Test func `too many names are refused at once, and addresses and paths never are`() throws {
        let gate = Gate()
        defer { gate.open() }
        var bounds = Resolver.Bounds()
        bounds.threadsMax = 1
        bounds.lookUpsMax = 2
        let asked = Record<String>()
        let hanging = Resolver(bounds: bounds) { name in
            asked.append(name)
            gate.pass()
            return .success([])
        }
        let directory = try TemporaryDirectory()
        let local = try LoopbackListener(path: directory.file("s"))
        let listener = try LoopbackListener()
        try withClient(hanging) { client in
            client.connect(to: [.host("a.test", port: 1)])
            client.connect(to: [.host("b.test", port: 1)])
            client.connect(to: [.host("c.test", port: 1)])
            #expect(client.came.wait(for: 1) == [.failed([.lookUpRefused])])
            client.connect(to: [.host("127.0.0.1", port: listener.port)])
            client.connect(to: [.unix(path: directory.file("s"))])
            #expect(client.came.wait(for: 3).allSatisfy { $0.causes != [] })
            #expect(client.came.all.count { $0.causes == nil } == 2)
            #expect(asked.wait(for: 1) == ["a.test"])
        }
        withExtendedLifetime(local) {}
    }

    @Test func `a look-up that nobody waits for any more is not begun`() throws {
        let gate = Gate()
        var bounds = Resolver.Bounds()
        bounds.threadsMax = 1
        let asked = Record<String>()
        let slow = Resolver(bounds: bounds) { name in
            asked.append(name)
            gate.pass()
            return .failure(.failed(reason: "Temporary failure in name resolution"))
        }
        try withClient(slow, leaving: 0) { client in
            client.connect(to: [.host("a.test", port: 1)])
            asked.wait(for: 1)
            let second = client.connect(to: [.host("b.test", port: 1)])
            client.thread.perform { _ in }
            client.cancel(second)
            client.connect(to: [.host("c.test", port: 1)])
            gate.open()
            client.came.wait(for: 2)
            #expect(asked.all == ["a.test", "c.test"])
            #expect(
                client.errors.all.first?.description
                    == "The host 'a.test' could not be looked up: Temporary failure in name "
                    + "resolution.")
        }
    }

    @Test func `addresses that do not answer are looked up anew`() throws {
        let refusing = try LoopbackListener(backlog: nil)
        let listener = try LoopbackListener(host: "127.0.0.2", port: refusing.port)
        let asked = Counter()
        let moving = Resolver(bounds: Resolver.Bounds()) { _ in
            // The failover: the name leads elsewhere from the second question on.
            let host = asked.next() == 1 ? "127.0.0.1" : "127.0.0.2"
            return .success([SocketAddress(numericHost: host, port: 0)].compactMap { $0 })
        }
        try withClient(moving) { client in
            client.connect(to: [.host("db.test", port: listener.port)])
            #expect(client.came.wait(for: 1) == [.failed([.refused])])
            client.connect(to: [.host("db.test", port: listener.port)])
            #expect(client.came.wait(for: 2).last == .connected(endpoint: 0, peer: "127.0.0.2"))
        }
    }

    @Test func `that a name is unknown is kept for a burst of askers`() throws {
        let asked = Record<String>()
        try withClient(resolver(asked: asked, [:])) { client in
            for count in 1...3 {
                client.connect(to: [.host("db.test", port: 1)])
                client.came.wait(for: count)
            }
            #expect(Set(client.came.all) == [.failed([.unknownName(reason: "unknown")])])
            #expect(asked.all.count == 1)
        }
    }

    @Test(arguments: ["", "a\0b", String(repeating: "a", count: 255)])
    func `what cannot be a name is not looked up`(name: String) throws {
        let asked = Record<String>()
        try withClient(resolver(asked: asked, [:])) { client in
            client.connect(to: [.host(name, port: 1)])
            #expect(client.came.wait(for: 1) == [.failed([.unknownName(reason: "not a name")])])
            #expect(asked.all.isEmpty)
        }
    }

    @Test func `a name without an address is unknown`() throws {
        try withClient(resolver(["db.test": []])) { client in
            client.connect(to: [.host("db.test", port: 1)])
            #expect(
                client.came.wait(for: 1) == [.failed([.unknownName(reason: "it has no address")])])
        }
    }
}
