import TestSupport
import Testing

@testable import Realtime

/// The least rank of an audience, whoever comes and goes.
@Suite struct RanksTests {
    @Test func `there is none without members`() {
        var ranks = Ranks()
        #expect(ranks.least == nil)
        ranks.insert(3)
        ranks.remove(3)
        #expect(ranks.least == nil)
    }

    @Test func `it is that of those who are there`() {
        var ranks = Ranks()
        var members: [UInt8] = []
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            if members.count < 20, members.isEmpty || Bool.random(using: &random) {
                members.append(UInt8.random(in: 0...63, using: &random))
                ranks.insert(members[members.count - 1])
            } else {
                ranks.remove(members.remove(at: Int.random(in: members.indices, using: &random)))
            }
            #expect(ranks.least == members.min())
        }
    }
}
