import HTTP
import Testing

private let framing = ResponseEncoder.Framing(isHead: false, isVersion10: false, keepsAlive: true)

private func encoded(
    _ response: Response, _ framing: ResponseEncoder.Framing = framing, at seconds: Int64 = 784_111_777
) -> String {
    var encoder = ResponseEncoder()
    var bytes: [UInt8] = []
    encoder.encode(response, framing, at: seconds, into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

@Suite struct ResponseEncoderTests {
    static let json = Response(status: 200, contentType: "application/json", body: Array("[]".utf8))
    static let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

    @Test func `a response is framed byte by byte`() {
        #expect(
            encoded(Self.json)
                == "HTTP/1.1 200 OK\r\n\(Self.date)Content-Type: application/json\r\n"
                + "Content-Length: 2\r\n\r\n[]")
    }

    @Test func `HEAD tells the length and sends no body`() {
        var head = framing
        head.isHead = true
        let text = encoded(Self.json, head)
        #expect(text.hasSuffix("Content-Length: 2\r\n\r\n"))
        var response = Self.json
        response.omitsBody = true
        #expect(encoded(response) == text)
        response.body = []
        #expect(!encoded(response).contains("Content-Length"))
    }

    @Test(arguments: [204, 304, 101])
    func `some statuses have neither body nor length`(status: Int) {
        var response = Self.json
        response.status = status
        #expect(encoded(response).hasSuffix("Content-Type: application/json\r\n\r\n"))
    }

    @Test func `an empty body has length zero`() {
        #expect(encoded(Response(status: 200)).hasSuffix("Content-Length: 0\r\n\r\n"))
    }

    @Test func `persistence is told where it is not the default`() {
        var framing = framing
        framing.keepsAlive = false
        #expect(encoded(Self.json, framing).contains("\r\nConnection: close\r\n"))
        framing.isVersion10 = true
        #expect(encoded(Self.json, framing).contains("\r\nConnection: close\r\n"))
        framing.keepsAlive = true
        #expect(encoded(Self.json, framing).contains("\r\nConnection: keep-alive\r\n"))
    }

    @Test func `a value cannot begin another line`() {
        var response = Response(status: 201)
        response.append(field: "Location", "/a\r\nSet-Cookie: b\u{0}")
        #expect(response.field("location") == "/a  Set-Cookie: b ")
    }

    @Test func `an unknown status goes without a phrase`() {
        #expect(encoded(Response(status: 299)).hasPrefix("HTTP/1.1 299 \r\n"))
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_795_252_500, "Sat, 21 Nov 2026 09:15:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ] as [(Int64, String)])
    func `dates are in the preferred form`(seconds: Int64, text: String) {
        #expect(encoded(Self.json, at: seconds).contains("Date: \(text)\r\n"))
    }

    @Test func `the date moves with the second`() {
        var encoder = ResponseEncoder()
        var bytes: [UInt8] = []
        encoder.encode(Self.json, framing, at: 0, into: &bytes)
        encoder.encode(Self.json, framing, at: 1, into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self).contains("00:00:01"))
    }
}
