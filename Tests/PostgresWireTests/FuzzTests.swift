import Bytes
import TestSupport
import Testing

@testable import PostgresWire

/// Whatever comes, nothing traps and nothing hangs. `APUS_FUZZ_ROUNDS=100000 swift test --filter
/// PostgresWireTests.FuzzTests` looks longer, `APUS_SEED` elsewhere. Single values are fuzzed by
/// `Tests/Fuzz/run postgres-values`.
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
