import Bytes
import Expressions
import Testing
import Values

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

    @Test(arguments: [(bytes: 1_000, isKept: true), (2_000, false)])
    func `a text counts many times its bytes`(bytes: Int, isKept: Bool) throws {
        let each = RealtimeLimits.knownFilterBytesEach
        let known = KnownFilters(
            bytesMax: 8 * (each + 1_500 * RealtimeLimits.knownFilterBytesPerByte))
        let filter = try #require(try filter("list=eq.1"))
        let key = KnownFilters.Key(
            table: "", text: ExactText(String(repeating: "x", count: bytes)), isService: false)
        known.insert(filter, for: key)
        #expect((known.filter(key) != nil) == isKept)
    }
}
