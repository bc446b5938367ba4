import HTTP
import Testing

/// Decodes text in pieces of one size; the status of a fault, -1 if bytes are missing, else 0.
private func decode(
    _ text: String, pieces: Int, bytesMax: Int = 0x80_0000
) -> (status: Int, body: String, used: Int) {
    var decoder = ChunkedDecoder(limits: HTTPLimits(), bytesMax: bytesMax)
    var body: [UInt8] = []
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
        let end = min(index + pieces, bytes.count)
        switch decoder.decode(bytes.span.extracting(index..<end), into: &body) {
        case .complete(let count): return (0, String(decoding: body, as: UTF8.self), index + count)
        case .malformed(let fault): return (fault.status, "", index)
        case .incomplete: index = end
        }
    }
    return (-1, String(decoding: body, as: UTF8.self), index)
}

@Suite struct ChunkedDecoderTests {
    static let body =
        "5;a=\"b\"\r\nhello\r\n0000011 \r\n, chunky planets!\r\n0;z\r\nA: b\r\nC: d\r\n\r\n"

    @Test(arguments: 1...body.utf8.count)
    func `pieces of any size decode alike`(pieces: Int) {
        let result = decode(Self.body, pieces: pieces)
        #expect(result == (0, "hello, chunky planets!", Self.body.utf8.count))
    }

    @Test(arguments: 0..<body.utf8.count)
    func `every truncation is incomplete`(count: Int) {
        let text = String(decoding: Self.body.utf8.prefix(count), as: UTF8.self)
        #expect(decode(text, pieces: 7).status == -1)
    }

    @Test func `what follows the body is left alone`() {
        #expect(decode("0\r\n\r\nGET /", pieces: 100) == (0, "", 5))
    }

    static let bodies: [HeadCase] = [
        HeadCase("no size", "\r\n", 400),
        HeadCase("not hexadecimal", "g\r\n", 400),
        HeadCase("prefix", "0x5\r\nhello\r\n", 400),
        HeadCase("sign", "-1\r\n", 400),
        HeadCase("second number", "5 5\r\nhello\r\n", 400),
        HeadCase("leading blank", " 5\r\nhello\r\n", 400),
        HeadCase("LF only", "5\nhello\r\n", 400),
        HeadCase("CR only", "5\rhello\r\n", 400),
        HeadCase("data too long", "5\r\nhello!\r\n", 400),
        HeadCase("data without CR", "5\r\nhello\n", 400),
        HeadCase("LF in an extension", "5;a\nb\r\n", 400),
        HeadCase("CR in an extension", "5;a\rb\r\n", 400),
        HeadCase("LF in a trailer", "0\r\nA: b\n\r\n", 400),
        HeadCase("seventeen digits", "00000000000000005\r\n", 400),
        HeadCase("over 64 bits", "ffffffffffffffff\r\n", 413),
        HeadCase("over the limit", "800001\r\n", 413),
        HeadCase("long extension", "1;" + String(repeating: "a", count: 5_000), 400),
        HeadCase("long trailer", "0\r\nA: " + String(repeating: "a", count: 9_000), 431),
    ]

    @Test(arguments: bodies, [1, 100_000])
    func `broken bodies are refused`(row: HeadCase, pieces: Int) {
        #expect(decode(row.head, pieces: pieces).status == row.status)
    }

    @Test func `chunks together obey the limit`() {
        let (fits, isOver) = ("4\r\nabcd\r\n4\r\nabcd\r\n0\r\n\r\n", "4\r\nabcd\r\n5\r\n")
        #expect(decode(fits, pieces: 3, bytesMax: 8).status == 0)
        #expect(decode(isOver, pieces: 3, bytesMax: 8).status == 413)
    }
}
