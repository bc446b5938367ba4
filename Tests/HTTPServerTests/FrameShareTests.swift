import HTTP
import HTTPServer
import TestSupport
import Testing

/// What frames of one socket leave to the others of its loop.
@Suite(.timeLimit(.minutes(10))) struct FrameShareTests {
    @Test func `a socket with many frames lets others speak before its last`() async throws {
        let server = try TestServer()
        let busy = try server.connectWebSocket()
        let other = try server.connectWebSocket()
        let notes = (0..<3_000).flatMap { clientFrame(0x81, Array("note \($0)".utf8)) }
        busy.send(clientFrame(0x81, Array("hold".utf8)) + notes)
        #expect(await eventually { server.log.all.contains("held") })
        other.send(clientFrame(0x81, Array("note other".utf8)))
        server.log.add("go")
        #expect(await eventually { server.log.all.contains("note 2999") })
        let log = server.log.all
        let place = try #require(log.firstIndex(of: "note other"))
        #expect(try place < #require(log.firstIndex(of: "note 2999")))
        // None is lost, and none is handled out of its order.
        let own = log.filter { $0.hasPrefix("note ") && $0 != "note other" }
        #expect(own == (0..<3_000).map { "note \($0)" })
        #expect(server.counters.deferredInput > 0)
    }

    @Test func `of many pings the last is answered, and not all before it`() throws {
        let server = try TestServer()
        let client = try server.connectWebSocket()
        client.send((0..<2_000).flatMap { clientFrame(0x89, [UInt8($0 >> 8), UInt8($0 & 0xFF)]) })
        var pongs = 0
        while let frame = client.readFrame() {
            pongs += 1
            if frame.payload == [0x07, 0xCF] { break }
        }
        #expect(pongs < 2_000)
    }

    @Test func `empty fragments lie in wait of their turn like other frames`() async throws {
        let server = try TestServer()
        let client = try server.connectWebSocket()
        let fragments = (0..<40_000).flatMap { _ in clientFrame(0x00, []) }
        client.send(clientFrame(0x01, Array("note ".utf8)) + fragments)
        client.send(clientFrame(0x80, Array("whole".utf8)))
        #expect(await eventually { server.log.all.contains("note whole") })
    }
}
