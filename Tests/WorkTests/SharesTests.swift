import Testing
import Work

@Suite struct SharesTests {
    @Test func `a caller has no more than his share, and all no more than there is`() {
        var shares = Shares(totalMax: 5, perCallerMax: 2)
        #expect(shares.take(for: "a") && shares.take(for: "a"))
        #expect(!shares.take(for: "a"))
        #expect(shares.take(for: "b") && shares.take(for: "b") && shares.take(for: "c"))
        #expect(!shares.take(for: "d"), "all are in use")
        shares.giveBack(from: "a")
        #expect(!shares.take(for: "b") && shares.take(for: "d"))
    }

    @Test func `what nobody has taken cannot be given back`() {
        var shares = Shares(totalMax: 1, perCallerMax: 1)
        shares.giveBack(from: "a")
        #expect(shares.take(for: "a") && !shares.take(for: "b"))
    }
}
