import HTTP
import Testing

private let framing = ResponseEncoder.Framing(isHead: false, isVersion10: false, keepsAlive: true)

private func encoded(
    _ response: Response, _ framing: ResponseEncoder.Framing = framing
) -> String {
    var encoder = ResponseEncoder()
    encoder.setDate("Sun, 06 Nov 1994 08:49:37 GMT")
    var bytes: [UInt8] = []
    encoder.encode(response, framing, into: &bytes)
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
        response.tellsLengthToHead = false
        #expect(encoded(response, head).hasSuffix("Content-Type: application/json\r\n\r\n"))
        #expect(encoded(response).hasSuffix("Content-Length: 2\r\n\r\n[]"))
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
        (1, "1"), (15, "f"), (16, "10"), (255, "ff"), (65_536, "10000"),
        (Int.max, "7fffffffffffffff"),
    ])
    func `a chunk begins with its size`(count: Int, digits: String) {
        var bytes: [UInt8] = []
        bytes.appendChunkHead(count)
        #expect(String(decoding: bytes, as: UTF8.self) == digits + "\r\n")
    }

    static func stream(_ length: Int?) -> Response {
        var response = Response(status: 200)
        response.content = .stream(
            ContentStream(length: length, timeMax: .seconds(1)) { () throws(IncompleteContent) in
                nil
            })
        return response
    }

    @Test(
        arguments: [
            (nil, false, "Transfer-Encoding: chunked\r\n", .chunks), (nil, true, "", .close),
            (7, false, "Content-Length: 7\r\n", .length),
            (7, true, "Content-Length: 7\r\n", .length),
        ] as [(Int?, Bool, String, ResponseEncoder.Delimitation)])
    func `a stream is delimited as its length and the peer's version allow`(
        length: Int?, isVersion10: Bool, line: String, expected: ResponseEncoder.Delimitation
    ) {
        var framing = framing
        framing.isVersion10 = isVersion10
        let response = Self.stream(length)
        framing.keepsAlive = !framing.endsWithConnection(response)
        #expect(framing.keepsAlive == (expected != .close))
        var bytes: [UInt8] = []
        let found = ResponseEncoder().encodeHead(of: response, framing, into: &bytes)
        #expect(found == expected)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("Transfer") == line.hasPrefix("Transfer"))
        #expect(text.contains("Content-Length") == line.hasPrefix("Content"))
        #expect(line.isEmpty || text.contains(line))
    }

    @Test func `the date moves when it is set`() {
        var encoder = ResponseEncoder()
        var bytes: [UInt8] = []
        encoder.encode(Self.json, framing, into: &bytes)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("Date"))
        encoder.setDate("a")
        encoder.setDate("b")
        encoder.encode(Self.json, framing, into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self).contains("\r\nDate: b\r\n"))
    }
}
