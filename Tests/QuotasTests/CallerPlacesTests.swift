import Quotas
import TestSupport
import Testing

@Suite struct CallerPlacesTests {
    private let alice = Caller.user("alice")
    private let bob = Caller.user("bob")
    private let carol = Caller.user("carol")

    /// Two of Alice's, three of Bob's, four of the server's, by what they are called.
    private func made() -> CallerPlaces<String, String> {
        var places = CallerPlaces<String, String>()
        for (caller, ids) in [(alice, "ab"), (bob, "cde"), (Caller.server, "fghi")] {
            for id in ids { places.append("held as \(id)", id: String(id), of: caller) }
        }
        return places
    }

    @Test func `the last of whoever has most gives way, and nobody for one who would have as much`() {
        var places = made()
        #expect(places.displace(for: carol, with: 1) == "held as e")
        #expect(places.displace(for: carol, with: 2) == nil)
        #expect([alice, bob, carol].map { places.use(by: $0).each } == [2, 2, 0])
        #expect(places.total == 8)
        // Of two who have as much it may be either, once.
        let displaced = places.displace(for: carol, with: 1)
        #expect(displaced == "held as b" || displaced == "held as d")
    }

    @Test func `the server's own never give way`() {
        var places = made()
        for (id, caller) in [("a", alice), ("b", alice), ("c", bob), ("d", bob), ("e", bob)] {
            places.remove(id, of: caller)
        }
        #expect(places.displace(for: carol, with: 0) == nil && places.total == 4)
    }

    @Test func `what is not held is not removed`() {
        var places = made()
        places.remove("c", of: alice)
        places.remove("a", of: alice)
        places.remove("a", of: alice)
        places.remove("a", of: carol)
        #expect([alice, bob].map { places.use(by: $0).each } == [1, 3] && places.total == 8)
    }

    @Test(arguments: Caller.CrowdKind.allCases)
    func `the site that has most gives way before the caller who has`(kind: Caller.CrowdKind) {
        var places = CallerPlaces<Int, Caller>()
        let crowd = Caller.crowd(4, kind)
        let other = Caller.user("other", at: "198.51.100.7")
        let third = Caller.user("third", at: "198.51.100.8")
        for (number, caller) in (crowd + [crowd[2], other, other, other]).enumerated() {
            places.append(caller, id: number, of: caller)
        }
        // Five at one site, of which two are of one; three of the other's.
        #expect(places.displace(for: other, with: 1) == crowd[2])
        #expect(places.displace(for: other, with: 1) == nil)
        #expect(places.displace(for: crowd[3], with: 1) == nil)
        #expect(places.displace(for: third, with: 1).map(crowd.contains) == true)
        #expect(places.use(by: crowd[3]).site == 3 && places.total == 6)
    }
}
