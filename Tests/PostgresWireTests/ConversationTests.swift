import Bytes
import TestSupport
import Testing

@testable import PostgresWire

/// A scenario as it was held with one server.
struct RecordedScenario: CustomTestStringConvertible, Sendable {
    let scenario: Scenario
    let recording: Recording
    let testDescription: String

    /// Every recording there is: `<scenario>-<version>.txt`.
    static let all: [RecordedScenario] = {
        let folder = Repository.path("Tests/PostgresWireTests/Conversations")
        return (Scenario.all + [.pooled]).flatMap { scenario in
            ["15", "18"].compactMap { version in
                guard let text = contents("\(folder)/\(scenario.name)-\(version).txt") else {
                    return nil
                }
                return RecordedScenario(
                    scenario: scenario, recording: Recording(text),
                    testDescription: "\(scenario.name) with version \(version)")
            }
        }
    }()

    /// Plays it in pieces.
    func play(cuts: [Int]) -> (told: [String], heard: [UInt8]) {
        let peer = RecordedPeer(recording.server, cuts: cuts)
        let told = scenario.hold(with: peer)
        return (told, peer.heard)
    }

    /// Where the server has let us in: the start is long and the same each time.
    var startEnd: Int {
        let bytes = recording.server
        return (bytes.firstRange(of: hex("5a0000000549"))?.upperBound).map { $0 - 6 } ?? 0
    }
}

/// Conversations with real servers, played back.
@Suite struct ConversationTests {
    @Test func `there is a recording of every scenario`() {
        let recorded = Set(RecordedScenario.all.map(\.scenario.name))
        #expect(recorded == Set(Scenario.all.map(\.name) + ["pgbouncer"]))
    }

    @Test(arguments: RecordedScenario.all)
    func `what was told is told again, for the same bytes`(example: RecordedScenario) {
        let (told, heard) = example.play(cuts: example.recording.pauses)
        #expect(told == example.scenario.expected)
        #expect(heard == example.recording.client)
    }

    @Test(arguments: RecordedScenario.all)
    func `a server that sends single bytes says the same`(example: RecordedScenario) {
        let (told, heard) = example.play(cuts: Array(example.recording.server.indices))
        #expect(told == example.scenario.expected)
        #expect(heard == example.recording.client)
    }

    @Test(arguments: RecordedScenario.all)
    func `a pause after any byte changes nothing`(example: RecordedScenario) {
        let bytes = example.recording.server
        let start = example.scenario.name == "trust" ? 0 : example.startEnd
        for cut in start..<bytes.count {
            let (told, heard) = example.play(
                cuts: [cut] + example.recording.pauses.filter { $0 > cut })
            #expect(told == example.scenario.expected, "after \(cut) bytes")
            #expect(heard == example.recording.client, "after \(cut) bytes")
        }
    }

    @Test(arguments: RecordedScenario.all)
    func `a stream that ends anywhere ends the session, and no unit is forgotten`(
        example: RecordedScenario
    ) {
        let bytes = example.recording.server
        let expected = example.scenario.expected
        for count in example.startEnd..<bytes.count {
            let peer = RecordedPeer(Array(bytes[..<count]), cuts: [])
            let told = example.scenario.hold(with: peer)
            let whole = told.filter { !$0.contains("lost, ") && !$0.hasPrefix("ended") }
            #expect(expected.starts(with: whole), "after \(count) bytes")
        }
    }
}
