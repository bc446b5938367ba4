import Bytes
import Expressions
import Testing

@testable import Realtime

/// A filter is read once for all who join with it.
@Suite struct KnownFiltersTests {
    private let stage: Stage

    init() throws { stage = try Stage(Models.all) }

    private func filter(
        _ text: String, of table: String = "todos", isService: Bool = false
    ) throws -> BindingFilter? {
        let item = #"{"event":"*","schema":"public","table":"\#(table)","filter":"\#(text)"}"#
        let root = try JSONDocument(parsing: Array(item.utf8)).root
        let request = try #require(BindingRequest.list([root]).first)
        return try stage.hub.binder.resolve(request, isService: isService).first?.filter
    }

    @Test func `whoever asks for a filter again has the same`() throws {
        let first = try #require(try filter("list=in.(1,2)"))
        #expect(try filter("list=in.(1,2)") === first)
        #expect(try filter("list=in.(1,3)") !== first)
        #expect(try filter("id=eq.1") !== (try filter("id=eq.1", of: "notes")))
    }

    @Test func `the service role has its own, which may name what is hidden`() throws {
        let first = try #require(try filter("list=eq.1"))
        #expect(try filter("list=eq.1", isService: true) !== first)
    }

    @Test func `a reload forgets them`() throws {
        let first = try #require(try filter("list=eq.1"))
        try stage.reload(Models.all)
        #expect(try filter("list=eq.1") !== first)
    }

    @Test func `what is kept is bounded, and who is asked for stays`() throws {
        let known = KnownFilters(bytesMax: 10 * (RealtimeLimits.knownFilterBytesEach + 1))
        let filter = try #require(try filter("list=eq.1"))
        func key(_ number: Int) -> KnownFilters.Key {
            KnownFilters.Key(
                table: "", text: String(UnicodeScalar(UInt8(0x20 + number))), isService: false)
        }
        known.insert(filter, for: key(0))
        for number in 1..<90 {
            #expect(known.filter(key(0)) != nil)
            #expect(known.filter(key(number)) == nil)
            known.insert(filter, for: key(number))
        }
        let count = (0..<90).count { known.filter(key($0)) != nil }
        #expect(count >= 10 && count <= 20)
    }

    @Test func `one that is too long for a generation is not kept`() throws {
        let known = KnownFilters(bytesMax: 100)
        let filter = try #require(try filter("list=eq.1"))
        let key = KnownFilters.Key(
            table: "", text: String(repeating: "x", count: 100), isService: false)
        known.insert(filter, for: key)
        #expect(known.filter(key) == nil)
    }
}
