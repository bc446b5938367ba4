import Expressions
import Testing

@testable import Realtime

/// The tokens of one socket's many channels are looked at one by one, and the loop does other
/// things between them.
@Suite struct SteppedTokensTests {
    private static let count = 50
    private let turns = Turns()
    private let stage: Stage
    private let peer: Peer

    /// One socket whose channels speak for two sessions by turns.
    init() throws {
        stage = try Stage(Models.all, in: turns)
        peer = stage.connect()
        for number in 0..<Self.count {
            stage.identities["t\(number)"] = user("u", session: "s\(number % 2)")
            peer.join("a\(number)", "", token: "t\(number)")
        }
        stage.endStepsAtEachLook()
    }

    /// How many tokens each step has asked about.
    private func steps() -> [Int] {
        stage.hub.tick(now: stage.now)
        var counts = [stage.asked.count]
        while turns.next() { counts.append(stage.asked.count) }
        return zip(counts, [0] + counts).map { $0 - $1 }
    }

    @Test func `those of one session are asked about one by one`() {
        stage.signOut(["s1"])
        let steps = steps()
        #expect((steps.max() ?? 0) <= 1, "\(steps)")
        #expect(stage.asked.count == Self.count / 2)
        #expect(peer.session.channels.count == Self.count / 2)
    }

    @Test func `so are all of them`() {
        stage.signOut(["s1"])
        stage.advance(microseconds: RealtimeLimits.tokenCheckSeconds * 1_000_000)
        let steps = steps()
        #expect((steps.max() ?? 0) <= 1, "\(steps)")
        #expect(stage.asked.count == Self.count)
        #expect(peer.session.channels.count == Self.count / 2)
    }

    @Test func `a channel that has been left in between is not asked about`() {
        stage.signOut(["s1"])
        stage.hub.tick(now: stage.now)
        let asked = stage.asked.count
        peer.session.closed(code: 1000)
        while turns.next() {}
        #expect(stage.asked.count == asked)
    }
}
