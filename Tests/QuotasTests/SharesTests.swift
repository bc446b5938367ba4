import Quotas
import TestSupport
import Testing

@Suite struct SharesTests {
    @Test func `one has no more than a share, and all no more than there is`() {
        var shares = Shares<Caller>()
        let answers = ["a", "a", "a", "b", "b", "c", "d", "a"].map {
            shares.take(for: .user($0), within: ShareBounds(total: 5, each: 2))
        }
        #expect(answers == [nil, nil, .ofShare, nil, nil, nil, .inAll, .ofShare])
        #expect(["a", "c", "d"].map { shares.count(of: .user($0)) } == [2, 1, 0] && shares.total == 5)
        shares.giveBack(from: .user("a"))
        let answersAfter = ["b", "d"].map {
            shares.take(for: .user($0), within: ShareBounds(total: 5, each: 2))
        }
        #expect(answersAfter == [.ofShare, nil])
    }

    @Test func `several are taken together or not at all`() {
        var shares = Shares<Caller>()
        let answers = [3, 3, 2, 4].map {
            shares.take($0, for: .user("a"), within: ShareBounds(total: 8, each: 5))
        }
        #expect(answers == [nil, .ofShare, nil, .ofShare])
        let answersOfOthers = [4, 3].map {
            shares.take($0, for: .user("b"), within: ShareBounds(total: 8, each: 5))
        }
        #expect(answersOfOthers == [.inAll, nil])
        shares.giveBack(4, from: .user("a"))
        #expect(shares.count(of: .user("a")) == 1 && shares.total == 4)
    }

    @Test func `who is not known has no share and counts in all`() {
        var shares = Shares<Caller>()
        let answers = [4, 2].map {
            shares.take($0, for: nil, within: ShareBounds(total: 5, each: 1))
        }
        #expect(answers == [nil, .inAll] && shares.total == 4)
        shares.giveBack(4, from: nil)
        #expect(shares.total == 0)
    }

    @Test func `what is added asks for no bound`() {
        var shares = Shares<Caller>()
        shares.add(7, for: .user("a"))
        let answer = shares.take(for: .user("a"), within: ShareBounds(each: 7))
        #expect(answer == .ofShare && shares.total == 7)
    }

    @Test func `what nobody has taken cannot be given back`() {
        var shares = Shares<Caller>()
        shares.giveBack(from: .user("a"))
        shares.add(1, for: .user("a"))
        shares.giveBack(3, from: .user("a"))
        #expect(shares.total == 0)
    }

    @Test(arguments: Caller.CrowdKind.allCases)
    func `all of one site have no more than four of them may have`(kind: Caller.CrowdKind) {
        var shares = Shares<Caller>()
        let crowd = Caller.crowd(26, kind)
        func take(_ caller: Caller) -> Bool {
            shares.take(for: caller, within: ShareBounds(total: 20, each: 2)) == nil
        }
        #expect((0..<2).map { _ in crowd.count { take($0) } } == [8, 0])
        #expect((0..<3).map { _ in take(.user("other", at: "198.51.100.7")) } == [true, true, false])
        shares.giveBack(from: crowd[0])
        #expect(crowd.count { take($0) } == 1)
    }

    /// What a site may have: what four may, and what leaves one share to others, but no less than
    /// one.
    static let bounds: [(total: Int, each: Int, site: Int)] = [
        (100, 10, 40), (40, 10, 30), (15, 10, 10), (10, 10, 10), (5, 10, 10), (.max, 10, 40),
        (.max, .max, .max), (10, .max, .max), (0, 0, 0),
    ]

    @Test(arguments: bounds)
    func `a site has several shares, and leaves one`(total: Int, each: Int, site: Int) {
        #expect(ShareBounds(total: total, each: each).site == site)
    }

    @Test func `what there is not enough of is said by what one can do about it`() {
        let bounds = ShareBounds(total: 10, each: 2)
        let uses: [(ShareUse, ShareShortage?)] = [
            (ShareUse(total: 10, each: 2, site: 8), .ofShare),
            (ShareUse(total: 10, each: 1, site: 8), .ofSite),
            (ShareUse(total: 10, each: 1, site: 7), .inAll),
            (ShareUse(total: 9, each: 1, site: 7), nil),
        ]
        for (use, shortage) in uses { #expect(bounds.shortage(beside: use) == shortage) }
    }
}
