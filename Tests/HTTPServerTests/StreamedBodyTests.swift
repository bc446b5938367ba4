import Glibc
import HTTP
import HTTPServer
import TestSupport
import Testing

private let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

private func upload(_ framing: String, _ kind: String = "") -> String {
    "POST /upload?\(kind) HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n"
}

private func upload(_ count: Int, _ kind: String = "") -> String {
    upload("Content-Length: \(count)", kind)
}

/// Bodies that are read as they come.
@Suite(.timeLimit(.minutes(10))) struct StreamedBodyTests {
    @Test(arguments: [0, 1, 70_000, 5_000_000])
    func `a body of known length is read to its end, and the connection goes on`(
        count: Int
    ) throws {
        let server = try TestServer()
        let client = try server.connect()
        let content = patternedBytes(count)
        client.send(Array(upload(count).utf8) + content + Array((upload(1) + "b" + get).utf8))
        #expect(client.readAnswer()?.body == content)
        #expect(client.readAnswer()?.text == "b")
        #expect(client.readAnswer()?.text == "GET /a")
    }

    @Test func `a chunked body is read to its end, and the connection goes on`() throws {
        let server = try TestServer()
        let client = try server.connect()
        let content = patternedBytes(1_000_000)
        client.send(upload("Transfer-Encoding: chunked"))
        for start in stride(from: 0, to: content.count, by: 9_999) {
            let part = content[start..<min(start + 9_999, content.count)]
            client.send(Array("\(String(part.count, radix: 16))\r\n".utf8) + part + [13, 10])
        }
        client.send("0\r\n\r\n" + get)
        #expect(client.readAnswer()?.body == content)
        #expect(client.readAnswer()?.text == "GET /a")
    }

    @Test func `a reader that rests makes its peer wait, and others are answered`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(upload(20_000_000, "gate"))
        #expect(await eventually { server.gate.arrivals == 1 })
        let content = patternedBytes(20_000_000)
        var sent = 0
        var stalls = 0
        #expect(
            await eventually {
                let count = client.sendAtOnce(content[sent...])
                sent += count
                stalls = count == 0 ? stalls + 1 : 0
                return stalls == 5 || sent == content.count
            })
        #expect(sent < content.count, "what the kernels keep is less")
        let other = try server.connect()
        other.send(get)
        #expect(other.readAnswer()?.text == "GET /a")
        #expect(server.counters.receivedBytes < 2_000_000)
        server.gate.open()
        client.send(Array(content[sent...]))
        #expect(client.readAnswer()?.body == content)
    }

    @Test func `a peer that has to wait is not hurried`() async throws {
        let server = try TestServer {
            $0.deadlines.body = .milliseconds(40)
            $0.deadlines.idle = .milliseconds(40)
        }
        let content = patternedBytes(400_000)
        let client = try server.connect()
        client.send(Array(upload(content.count, "gate").utf8) + content)
        #expect(await eventually { server.gate.arrivals == 1 })
        let other = try server.connect()
        #expect(other.readToEnd() == "")  // by then the deadline would have passed
        server.gate.open()
        #expect(client.readAnswer()?.body == content)
    }

    @Test func `a slow body is 408, and its reader is told`() async throws {
        let server = try TestServer { $0.deadlines.body = .milliseconds(40) }
        let client = try server.connect()
        client.send(upload(10) + "abc")
        #expect(client.readAnswer()?.status == 408)
        #expect(client.readToEnd() == "")
        #expect(await eventually { server.log.all.count == 2 })
        #expect(server.log.all[1].hasPrefix("refused 408"))
    }

    @Test func `a body that is announced too long is not entered upon`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(upload(1_001, "small"))
        #expect(client.readAnswer()?.status == 413)
        #expect(server.log.all == [])
    }

    @Test(arguments: [("2\r\nab\r\n3e7\r\n", 413), ("2\r\nab\r\nx\r\n", 400)])
    func `chunks that are too many or broken are refused, and their reader is told`(
        chunks: String, status: Int
    ) async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(upload("Transfer-Encoding: chunked", "small") + chunks)
        let answer = try #require(client.readAnswer())
        #expect(answer.status == status)
        #expect(answer.field("connection") == "close")
        #expect(client.readToEnd() == "")
        #expect(await eventually { server.log.all.count == 2 })
        #expect(server.log.all[1].hasPrefix("refused \(status)"))
        #expect(server.counters.refusedRequests == 1)
    }

    @Test(arguments: ["reset", "half-close"])
    func `a peer that goes in the middle is told to the reader`(what: String) async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(upload(1_000_000) + "abc")
        #expect(await eventually { server.log.all == ["entered"] })
        if what == "reset" { client.reset() } else { client.finishSending() }
        #expect(await eventually { server.log.all == ["entered", "disconnected, cancelled"] })
        #expect(await eventually { server.counters.openConnections == 0 })
    }

    @Test(arguments: ["early", "first"])
    func `an answer before the end of a small body keeps the connection`(kind: String) throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(upload(6, kind) + "abc")
        let answer = try #require(client.readAnswer())
        #expect(answer.text == kind)
        #expect(answer.field("connection") == nil)
        client.send("def" + get)
        #expect(client.readAnswer()?.text == "GET /a")
    }

    @Test(arguments: ["early", "first"])
    func `an answer before the end of a long body ends the connection`(kind: String) throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(Array(upload(20_000_000, kind).utf8) + patternedBytes(20_000_000))
        let answer = try #require(client.readAnswer())
        #expect(answer.text == kind)
        #expect(answer.field("connection") == "close")
        #expect(client.readToEnd() == "")
    }

    @Test func `a body is not read behind the answer`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(upload(3, "echo") + "abc" + get)
        #expect(client.readAnswer()?.text == "")
        #expect(client.readAnswer()?.text == "GET /a")
        #expect(server.log.all == ["entered", "answered"])
    }

    @Test func `100 Continue is sent when the body is asked for`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(upload("Content-Length: 3\r\nExpect: 100-continue", "gate"))
        #expect(await eventually { server.gate.arrivals == 1 })
        #expect(client.sentNothing)
        server.gate.open()
        #expect(client.readAnswer()?.status == 100)
        client.send("abc" + get)
        #expect(client.readAnswer()?.text == "abc")
        #expect(client.readAnswer()?.text == "GET /a")
    }

    @Test func `an answer without asking for the body is the first that is heard`() throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(upload("Content-Length: 3\r\nExpect: 100-continue", "early"))
        let answer = try #require(client.readAnswer())
        #expect(answer.status == 200)
        #expect(answer.field("connection") == "close")
        #expect(client.readToEnd() == "")
    }

    @Test func `a drain that is over tells the reader`() async throws {
        let server = try TestServer()
        let client = try server.connect()
        client.send(upload(10) + "abc")
        #expect(await eventually { server.log.all == ["entered"] })
        server.server.drain(deadline: .milliseconds(20))
        #expect(server.log.all == ["entered", "disconnected, cancelled"])
    }

    @Test func `a body comes through TLS`() throws {
        let certificate = try TestCertificate()
        let server = try TestServer {
            $0.tls = TLSFiles(certificate: certificate.certificatePath, key: certificate.keyPath)
        }
        let client = try TLSClient(port: server.server.port)
        try #require(client.connect())
        let content = patternedBytes(5_000_000)
        client.send(Array(upload("Content-Length: 5000000\r\nConnection: close").utf8) + content)
        let bytes = client.read(count: .max)
        #expect(bytes.starts(with: "HTTP/1.1 200 OK\r\n".utf8))
        #expect(Array(bytes.suffix(content.count)) == content)
    }
}

extension LoopbackSocket {
    /// Sends what the kernel takes without waiting; how much that was.
    fileprivate func sendAtOnce(_ bytes: ArraySlice<UInt8>) -> Int {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(
                descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        return max(0, count)
    }

    /// Whether the server has sent nothing so far.
    fileprivate var sentNothing: Bool {
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) < 0
    }
}
