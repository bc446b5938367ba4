import TestSupport
import Testing

@testable import Network

@Suite(.timeLimit(.minutes(10))) struct StallTests {
    @Test func `a connection on which nothing moves is ended, one on which bytes come is not`()
        throws
    {
        let listener = try LoopbackListener()
        try withClient(leaving: 0) { client in
            client.connect(to: [.host("127.0.0.1", port: listener.port)]) { scribe, socket in
                socket.stallTimeout = .milliseconds(500)
                scribe.onReceived = { socket, bytes in socket.send(bytes) }
            }
            let peer = try listener.accept()
            let start = ContinuousClock.now
            while ContinuousClock.now - start < .milliseconds(700) {
                peer.send("x")
                #expect(peer.readText(count: 1) == "x")
            }
            let heard = client.heard.wait("the end") { $0.last == .closed(.stalled) }
            #expect(heard.dropLast().allSatisfy { $0 == .received("x") })
            #expect(ContinuousClock.now - start >= .milliseconds(1150))
        }
    }

    @Test func `without a timeout a connection may be idle`() throws {
        let listener = try LoopbackListener()
        try withClient { client in
            client.connect(to: [.host("127.0.0.1", port: listener.port)]) { _, socket in
                socket.stallTimeout = .milliseconds(1)
                socket.stallTimeout = nil
                _ = socket.loop.schedule(after: .milliseconds(20)) {
                    socket.send(Array("still here".utf8))
                }
            }
            let peer = try listener.accept()
            #expect(peer.readText(count: 10) == "still here")
        }
    }
}
