import Quotas
import Testing

@Suite struct SharesTests {
    @Test func `a caller has no more than his share, and all no more than there is`() {
        var shares = Shares(totalMax: 5, perCallerMax: 2)
        let taken = ["a", "a", "a", "b", "b", "c", "d"].map { shares.take(for: .user($0)) }
        #expect(taken == [nil, nil, .ofCaller, nil, nil, nil, .ofAll])
        shares.giveBack(from: .user("a"))
        let takenAfter = ["b", "d"].map { shares.take(for: .user($0)) }
        #expect(takenAfter == [.ofCaller, nil])
    }

    @Test func `what nobody has taken cannot be given back`() {
        var shares = Shares(totalMax: 1, perCallerMax: 1)
        shares.giveBack(from: .user("a"))
        let taken = ["a", "b"].map { shares.take(for: .user($0)) }
        #expect(taken == [nil, .ofAll])
    }
}
