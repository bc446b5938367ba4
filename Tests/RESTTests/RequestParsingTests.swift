import Bytes
import Diagnostics
import HTTP
import Testing

@testable import REST

@Suite struct HeaderTests {
    static let accepts: [(String?, MediaType)] = [
        (nil, .json), ("*/*", .json), ("application/json", .json), ("APPLICATION/JSON", .json),
        ("text/csv, application/json;q=0.5", .json),
        ("application/vnd.pgrst.object+json", .object(stripsNulls: false)),
        ("application/vnd.pgrst.object", .object(stripsNulls: false)),
        ("application/vnd.pgrst.object+json;nulls=stripped", .object(stripsNulls: true)),
        ("application/vnd.pgrst.array+json; nulls=stripped", .array(stripsNulls: true)),
        (
            "application/json;q=0.1, application/vnd.pgrst.object+json;q=0.9",
            .object(stripsNulls: false)
        ),
        ("text/csv", .unavailable("text/csv")),
        ("application/geo+json", .unavailable("application/geo+json")),
    ]

    @Test(arguments: accepts)
    func `the best known media type is chosen`(accept: String?, type: MediaType) {
        #expect(MediaType(accept: accept) == type)
    }

    @Test func `the first of each preference counts and unknown ones are kept`() {
        let preferences = Preferences([
            "return=minimal, count=exact",
            "return=representation,foo=bar , resolution=merge-duplicates",
            "count=none,max-affected=3,handling=strict,tx=rollback,missing=default",
        ])
        #expect(preferences.return == .minimal && preferences.count == .exact)
        #expect(preferences.resolution == .merge && preferences.missing == .default)
        #expect(preferences.maxAffected == 3 && preferences.isStrict)
        #expect(preferences.unknown == ["foo=bar", "count=none"])
        #expect(
            preferences.applied(to: .insert, resolvesConflicts: true)
                == "resolution=merge-duplicates, missing=default, return=minimal, count=exact, handling=strict"
        )
        #expect(
            preferences.applied(to: .delete, resolvesConflicts: false)
                == "return=minimal, count=exact, handling=strict, max-affected=3")
        #expect(Preferences([]).applied(to: nil, resolvesConflicts: false) == nil)
    }
}

@Suite struct PlanCacheTests {
    private func key(_ number: Int) -> [UInt8] { Array("shape \(number)".utf8) }

    private func kept(of count: Int, members: Int) -> Int {
        var cache = PlanCache<Int>()
        for number in 0..<count { cache.insert(number, for: key(number), members: members) }
        return (0..<count).count { number in
            var copy = cache
            return copy.plan(for: key(number)) == number
        }
    }

    @Test func `it keeps many small plans, few large ones, and none that is huge`() {
        #expect(kept(of: 3000, members: 1) > 500)
        let bytes = RESTLimits.planBytesPerMember * 1000
        #expect((4...RESTLimits.cachedPlanBytesMax / bytes).contains(kept(of: 100, members: 1000)))
        #expect(kept(of: 1, members: RESTLimits.membersMax) == 0)
    }

    @Test func `a plan that is asked for stays`() {
        var cache = PlanCache<Int>()
        cache.insert(-1, for: key(-1), members: 10)
        for number in 0..<3000 {
            #expect(cache.plan(for: key(-1)) == -1)
            cache.insert(number, for: key(number), members: 100)
        }
    }
}

@Suite struct PlanKeyTests {
    func key(_ target: String, _ fields: [(String, String)] = [], isService: Bool = false)
        -> PlanKey?
    {
        let request = Request(.get, target, fields: fields)
        return PlanKey(request, table: request.rawPath, isService: isService)
    }

    @Test func `requests that differ in operands share a key`() {
        #expect(key("/t?id=eq.1&limit=5")?.bytes == key("/t?id=eq.2222&limit=10")?.bytes)
        #expect(key("/t?a.b=gte.x")?.bytes == key("/t?a.b=gte.y")?.bytes)
    }

    static let different: [(String, String)] = [
        ("/t?id=eq.1", "/t?id=neq.1"), ("/t?id=eq.1", "/u?id=eq.1"),
        ("/t?id=in.(1)", "/t?id=in.(2)"),
        ("/t?select=eq.a", "/t?select=eq.b"), ("/t?order=a", "/t?order=b"),
        ("/t?limit=0", "/t?limit=1"),
        ("/t?or=eq.1", "/t?or=eq.2"), ("/t?a=eq.1&b=eq.1", "/t?b=eq.1&a=eq.1"),
        ("/t?id=is.null", "/t?id=is.true"),
        ("/t?\"id\"=eq.1", "/t?\"id\"=eq.2"), ("/t?columns=eq.1", "/t?columns=eq.2"),
    ]

    @Test(arguments: different)
    func `requests that mean something else do not`(one: String, other: String) {
        #expect(key(one)?.bytes != key(other)?.bytes)
    }

    @Test func `role, media type and preferences are part of the key`() {
        let plain = key("/t")?.bytes
        #expect(key("/t", isService: true)?.bytes != plain)
        #expect(key("/t", [("accept", "application/vnd.pgrst.object+json")])?.bytes != plain)
        #expect(key("/t", [("prefer", "count=exact")])?.bytes != plain)
        #expect(key("/t", [("accept-profile", "public")])?.bytes != plain)
    }

    @Test func `an operand is counted among the parameters as the query string counts them`() {
        let raw = Array("&a=1&&id=eq.5&".utf8)
        #expect(key("/t?&a=1&&id=eq.5&")?.operands.map(\.parameter) == [1])
        #expect(QueryString.parse(raw[...]).map(\.name) == ["a", "id"])
    }

    @Test func `operands are decoded and what cannot be kept has no key`() {
        #expect(key("/t?id=eq.a%20b+c")?.operands.first?.text == "a b c")
        #expect(key("/t?limit=25")?.operands.first?.number == 25)
        #expect(key("/t?id=eq.%zz") == nil)
        #expect(key("/t", [("range", "0-1")]) == nil)
        #expect(key("/t?id=eq." + String(repeating: "x", count: 4000)) == nil)
    }
}
