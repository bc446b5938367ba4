import TestSupport
import Testing

@testable import Network

@Suite struct AddressCacheTests {
    static func answer(_ host: String) -> AddressCache.Answer {
        .success([host].compactMap { SocketAddress(numericHost: $0, port: 0) })
    }

    @Test func `an answer is kept until its end`() {
        var cache = AddressCache(namesMax: 4)
        cache.keep(Self.answer("10.0.0.1"), for: "a", until: 100, at: 50)
        #expect(cache.answer(for: "a", at: 99) == Self.answer("10.0.0.1"))
        #expect(cache.answer(for: "a", at: 100) == nil)
        cache.keep(.failure(.notFound(reason: "x")), for: "a", until: 200, at: 150)
        #expect(cache.answer(for: "a", at: 160) == .failure(.notFound(reason: "x")))
        cache.forget("a")
        #expect(cache.answer(for: "a", at: 160) == nil)
    }

    @Test func `an answer that may not be kept replaces the one before by nothing`() {
        var cache = AddressCache(namesMax: 4)
        cache.keep(Self.answer("10.0.0.1"), for: "a", until: 100, at: 50)
        cache.keep(.failure(.busy), for: "a", until: 60, at: 60)
        #expect(cache.answer(for: "a", at: 60) == nil)
    }

    @Test func `what ends soonest makes room, and never more than must be is kept`() {
        var cache = AddressCache(namesMax: 3)
        for (name, end) in [("a", 300), ("b", 100), ("c", 200)] as [(String, UInt64)] {
            cache.keep(Self.answer("10.0.0.1"), for: name, until: end, at: 0)
        }
        cache.keep(Self.answer("10.0.0.1"), for: "d", until: 400, at: 10)
        #expect(cache.answer(for: "b", at: 10) == nil)
        var generator = SeededGenerator(seed: 7)
        for number in 0..<500 {
            let end = UInt64.random(in: 0..<1000, using: &generator)
            cache.keep(Self.answer("10.0.0.1"), for: "\(number)", until: end, at: UInt64(number))
            let kept = (0...number).count { cache.answer(for: "\($0)", at: 0) != nil }
            #expect(kept <= 3)
        }
    }
}
