import Foundation
import HTTP
import HTTPServer
import TestSupport
import Testing

private func get(_ path: String, _ fields: String = "", version: String = "1.1") -> String {
    "GET \(path) HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n"
}

/// Answers whose content is a range of a file.
@Suite(.timeLimit(.minutes(10))) struct FileAnswerTests {
    /// How often this process has the file open.
    private func openCount(_ path: String) -> Int {
        let folder = "/proc/self/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "\(folder)/\(name)")
            return target == path
        }.count
    }

    @Test(arguments: [0, 1, 10_000, 3_000_000])
    func `a file is the content, and the connection goes on`(count: Int) async throws {
        let server = try TestServer()
        let content = patternedBytes(count)
        let path = try server.files.write(content, to: "a")
        let client = try server.connect()
        client.send(get("/file/a") + get("/file/a") + get("/b"))
        for _ in 0..<2 {
            let answer = try #require(client.readAnswer())
            #expect(answer.status == 200)
            #expect(answer.field("content-length") == String(count))
            #expect(answer.body == content)
        }
        #expect(client.readAnswer()?.text == "GET /b")
        #expect(await eventually { openCount(path) == 0 })
    }

    @Test func `parts, what lies behind the end and HEAD are pipelined`() throws {
        let server = try TestServer()
        let content = patternedBytes(1_000_000)
        try server.files.write(content, to: "a")
        let client = try server.connect()
        client.send(
            get("/file/a", "Range: bytes=100000-899999\r\n")
                + "HEAD /file/a HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9\r\n\r\n"
                + get("/file/a", "Range: bytes=1000000-\r\n")
                + get("/file/a", "Range: bytes=-1\r\nIf-Range: \"v1\"\r\n")
                + get("/file/a", "Range: bytes=-1\r\nIf-Range: \"v0\"\r\n") + get("/b"))
        let part = try #require(client.readAnswer())
        #expect(part.status == 206)
        #expect(part.field("content-range") == "bytes 100000-899999/1000000")
        #expect(part.body.elementsEqual(content[100_000..<900_000]))
        let head = try #require(client.readAnswer(toHead: true))
        #expect(head.status == 200)
        #expect(head.field("content-length") == "1000000")
        let behind = try #require(client.readAnswer())
        #expect(behind.status == 416)
        #expect(behind.field("content-range") == "bytes */1000000")
        #expect(behind.body.isEmpty)
        #expect(client.readAnswer()?.body == content.suffix(1))
        #expect(client.readAnswer()?.body == content)
        #expect(client.readAnswer()?.text == "GET /b")
    }

    @Test func `HTTP 1.0 gets all of it before the connection ends`() throws {
        let server = try TestServer()
        let content = patternedBytes(3_000_000)
        try server.files.write(content, to: "a")
        let client = try server.connect(receiveBufferBytes: 16_384)
        client.send("GET /file/a HTTP/1.0\r\n\r\n")
        let answer = try #require(client.readAnswer())
        #expect(answer.field("connection") == "close")
        #expect(answer.body == content)
        #expect(client.isAtEnd)
    }

    @Test func `a file that becomes shorter resets the connection`() async throws {
        let server = try TestServer()
        let path = try server.files.write(patternedBytes(20_000_000), to: "a")
        let client = try server.connect(receiveBufferBytes: 4_096)
        client.send(get("/file/a") + get("/b"))
        #expect(client.read(count: 10_000).count == 10_000)
        try server.files.shorten("a", to: 100_000)
        var rest = 0
        while true {
            let more = client.read(count: 65_536)
            if more.isEmpty { break }
            rest += more.count
        }
        #expect(client.wasReset)
        #expect(rest < 20_000_000)
        #expect(await eventually { server.counters.openConnections == 0 })
        #expect(openCount(path) == 0)
    }

    @Test(arguments: ["reset", "stalled"])
    func `a file is closed when its peer is gone or takes nothing`(what: String) async throws {
        let server = try TestServer { $0.deadlines.write = .seconds(2) }
        let path = try server.files.write(patternedBytes(20_000_000), to: "a")
        let client = try server.connect(receiveBufferBytes: 4_096)
        client.send(get("/file/a"))
        #expect(client.readAnswerHead() == 200)
        #expect(openCount(path) == 1)
        if what == "reset" { client.reset() }
        #expect(await eventually { server.counters.openConnections == 0 })
        #expect(openCount(path) == 0)
    }

    @Test func `other peers are answered while files leave`() async throws {
        let server = try TestServer()
        try server.files.write(patternedBytes(20_000_000), to: "a")
        let slow = try server.connect(receiveBufferBytes: 4_096)
        slow.send(get("/file/a"))
        let fast = try server.connect()
        fast.send(get("/file/a"))
        let other = try server.connect()
        for _ in 0..<20 {
            other.send(get("/b"))
            #expect(other.readAnswer()?.text == "GET /b")
        }
        #expect(fast.readAnswer()?.body.count == 20_000_000)
    }
}

extension LoopbackSocket {
    /// The status of an answer whose content is left unread.
    fileprivate func readAnswerHead() -> Int? { readAnswer(toHead: true)?.status }
}
