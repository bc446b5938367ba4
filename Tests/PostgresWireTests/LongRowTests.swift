import Bytes
import Testing

@testable import PostgresWire

/// Rows that are longer than a session keeps.
@Suite struct LongRowTests {
    private static let longRow = Backend.row([String(repeating: "x", count: 300)])

    private static func session() -> HeldSession {
        let session = readySession {
            $0.preparesByName = false
            $0.limits.messageBytesMax = 100
        }
        for _ in 0..<2 { PipelineTests.run(session) }
        _ = session.said()
        return session
    }

    private static let told = [
        "row too long 1.0, 310 bytes", "row 1.0 '1'", "completed 1.0 select 2",
        "finished 1 succeeded idle", "row 2.0 '1'", "completed 2.0 select 1",
        "finished 2 succeeded idle",
    ]

    @Test(arguments: [1, 7, 100, 10_000])
    func `a row that is too long is told by its length and dropped as it comes`(piece: Int) {
        let session = Self.session()
        let answer =
            Backend.parsed + Backend.bound + Self.longRow + Backend.row(["1"])
            + Backend.complete("SELECT 2") + Backend.idle
        let bytes = answer + Backend.parsed + PipelineTests.oneRow + Backend.idle
        var told: [String] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            told += session.hear(Array(bytes[start..<min(start + piece, bytes.count)]))
        }
        #expect(told == Self.told)
        #expect(session.isReusable)
    }

    @Test func `it is told when its head has come`() {
        let session = Self.session()
        let before = Backend.parsed + Backend.bound
        #expect(session.hear(before + Self.longRow.prefix(5)) == [Self.told[0]])
    }

    @Test func `what is too long and no row ends the session`() {
        let session = Self.session()
        let tag = Backend.complete(String(repeating: "x", count: 300))
        let told = session.hear(Backend.parsed + Backend.bound + tag)
        #expect(told.last?.contains("messageTooLong") == true)
    }

    @Test func `a long row that nobody asked for ends the session`() {
        let session = readySession { $0.limits.messageBytesMax = 100 }
        #expect(session.hear(Self.longRow).last?.contains("messageTooLong") == true)
    }
}
