import TestSupport
import Testing

/// A session that needs more than one turn for a message.
@Suite(.timeLimit(.minutes(10))) struct BusySessionTests {
    @Test func `what comes while a message is dealt with waits for its end`() throws {
        let server = try TestServer()
        let client = try server.connectWebSocket("/slow")
        let texts = ["first of all", "2", "the third"].map { Array($0.utf8) }
        client.send(texts.flatMap { clientFrame(0x81, $0) } + clientFrame(0x89, [7]))
        for text in texts { #expect(client.readFrame() ?? (0, []) == (0x81, text)) }
        #expect(client.readFrame() ?? (0, []) == (0x8A, [7]))
        #expect(server.log.all.allSatisfy { $0 == "step" })
        #expect(server.log.all.count == texts.reduce(0) { $0 + $1.count })
    }

    @Test func `others of the loop are served between its steps`() throws {
        let server = try TestServer()
        let slow = try server.connectWebSocket("/slow")
        slow.send(clientFrame(0x81, [UInt8](repeating: 1, count: 60_000)))
        let other = try server.connect()
        other.send("GET /beside HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(other.readAnswer()?.status == 200)
        #expect(server.log.all.count < 60_000)
        #expect(slow.readFrame()?.payload.count == 60_000)
    }

    @Test func `a peer that leaves in the midst ends it`() async throws {
        let server = try TestServer()
        let client = try server.connectWebSocket("/slow")
        client.send(clientFrame(0x81, [UInt8](repeating: 1, count: 1_000_000)))
        #expect(await eventually { !server.log.all.isEmpty })
        client.reset()
        #expect(await eventually { server.log.all.last == "closed lost" })
    }
}
