import Bytes
import TestSupport
import Testing

@testable import PostgresWire

/// Whatever comes, nothing traps and nothing hangs. `APUS_FUZZ_ROUNDS=100000 swift test --filter
/// PostgresWireTests.FuzzTests` looks longer, `APUS_SEED` elsewhere.
@Suite struct FuzzTests {
    static let rounds = LiveServer.fuzzRounds ?? 300
    static let seeds = (LiveServer.seed ?? 1)..<((LiveServer.seed ?? 1) + 4)

    /// Changes, drops, doubles or inserts a few bytes, with a liking for those that mean something.
    private func mutated(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        let special =
            Array("CDEGHIKNRSTZdcnstv123%=:@/'\\[],.*".utf8) + [0, 1, 4, 5, 0x7F, 0x80, 0xFF]
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let index = Int.random(in: bytes.indices, using: &generator)
            let byte = special.randomElement(using: &generator) ?? 0
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[index] = byte
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(byte, at: index)
            case 3: bytes.removeSubrange(index...)
            default: bytes.insert(contentsOf: bytes[index...].prefix(12), at: index)
            }
        }
        return bytes
    }

    @Test(arguments: seeds)
    func `a server that says anything is heard to its end`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<Self.rounds {
            guard let example = RecordedScenario.all.randomElement(using: &generator) else {
                return
            }
            let bytes = mutated(example.recording.server, &generator)
            let cuts = (0..<3).map { _ in Int.random(in: 0...bytes.count, using: &generator) }
                .sorted()
            // The same in one piece and in some, but for what has been sent when it ends.
            let whole = example.scenario.hold(with: RecordedPeer(bytes, cuts: []))
            let pieces = example.scenario.hold(with: RecordedPeer(bytes, cuts: cuts))
            #expect(whole.map(isLost) == pieces.map(isLost))
        }
    }

    private func isLost(_ words: String) -> String {
        words.contains(" lost, ") ? "lost" : words
    }

    static let values = [
        "0000000000000000", "000300014000000104d2162e2328",
        "000b000700000009000c0d801ed204d2162e23340d801ed204d2162e2328",
        "00000001 00000001 00000017 00000003 00000001 00000004 00000001 ffffffff 00000004 00000003",
        "00000003 00000017 00000004 00000001 00000019 ffffffff 00000019 00000001 78",
        "00000002000000000000000a0000000000000014000000000000000c000000000000000f",
        "0189f7e21c9d7a3b8c4d123456789abc", "017b2261223a20317d", "000303c566e91340",
        "5047434f50590aff0d0a00 00000000 00000000 0002 00000001 61 ffffffff",
    ].map(hex)

    @Test(arguments: seeds)
    func `any bytes are a value or a fault`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<(Self.rounds * 20) {
            guard let value = Self.values.randomElement(using: &generator) else { return }
            read(mutated(value, &generator))
        }
    }

    /// As every type.
    private func read(_ bytes: [UInt8]) {
        let span = bytes.span
        _ = try? Binary.bool(span)
        _ = try? Binary.int8(span)
        _ = try? Binary.timestamp(span)
        _ = try? Binary.date(span)
        _ = try? Binary.time(span)
        _ = try? Binary.interval(span)
        _ = try? Binary.snapshot(span)
        _ = try? Binary.jsonb(span).count
        var text: [UInt8] = []
        try? Binary.appendUUID(span, to: &text)
        readNumeric(bytes)
        if var reader = try? ArrayReader(span, of: .int4) {
            while !reader.isAtEnd { _ = reader.next()?.count }
        }
        if var reader = try? RecordReader(span) {
            while !reader.isAtEnd { _ = reader.next()?.count }
        }
        var copy = BinaryCopyReader()
        if var row = try? copy.row(in: span) {
            while !row.isAtEnd { _ = row.next()?.count }
        }
    }

    /// What is printed is read again as the same number.
    private func readNumeric(_ bytes: [UInt8]) {
        guard let numeric = try? Numeric(bytes.span) else { return }
        _ = try? numeric.scaled(to: 18)
        var text: [UInt8] = []
        numeric.append(to: &text)
        var again: [UInt8] = []
        guard (try? again.appendNumeric(text: text.span)) != nil else { return }
        var printed: [UInt8] = []
        if let second = try? Numeric(again.span) { second.append(to: &printed) }
        // Zero loses its sign.
        #expect(printed == text || printed == Array(text.dropFirst()), "\(Hex.encode(bytes))")
    }

    static let strings =
        ConnectionTargetTests.cases.map(\.text) + [ConnectionTargetTests.services]
        + [ConnectionTargetTests.passwords]

    @Test(arguments: seeds)
    func `any text names a server or a fault`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<(Self.rounds * 5) {
            guard let text = Self.strings.randomElement(using: &generator) else { return }
            let bytes = mutated(Array(text.utf8), &generator)
            let changed = String(utf8: bytes)
            _ = try? ConnectionTarget(changed, systemUser: "me")
            _ = try? ServiceFile(changed)
            _ = PasswordFile(changed).password(
                host: Host(address: .name("a")), database: "b", user: "c")
            try? [UInt8]().appendingNumeric(bytes)
        }
    }
}

extension [UInt8] {
    fileprivate func appendingNumeric(_ text: [UInt8]) throws {
        var bytes = self
        try bytes.appendNumeric(text: text.span)
    }
}
