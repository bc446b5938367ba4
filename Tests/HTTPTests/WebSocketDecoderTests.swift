import HTTP
import TestSupport
import Testing

/// All events of a byte stream that comes in pieces of one size.
func events(of bytes: [UInt8], pieces: Int, messageBytesMax: Int = 100_000) -> [WebSocketEvent] {
    var decoder = WebSocketDecoder(messageBytesMax: messageBytesMax)
    var found: [WebSocketEvent] = []
    var start = 0
    while start < bytes.count {
        let end = min(start + pieces, bytes.count)
        var position = 0
        while let event = decoder.next(bytes.span.extracting(start..<end), at: &position) {
            found.append(event)
        }
        start = end
    }
    return found
}

@Suite struct WebSocketDecoderTests {
    static let conversation =
        clientFrame(0x81, "hello") + clientFrame(0x01, "frag") + clientFrame(0x89, "ping")
        + clientFrame(0x00, "men") + clientFrame(0x8A, "") + clientFrame(0x80, "ts ä€😀")
        + clientFrame(0x82, [0, 255]) + clientFrame(0x81, "")
        + clientFrame(0x88, [0x03, 0xE8] + Array("bye".utf8)) + clientFrame(0x81, "late")

    @Test(arguments: 1...60)
    func `pieces of any size make the same messages`(pieces: Int) {
        #expect(
            events(of: Self.conversation, pieces: pieces) == [
                .text(Array("hello".utf8)), .ping(Array("ping".utf8)), .pong([]),
                .text(Array("fragments ä€😀".utf8)), .binary([0, 255]), .text([]),
                .close(code: 1000),
            ])
    }

    @Test(
        arguments: [0, 1, 7, 8, 9, 125, 126, 127, 128, 65_535, 65_536, 70_001], [3, 4_096, 1 << 20])
    func `payloads of any length are unmasked`(count: Int, pieces: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(events(of: clientFrame(0x82, payload), pieces: pieces) == [.binary(payload)])
    }

    struct Broken: CustomTestStringConvertible, Sendable {
        let name: String
        let bytes: [UInt8]
        let code: UInt16
        var testDescription: String { name }

        init(_ name: String, _ bytes: [UInt8], _ code: UInt16 = 1002) {
            self.name = name
            self.bytes = bytes
            self.code = code
        }
    }

    static let broken: [Broken] = [
        Broken("reserved bit 1", clientFrame(0xC1, "a")),
        Broken("reserved bit 3", clientFrame(0x91, "a")),
        Broken("reserved opcode 3", clientFrame(0x83, "a")),
        Broken("reserved control opcode", clientFrame(0x8B, "a")),
        Broken("unmasked", [0x81, 0x01, 0x61]),
        Broken("fragmented ping", clientFrame(0x09, "a")),
        Broken("long ping", clientFrame(0x89, [UInt8](repeating: 0, count: 126))),
        Broken("nothing to continue", clientFrame(0x80, "a")),
        Broken("text inside text", clientFrame(0x01, "a") + clientFrame(0x81, "b")),
        Broken("length in a long form", clientFrame(0x81, [97], length: [0xFE, 0, 1])),
        Broken(
            "length in the longest form",
            clientFrame(0x81, [97], length: [0xFF, 0, 0, 0, 0, 0, 0, 0, 1])),
        Broken("negative length", [0x82, 0xFF, 0x80]),
        Broken("close with one byte", clientFrame(0x88, [3])),
        Broken("close reason not UTF-8", clientFrame(0x88, [3, 0xE8, 0xFF]), 1007),
        Broken("text not UTF-8", clientFrame(0x81, [0x61, 0xFF]), 1007),
        Broken("text ends inside a character", clientFrame(0x81, [0xE2, 0x82]), 1007),
        Broken("surrogate", clientFrame(0x81, [0xED, 0xA0, 0x80]), 1007),
        Broken("too long", clientFrame(0x82, [UInt8](repeating: 0, count: 1_001)), 1009),
        Broken(
            "too long in parts",
            clientFrame(0x02, [UInt8](repeating: 0, count: 1_000)) + clientFrame(0x80, [0]), 1009),
    ]

    @Test(arguments: broken, [1, 10_000])
    func `broken frames fail the connection`(row: Broken, pieces: Int) {
        let found = events(
            of: row.bytes + clientFrame(0x81, "late"), pieces: pieces, messageBytesMax: 1_000)
        guard found.count == 1, case .failure(let failure) = found[0] else {
            Issue.record("\(found)")
            return
        }
        #expect(failure.code == row.code)
        #expect(failure.reason.utf8.count <= 123)
    }

    @Test func `broken text fails with the byte that breaks it`() {
        let frame = clientFrame(0x01, [0x61, 0xF4, 0x90, 0x80])
        #expect(events(of: Array(frame.prefix(8)), pieces: 1).isEmpty)
        #expect(events(of: Array(frame.prefix(9)), pieces: 1).count == 1)
    }

    @Test(arguments: [
        (999, 1002), (1000, 1000), (1003, 1003), (1004, 1002), (1005, 1002), (1006, 1002),
        (1007, 1007),
        (1014, 1014), (1015, 1002), (2999, 1002), (3000, 3000), (4999, 4999), (5000, 1002),
        (0, 1002),
    ])
    func `close codes are checked`(code: Int, expected: UInt16) {
        let found = events(
            of: clientFrame(0x88, [UInt8(code >> 8), UInt8(code & 0xFF)]), pieces: 9)
        switch found.first {
        case .close(let told): #expect(told == expected)
        case .failure(let failure): #expect(failure.code == expected)
        default: Issue.record("\(found)")
        }
    }

    @Test func `a close without a code is 1005`() {
        #expect(events(of: clientFrame(0x88, []), pieces: 9) == [.close(code: 1005)])
    }
}

