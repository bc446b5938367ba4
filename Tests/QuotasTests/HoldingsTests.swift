import Quotas
import Testing

@Suite struct HoldingsTests {
    private let alice = Caller.user("alice")
    private let bob = Caller.user("bob")
    private let carol = Caller.user("carol")

    /// Two of Alice's, three of Bob's, four of the server's, by what they are called.
    private func made() -> Holdings<String, String> {
        var holdings = Holdings<String, String>()
        for (caller, ids) in [(alice, "ab"), (bob, "cde"), (Caller.server, "fghi")] {
            for id in ids { holdings.append("held as \(id)", id: String(id), of: caller) }
        }
        return holdings
    }

    @Test func `the last of whoever has most gives way, and nobody for one who would have as much`() {
        var holdings = made()
        #expect(holdings.displace(forHolderOf: 1) == "held as e")
        #expect(holdings.displace(forHolderOf: 2) == nil)
        #expect([alice, bob, carol].map { holdings.count(of: $0) } == [2, 2, 0])
        #expect(holdings.total == 8)
        // Of two who have as much it may be either, once.
        let displaced = holdings.displace(forHolderOf: 1)
        #expect(displaced == "held as b" || displaced == "held as d")
    }

    @Test func `the server's own never give way`() {
        var holdings = made()
        for (id, caller) in [("a", alice), ("b", alice), ("c", bob), ("d", bob), ("e", bob)] {
            holdings.remove(id, of: caller)
        }
        #expect(holdings.displace(forHolderOf: 0) == nil && holdings.total == 4)
    }

    @Test func `what is not held is not removed`() {
        var holdings = made()
        holdings.remove("c", of: alice)
        holdings.remove("a", of: alice)
        holdings.remove("a", of: alice)
        holdings.remove("a", of: carol)
        #expect([alice, bob].map { holdings.count(of: $0) } == [1, 3] && holdings.total == 8)
    }
}
