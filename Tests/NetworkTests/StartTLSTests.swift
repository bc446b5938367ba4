import TestSupport
import Testing

@testable import Network

/// TLS that begins on a connection that has spoken plainly, as PostgreSQL's does.
@Suite(.timeLimit(.minutes(10))) struct StartTLSTests {
    /// `SSLRequest`; the answer `S` begins TLS.
    static let request: [UInt8] = [0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F]

    let certificate: TestAuthority.Issued
    let context: TLSClientContext
    let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
        certificate = try authority.issue()
        context = try TLSClientContext(roots: .file(authority.certificatePath))
    }

    /// Connects, asks, and begins TLS at the first answer.
    func asking(
        _ body: (Client, LoopbackSocket) throws -> Void,
        within timeout: Duration = .seconds(10),
        secured: @escaping @Sendable (StreamSocket) -> Void = { _ in }
    ) throws {
        let listener = try LoopbackListener()
        let context = context
        try withClient { client in
            client.connect(to: [.host("127.0.0.1", port: listener.port)]) { scribe, socket in
                socket.send(Self.request)
                scribe.onSecured = secured
                scribe.onReceived = { socket, bytes in
                    guard !socket.isSecure, bytes.first == 0x53 else { return }
                    socket.startTLS(context, name: "localhost", afterReceiving: 1, within: timeout)
                    socket.send(Array("secret".utf8))
                }
            }
            let peer = try listener.accept()
            #expect(peer.readExactly(8) == Self.request)
            try body(client, peer)
        }
    }

    @Test func `TLS begins after plain bytes, and what was queued waits for it`() throws {
        try asking { client, peer in
            peer.send([0x53])
            let server = try TLSPeer(peer, certificate)
            #expect(server.accept())
            #expect(server.readText(count: 6) == "secret")
            server.send("welcome")
            #expect(
                client.heard.wait(for: 3) == [.received("S"), .secured, .received("welcome")])
        }
    }

    @Test func `a server that declines is spoken with plainly`() throws {
        try asking { client, peer in
            peer.send([0x4E])
            #expect(client.heard.wait(for: 1) == [.received("N")])
            peer.send("plain")
            #expect(client.heard.wait(for: 2).last == .received("plain"))
        }
    }

    /// CVE-2021-23222.
    @Test func `plain bytes behind the answer end the connection`() throws {
        try asking { client, peer in
            peer.send([0x53] + Array("E injected".utf8))
            #expect(
                client.heard.wait(for: 2)
                    == [.received("SE injected"), .closed(.tls(.plainTextBeforeHandshake))])
            #expect(client.openCount == 0)
        }
    }

    @Test func `plain bytes that come later are no handshake`() throws {
        try asking { client, peer in
            peer.send([0x53])
            client.heard.wait(for: 1)
            peer.send("E injected")
            guard case .closed(.tls(.handshake)) = client.heard.wait(for: 2).last else {
                Issue.record("\(client.heard.all)")
                return
            }
        }
    }

    @Test func `a handshake that is not gone on with ends in time`() throws {
        try asking(
            { client, peer in
                peer.send([0x53])
                #expect(
                    client.heard.wait(for: 2) == [.received("S"), .closed(.tls(.timedOut))])
                #expect(client.openCount == 0)
            }, within: .milliseconds(20))
    }

    @Test(arguments: [false, true])
    func `a peer that leaves during the handshake is told from one that is done`(
        isReset: Bool
    ) throws {
        try asking { client, peer in
            peer.send([0x53])
            #expect(peer.readExactly(1) == [0x16])
            if isReset { peer.reset() } else { peer.close() }
            let reason = client.heard.wait(for: 2).last
            #expect(reason == .closed(.tls(.ended)) || reason == .closed(.reset))
        }
    }

    @Test func `what is queued before TLS leaves plainly, before it`() throws {
        let listener = try LoopbackListener()
        try withClient { client in
            let context = context
            client.connect(to: [.host("127.0.0.1", port: listener.port)]) { _, socket in
                socket.send(Array("plain".utf8))
                socket.startTLS(context, name: "localhost", within: .seconds(10))
                socket.send(Array("secret".utf8))
            }
            let peer = try listener.accept()
            // As much as was asked for and no more is taken from the kernel.
            #expect(peer.readExactly(5) == Array("plain".utf8))
            let server = try TLSPeer(peer, certificate)
            #expect(server.accept())
            #expect(server.readText(count: 6) == "secret")
        }
    }

    @Test func `what comes right behind the handshake waits for a paused reader`() throws {
        let sockets = Record<LoopBound<StreamSocket>>()
        try asking(
            { client, peer in
                peer.send([0x53])
                let server = try TLSPeer(peer, certificate)
                #expect(server.accept())
                server.send("early")
                #expect(server.readText(count: 6) == "secret")
                let socket = sockets.wait(for: 1)[0]
                client.thread.perform { _ in }
                #expect(client.heard.all == [.received("S"), .secured])
                client.thread.perform { _ in socket.value.isReadingPaused = false }
                #expect(client.heard.wait(for: 3).last == .received("early"))
            },
            secured: { socket in
                socket.isReadingPaused = true
                sockets.append(LoopBound(socket, on: socket.loop))
            })
    }

    @Test func `a connection that is aborted when it is secured hears no more`() throws {
        try asking(
            { client, peer in
                peer.send([0x53])
                let server = try TLSPeer(peer, certificate)
                _ = server.accept()
                server.send("early")
                #expect(
                    client.heard.wait(for: 3) == [.received("S"), .secured, .closed(.aborted)])
            }, secured: { $0.abort() })
    }

    @Test func `megabytes go out under back-pressure`() throws {
        let total = 8 << 20
        try asking(
            { _, peer in
                peer.send([0x53])
                let server = try TLSPeer(peer, certificate)
                #expect(server.accept())
                #expect(server.readText(count: 6) == "secret")
                #expect(server.read(count: total).count == total)
            },
            secured: { socket in
                for _ in 0..<(total >> 20) { socket.send([UInt8](repeating: 1, count: 1 << 20)) }
                #expect(socket.isAboveHighWater)
            })
    }
}
