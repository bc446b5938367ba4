import HTTP
import Testing

/// Host, body length, persistence and expectations: RFC 9112 §3.2, §6.3, §9.3.
@Suite struct RequestRulesTests {
    static let framings: [HeadCase] = [
        HeadCase("none", "", 0),
        HeadCase("length", "Content-Length: 5", 0),
        HeadCase("leading zeros", "Content-Length: 005", 0),
        HeadCase("empty length", "Content-Length:", 400),
        HeadCase("sign", "Content-Length: +5", 400),
        HeadCase("negative", "Content-Length: -5", 400),
        HeadCase("fraction", "Content-Length: 5.0", 400),
        HeadCase("hexadecimal", "Content-Length: 0x5", 400),
        HeadCase("inner space", "Content-Length: 5 5", 400),
        HeadCase("list of equals", "Content-Length: 5, 5", 400),
        HeadCase("same twice", "Content-Length: 5\r\nContent-Length: 5", 400),
        HeadCase("conflict", "Content-Length: 5\r\ncontent-length: 6", 400),
        HeadCase("over 64 bits", "Content-Length: 99999999999999999999", 0),
        HeadCase("chunked", "Transfer-Encoding: chunked", 0),
        HeadCase("chunked in any case", "transfer-encoding: ChUnKeD", 0),
        HeadCase("both", "Transfer-Encoding: chunked\r\nContent-Length: 5", 400),
        HeadCase("both, other order", "Content-Length: 5\r\nTransfer-Encoding: chunked", 400),
        HeadCase("empty coding", "Transfer-Encoding:", 400),
        HeadCase("identity", "Transfer-Encoding: identity", 400),
        HeadCase("gzip only", "Transfer-Encoding: gzip", 400),
        HeadCase("gzip, chunked", "Transfer-Encoding: gzip, chunked", 501),
        HeadCase("chunked, gzip", "Transfer-Encoding: chunked, gzip", 400),
        HeadCase("chunked twice", "Transfer-Encoding: chunked, chunked", 400),
        HeadCase("two lines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400),
        HeadCase("second line differs", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x", 400),
        HeadCase("prefix", "Transfer-Encoding: xchunked", 400),
        HeadCase("suffix", "Transfer-Encoding: chunkedx", 400),
        HeadCase("parameter", "Transfer-Encoding: chunked;a=b", 400),
        HeadCase("quoted", "Transfer-Encoding: \"chunked\"", 400),
        HeadCase("vertical tab", "Transfer-Encoding: \u{B}chunked", 400),
        HeadCase("space before the colon", "Transfer-Encoding : chunked", 400),
        HeadCase("folded", "Transfer-Encoding:\r\n chunked", 400),
        HeadCase("expectation", "Content-Length: 5\r\nExpect: 100-Continue", 0),
        HeadCase("other expectation", "Expect: 200-ok", 417),
    ]

    @Test(arguments: framings)
    func `what could be read in two ways is refused`(row: HeadCase) {
        let fields = row.head.isEmpty ? "" : row.head + "\r\n"
        #expect(status(of: "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n") == row.status)
    }

    static let hosts: [HeadCase] = [
        HeadCase("absent", "", 400),
        HeadCase("empty", "Host:\r\n", 0),
        HeadCase("name and port", "Host: localhost:54321\r\n", 0),
        HeadCase("IPv6", "Host: [::1]:80\r\n", 0),
        HeadCase("twice", "Host: a\r\nHost: a\r\n", 400),
        HeadCase("with a path", "Host: a/b\r\n", 400),
        HeadCase("with user information", "Host: u@a\r\n", 400),
        HeadCase("two names", "Host: a b\r\n", 400),
    ]

    @Test(arguments: hosts)
    func `there is exactly one valid host`(row: HeadCase) {
        #expect(status(of: "GET / HTTP/1.1\r\n\(row.head)\r\n") == row.status)
    }

    @Test func `HTTP 1.0 needs no host and knows no transfer coding`() {
        #expect(status(of: "GET / HTTP/1.0\r\n\r\n") == 0)
        #expect(status(of: "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400)
        #expect(status(of: "GET / HTTP/1.0\r\nExpect: 200-ok\r\n\r\n") == 0)
    }

    @Test(arguments: [
        ("1.1", "", true), ("1.1", "Connection: close\r\n", false),
        ("1.1", "Connection: Foo , CLOSE\r\n", false), ("1.1", "Connection: closed\r\n", true),
        ("1.1", "Connection: a\r\nConnection: close\r\n", false), ("1.0", "", false),
        ("1.0", "Connection: keep-alive\r\n", true),
        ("1.0", "Connection: keep-alive, close\r\n", false),
    ])
    func `persistence follows version and Connection`(version: String, fields: String, keeps: Bool)
    {
        let head = parsed("GET / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n")
        #expect(head?.keepsAlive == keeps)
    }

    @Test func `an expectation counts only if a body follows`() {
        let with = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
        #expect(parsed(with)?.expectsContinue == true)
        #expect(
            parsed("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n")?.expectsContinue
                == false)
    }
}

@Suite struct HeadLimitTests {
    @Test func `a target of 32 KiB is accepted and a longer one is 414`() {
        let path = { (count: Int) in "/" + String(repeating: "a", count: count - 1) }
        let line = { (count: Int) in "GET \(path(count)) HTTP/1.1\r\nHost: a\r\n\r\n" }
        #expect(status(of: line(32_768)) == 0)
        #expect(status(of: line(49_152)) == 0)
        #expect(status(of: line(49_153)) == 414)
        #expect(status(of: "GET " + path(70_000)) == 414)
    }

    @Test func `a head of 64 KiB is accepted and a longer one is 431`() {
        let start = "GET / HTTP/1.1\r\nHost: a\r\nA: "
        let padding = 65_536 - start.utf8.count - 4
        #expect(status(of: start + String(repeating: "b", count: padding) + "\r\n\r\n") == 0)
        #expect(status(of: start + String(repeating: "b", count: padding + 1) + "\r\n\r\n") == 431)
        #expect(status(of: start + String(repeating: "b", count: 70_000)) == 431)
    }

    @Test func `a hundred fields are accepted and one more is 431`() {
        let fields = { (count: Int) in
            (1..<count).map { "A\($0): b\r\n" }.joined()
        }
        #expect(status(of: "GET / HTTP/1.1\r\nHost: a\r\n\(fields(100))\r\n") == 0)
        #expect(status(of: "GET / HTTP/1.1\r\nHost: a\r\n\(fields(101))\r\n") == 431)
        #expect(status(of: "GET / HTTP/1.1\r\nHost: a\r\n\(fields(101))") == 431)
    }

    @Test func `endless blank lines are refused`() {
        #expect(status(of: String(repeating: "\r\n", count: 4)) == -1)
        #expect(status(of: String(repeating: "\r\n", count: 5)) == 400)
    }
}
