import Bytes
import Diagnostics
import Foundation
import Testing

@Suite struct LogTests {
    @Test func `a person reads a line a fault, and no bytes that steer the terminal`() throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        let log = Log(level: .info, format: .text, descriptor: descriptor)
        log.record(
            .schemasRefused(
                names: ["a.json", "b.json"], faults: ["a.json:1:2: one", "two\nthree"], hint: "four"
            ),
            at: Instant(seconds: 3661))
        log.record(.listening(url: "http://127.0.0.1:1"), at: Instant(seconds: 0))
        log.record(
            .request(
                id: 1, address: "127.0.0.1", method: "GET", path: "/\u{1B}[31m", status: 404,
                microseconds: 1234),
            at: Instant(seconds: 0))
        try pipe.fileHandleForWriting.close()
        let written = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(
            written == """
                01:01:01  warning: not taken: a.json, b.json; the server goes on with what it had:
                  a.json:1:2: one
                  two
                  three
                  four
                00:00:00  404 GET /[31m in 1.2 ms

                """)
    }

    @Test func `events are JSON lines and low levels are dropped`() throws {
        let pipe = Pipe()
        let log = Log(level: .info, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let problem = Problem(code: "X", status: 500, message: "a \"b\"\n", cause: "disk")
        log.record(.failed(request: 7, problem: problem), at: Instant(seconds: 0))
        log.record(.listening(url: "http://127.0.0.1:1"), at: Instant(seconds: 0))
        let quiet = Log(level: .error, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        quiet.record(.draining)
        try pipe.fileHandleForWriting.close()
        let written = Array(pipe.fileHandleForReading.readDataToEndOfFile())
        let lines = written.split(separator: ASCII.lf)
        #expect(lines.count == 2)
        let first = try JSONDocument(parsing: Array(lines[0])).root
        #expect(first["request_id"]?.int64 == 7)
        #expect(first["message"]?.string == "a \"b\"\n")
        #expect(first["cause"]?.string == "disk")
        #expect(first["time"]?.string == "1970-01-01T00:00:00.000000Z")
    }
}
