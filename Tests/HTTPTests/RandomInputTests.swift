import HTTP
import TestSupport
import Testing

/// Changes, drops, doubles or inserts a few bytes, with a liking for those that mean something.
func mutated(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    let special = Array("\r\n :;,\t\u{0}0aF/*?".utf8) + [0x80, 0xFF, 0x7F]
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
        let index = Int.random(in: bytes.indices, using: &generator)
        let byte = special.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[index] = byte
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(byte, at: index)
        default: bytes.insert(contentsOf: bytes[index...].prefix(12), at: index)
        }
    }
    return bytes
}

/// Whatever comes, nothing traps, and pieces mean what the whole means.
@Suite struct RandomInputTests {
    static let seeds = 0..<8
    static let rounds = 400

    @Test(arguments: seeds)
    func `a head means the same in one piece and in many`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<Self.rounds {
            let bytes = mutated(Array(RequestParserTests.head.utf8), &generator)
            var whole = RequestParser(limits: HTTPLimits())
            let expected = outcome(whole.parse(bytes.span))
            var parser = RequestParser(limits: HTTPLimits())
            var found = "incomplete"
            for count in bytes.indices where found == "incomplete" {
                found = outcome(parser.parse(bytes.span.extracting(first: count + 1)))
            }
            #expect(found == expected, "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test(arguments: seeds)
    func `a chunked body means the same in one piece and in many`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<Self.rounds {
            let bytes = mutated(Array(ChunkedDecoderTests.body.utf8), &generator)
            let pieces = Int.random(in: 1...9, using: &generator)
            #expect(
                decoded(bytes, pieces: pieces) == decoded(bytes, pieces: bytes.count),
                "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test(arguments: seeds)
    func `frames mean the same in one piece and in many`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<Self.rounds {
            let bytes = mutated(WebSocketDecoderTests.conversation, &generator)
            let pieces = Int.random(in: 1...9, using: &generator)
            #expect(
                events(of: bytes, pieces: pieces) == events(of: bytes, pieces: bytes.count),
                "\(bytes)")
        }
    }

    private func outcome(_ verdict: RequestParser.Verdict) -> String {
        switch verdict {
        case .complete(let head, let count): "\(head.bytes) \(count) \(head.framing)"
        case .incomplete: "incomplete"
        case .malformed(let fault): "\(fault.status) \(fault.message)"
        }
    }

    private func decoded(_ bytes: [UInt8], pieces: Int) -> String {
        var decoder = ChunkedDecoder(limits: HTTPLimits(), bytesMax: 100)
        var body: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let end = min(index + pieces, bytes.count)
            switch decoder.decode(bytes.span.extracting(index..<end), into: &body) {
            case .complete(let count): return "\(body) \(index + count)"
            case .malformed(let fault): return fault.message
            case .incomplete: index = end
            }
        }
        return "incomplete \(body)"
    }
}
