import HTTP
import Testing

/// One head and what the parser must say to it.
struct HeadCase: CustomTestStringConvertible, Sendable {
    let name: String
    let head: String
    let status: Int

    init(_ name: String, _ head: String, _ status: Int) {
        self.name = name
        self.head = head
        self.status = status
    }

    var testDescription: String { name }
}

/// The verdict on a whole text: 0 for complete, -1 for incomplete, else the status to answer.
func status(of text: some StringProtocol, limits: HTTPLimits = HTTPLimits()) -> Int {
    var parser = RequestParser(limits: limits)
    switch parser.parse(Array(text.utf8).span) {
    case .complete: return 0
    case .incomplete: return -1
    case .malformed(let fault): return fault.status
    }
}

func parsed(_ text: String) -> RequestHead? {
    var parser = RequestParser(limits: HTTPLimits())
    guard case .complete(let head, _) = parser.parse(Array(text.utf8).span) else { return nil }
    return head
}

@Suite struct RequestParserTests {
    static let head = """
        POST /rest/v1/items?select=id&id=eq.1?2 HTTP/1.1\r\nHost: example.org:54321\r\n\
        Accept: */*\r\naccept:  text/html\t\r\nX-Empty:\r\nContent-Length: 12\r\n\r\n
        """

    @Test func `the parts of a head are found`() throws {
        let head = try #require(parsed(Self.head))
        #expect(head.method == .post)
        #expect(Array(head.rawPath) == Array("/rest/v1/items".utf8))
        #expect(Array(head.rawQuery) == Array("select=id&id=eq.1?2".utf8))
        #expect(head.framing == .fixed(12))
        #expect(head.field("ACCEPT") == "*/*")
        #expect(head.fields("accept") == ["*/*", "text/html"])
        #expect(head.field("x-empty") == "")
        #expect(head.field("x-absent") == nil)
        #expect(head.fieldEquals("host", "EXAMPLE.org:54321"))
        #expect(head.keepsAlive)
    }

    @Test(arguments: 0..<head.utf8.count)
    func `every truncation is incomplete`(count: Int) {
        #expect(status(of: String(decoding: Self.head.utf8.prefix(count), as: UTF8.self)) == -1)
    }

    @Test func `bytes one at a time make the same head`() throws {
        let bytes = Array(Self.head.utf8)
        var parser = RequestParser(limits: HTTPLimits())
        for count in 1..<bytes.count {
            guard case .incomplete = parser.parse(bytes.span.extracting(first: count)) else {
                Issue.record("complete after \(count) bytes")
                return
            }
        }
        guard case .complete(let head, let byteCount) = parser.parse(bytes.span) else {
            Issue.record("not complete")
            return
        }
        #expect(byteCount == bytes.count)
        #expect(head.bytes == bytes)
        #expect(head.fields("accept") == ["*/*", "text/html"])
    }

    @Test func `what follows a head is left alone`() {
        let bytes = Array("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next".utf8)
        var parser = RequestParser(limits: HTTPLimits())
        guard case .complete(let head, let byteCount) = parser.parse(bytes.span) else {
            Issue.record("not complete")
            return
        }
        #expect(byteCount == bytes.count - 9)
        #expect(head.bytes.first == UInt8(ascii: "G"))
        guard case .incomplete = parser.parse(bytes.span.extracting(byteCount...)) else {
            Issue.record("the parser did not start again")
            return
        }
    }

