import HTTP
import TestSupport
import Testing

@testable import HTTPServer

/// What chunks of a body leave to the other connections of its loop.
@Suite(.timeLimit(.minutes(10))) struct ChunkStepTests {
    /// A body of so many chunks of one byte.
    private static func chunks(_ count: Int) -> [UInt8] {
        Array((String(repeating: "1\r\nx\r\n", count: count) + "0\r\n\r\n").utf8)
    }

    @Test func `a body in small chunks is taken in steps, and is whole at the end`() throws {
        let input = Self.chunks(10_000)
        var receiver = BodyReceiver(.chunked, bytesMax: 10_000, limits: HTTPLimits())
        var position = 0
        var steps = 0
        while !receiver.isWhole {
            position += try receiver.take(input.span.extracting(position...))
            steps += 1
        }
        #expect(position == input.count)
        #expect(receiver.bytes.count == 10_000)
        #expect(steps >= 10)
    }

    @Test(arguments: ["/echo", "/upload", "/upload?echo", "/upload?early"])
    func `bodies in many chunks are answered as before, whoever reads them`(path: String) throws {
        let server = try TestServer()
        let client = try server.connect()
        let head = "POST \(path) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        client.send(Array(head.utf8) + Self.chunks(10_000))
        #expect(client.readAnswer()?.status == 200)
    }
}