@Suite struct WebSocketFrameTests {
    @Test(
        arguments: [
            (0, [0x81, 0]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]),
            (65_535, [0x81, 126, 0xFF, 0xFF]), (65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])])
    func `lengths take their shortest form`(count: Int, header: [UInt8]) {
        let payload = [UInt8](repeating: 0x61, count: count)
        #expect(FramedBytes(textParts: [payload]).bytes == header + payload)
        let half = payload.count / 2
        let parts = [Array(payload[..<half]), [], Array(payload[half...])]
        #expect(FramedBytes(textParts: parts).bytes == header + payload)
        var frame: [UInt8] = []
        frame.append(frame: .text, payload: payload)
        #expect(frame == header + payload)
    }

    @Test func `a close reason is cut between characters`() {
        var bytes: [UInt8] = []
        bytes.append(closeFrame: 1001, reason: String(repeating: "ä", count: 100))
        #expect(bytes.count == 2 + 2 + 122)
        #expect(Array(bytes.prefix(4)) == [0x88, 124, 0x03, 0xE9])
    }
}

@Suite struct WebSocketHandshakeTests {
    static let fields = [
        ("Host", "a"), ("Upgrade", "websocket"), ("Connection", "keep-alive, Upgrade"),
        ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]

    static func request(
        without name: String = "", with fields: [(String, String)] = [], method: String = "GET",
        version: String = "1.1"
    ) -> Request? {
        let kept = Self.fields.filter { $0.0 != name } + fields
        let lines = kept.map { "\($0.0): \($0.1)\r\n" }.joined()
        return parsed("\(method) /ws HTTP/\(version)\r\n\(lines)\r\n").map {
            Request(head: $0, body: [])
        }
    }

    static func status(_ request: Request?) -> Int? {
        guard let request else { return nil }
        do {
            _ = try WebSocketHandshake(request)
            return 101
        } catch {
            return error.response.status
        }
    }

    @Test func `the answer holds the digest of the key and the salt`() throws {
        let handshake = try WebSocketHandshake(try #require(Self.request()))
        var salted = ""
        let response = handshake.response(subprotocol: "phoenix") { bytes in
            salted = String(decoding: bytes, as: UTF8.self)
            return [0, 1, 2]
        }
        #expect(salted == "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
        #expect(response.status == 101)
        #expect(response.field("sec-websocket-accept") == "AAEC")
        #expect(response.field("sec-websocket-protocol") == "phoenix")
    }

    @Test func `handshakes are judged`() {
        #expect(Self.status(Self.request()) == 101)
        #expect(Self.status(Self.request(without: "Upgrade")) == 426)
        #expect(Self.status(Self.request(without: "Connection")) == 426)
        #expect(Self.status(Self.request(without: "Sec-WebSocket-Version")) == 426)
        #expect(Self.status(Self.request(version: "1.0")) == 426)
        #expect(Self.status(Self.request(method: "POST")) == 400)
        #expect(Self.status(Self.request(with: [("Content-Length", "5")])) == 400)
        let key = "Sec-WebSocket-Key"
        #expect(Self.status(Self.request(without: key)) == 400)
        #expect(Self.status(Self.request(without: key, with: [(key, "dGhl")])) == 400)
        #expect(Self.status(Self.request(with: [(key, "dGhlIHNhbXBsZSBub25jZQ==")])) == 400)
    }
}