    static let requestLines: [HeadCase] = [
        HeadCase("plain", "GET / HTTP/1.1", 0),
        HeadCase("version 1.0", "GET / HTTP/1.0", 0),
        HeadCase("version 1.2 is a later 1.1", "GET / HTTP/1.2", 0),
        HeadCase("any token is a method", "PROPFIND / HTTP/1.1", 0),
        HeadCase("raw UTF-8 in a target", "GET /items?name=eq.Zoë HTTP/1.1", 0),
        HeadCase("asterisk", "OPTIONS * HTTP/1.1", 0),
        HeadCase("asterisk for GET", "GET * HTTP/1.1", 400),
        HeadCase("absolute", "GET http://a/b?c HTTP/1.1", 0),
        HeadCase("absolute without a path", "GET HTTPS://a:1 HTTP/1.1", 0),
        HeadCase("absolute with user information", "GET http://u@a/ HTTP/1.1", 400),
        HeadCase("absolute without a host", "GET http:///b HTTP/1.1", 400),
        HeadCase("another scheme", "GET ftp://a/b HTTP/1.1", 400),
        HeadCase("relative", "GET items HTTP/1.1", 400),
        HeadCase("authority", "CONNECT a:80 HTTP/1.1", 501),
        HeadCase("no target", "GET HTTP/1.1", 400),
        HeadCase("no version", "GET /", 400),
        HeadCase("two spaces", "GET  / HTTP/1.1", 400),
        HeadCase("two spaces before the version", "GET /  HTTP/1.1", 400),
        HeadCase("trailing space", "GET / HTTP/1.1 ", 400),
        HeadCase("tab", "GET\t/ HTTP/1.1", 400),
        HeadCase("control byte in the target", "GET /\u{1} HTTP/1.1", 400),
        HeadCase("delete in the target", "GET /\u{7F} HTTP/1.1", 400),
        HeadCase("method that is no token", "G(T / HTTP/1.1", 400),
        HeadCase("leading space", " GET / HTTP/1.1", 400),
        HeadCase("lower-case version", "GET / http/1.1", 400),
        HeadCase("no minor version", "GET / HTTP/1", 400),
        HeadCase("version 2", "GET / HTTP/2.0", 505),
        HeadCase("version 0.9", "GET / HTTP/0.9", 505),
        HeadCase("two digits", "GET / HTTP/1.10", 400),
    ]

    @Test(arguments: requestLines)
    func `request lines are judged`(row: HeadCase) {
        #expect(status(of: row.head + "\r\nHost: a\r\n\r\n") == row.status)
    }

    @Test func `the HTTP/2 preface is told the version`() {
        #expect(status(of: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505)
    }

    @Test(arguments: ["", "\r\n", "\r\n\r\n"])
    func `a TLS hello is refused with its first byte`(blankLines: String) {
        #expect(status(of: blankLines + "\u{16}") == 400)
    }

    static let fieldLines: [HeadCase] = [
        HeadCase("empty value", "A:", 0),
        HeadCase("tab inside", "A: b\tc", 0),
        HeadCase("UTF-8 value", "A: ä", 0),
        HeadCase("space before the colon", "A : b", 400),
        HeadCase("tab before the colon", "A\t: b", 400),
        HeadCase("folded", "A: b\r\n c", 400),
        HeadCase("first line folded", " A: b", 400),
        HeadCase("no colon", "A", 400),
        HeadCase("no name", ": b", 400),
        HeadCase("name that is no token", "A(b): c", 400),
        HeadCase("NUL", "A: b\u{0}c", 400),
        HeadCase("escape", "A: \u{1B}", 400),
        HeadCase("delete", "A: \u{7F}", 400),
        HeadCase("lone CR", "A: b\rc", 400),
        HeadCase("lone CR in front of the end", "A: b\r", 400),
        HeadCase("lone LF", "A: b\nB: c", 400),
        HeadCase("line of CR only", "\rA: b", 400),
    ]

    @Test(arguments: fieldLines)
    func `field lines are judged`(row: HeadCase) {
        #expect(status(of: "GET / HTTP/1.1\r\nHost: a\r\n\(row.head)\r\n\r\n") == row.status)
    }

    @Test func `a head of bare line feeds is refused at its first line`() {
        #expect(status(of: "GET / HTTP/1.1\n") == 400)
        #expect(status(of: "\nGET / HTTP/1.1\r\n") == 400)
    }
}
