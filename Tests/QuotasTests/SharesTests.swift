import Quotas
import TestSupport
import Testing

@Suite struct SharesTests {
    @Test func `one has no more than a share, and all no more than there is`() {
        var shares = Shares<String>()
        let answers = ["a", "a", "a", "b", "b", "c", "d", "a"].map {
            shares.take(for: $0, totalMax: 5, eachMax: 2)
        }
        #expect(answers == [nil, nil, .ofShare, nil, nil, nil, .inAll, .ofShare])
        #expect(["a", "c", "d"].map { shares.count(of: $0) } == [2, 1, 0] && shares.total == 5)
        shares.giveBack(from: "a")
        let answersAfter = ["b", "d"].map { shares.take(for: $0, totalMax: 5, eachMax: 2) }
        #expect(answersAfter == [.ofShare, nil])
    }

    @Test func `several are taken together or not at all`() {
        var shares = Shares<String>()
        let answers = [3, 3, 2, 4].map { shares.take($0, for: "a", totalMax: 8, eachMax: 5) }
        #expect(answers == [nil, .ofShare, nil, .ofShare])
        let answersOfOthers = [4, 3].map { shares.take($0, for: "b", totalMax: 8, eachMax: 5) }
        #expect(answersOfOthers == [.inAll, nil])
        shares.giveBack(4, from: "a")
        #expect(shares.count(of: "a") == 1 && shares.total == 4)
    }

    @Test func `who is not known has no share and counts in all`() {
        var shares = Shares<String>()
        let answers = [4, 2].map { shares.take($0, for: nil, totalMax: 5, eachMax: 1) }
        #expect(answers == [nil, .inAll] && shares.total == 4)
        shares.giveBack(4, from: nil)
        #expect(shares.total == 0)
    }

    @Test func `what is added asks for no bound`() {
        var shares = Shares<String>()
        shares.add(7, for: "a")
        let answer = shares.take(for: "a", eachMax: 7)
        #expect(answer == .ofShare && shares.total == 7)
    }

    @Test func `what nobody has taken cannot be given back`() {
        var shares = Shares<String>()
        shares.giveBack(from: "a")
        shares.add(1, for: "a")
        shares.giveBack(3, from: "a")
        #expect(shares.total == 0)
    }

    @Test(arguments: Caller.CrowdKind.allCases)
    func `all of one site have no more than four of them may have`(kind: Caller.CrowdKind) {
        var shares = Shares<Caller>()
        let crowd = Caller.crowd(26, kind)
        func take(_ caller: Caller) -> Bool {
            shares.take(for: caller, totalMax: 20, eachMax: 2) == nil
        }
        #expect((0..<2).map { _ in crowd.count { take($0) } } == [8, 0])
        #expect((0..<3).map { _ in take(.user("other", at: "198.51.100.7")) } == [true, true, false])
        shares.giveBack(from: crowd[0])
        #expect(crowd.count { take($0) } == 1)
    }
}
