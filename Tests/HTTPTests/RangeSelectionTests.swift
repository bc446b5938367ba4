import HTTP
import Testing

@Suite struct RangeSelectionTests {
    private func select(
        _ fields: [(String, String)], of byteCount: Int = 10, _ method: HTTP.Method = .get
    ) -> RangeSelection {
        RangeSelection(
            Request(method, "/a", fields: fields).head, of: byteCount, entityTag: "\"v1\"",
            lastModified: "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test(
        arguments: [
            ("bytes=0-4", .part(0..<5)), ("bytes=0-0", .part(0..<1)), ("bytes=9-9", .part(9..<10)),
            ("bytes=4-", .part(4..<10)), ("bytes=4-99", .part(4..<10)), ("bytes=-3", .part(7..<10)),
            ("bytes=-99", .part(0..<10)), ("BYTES=1-2", .part(1..<3)),
            ("bytes= 1-2 ", .part(1..<3)),
            ("bytes=1-99999999999999999999", .part(1..<10)),
            ("bytes=-99999999999999999999", .part(0..<10)),
            ("bytes=10-", .unsatisfiable), ("bytes=10-12", .unsatisfiable),
            ("bytes=99999999999999999999-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
        ] as [(String, RangeSelection)])
    func `one range of bytes is a part, or lies behind the end`(
        range: String, expected: RangeSelection
    ) {
        #expect(select([("Range", range)]) == expected)
    }

    @Test(arguments: [
        "bytes=0-1,4-5", "bytes=0-1,", "items=0-1", "0-24", "bytes", "bytes=", "bytes=-",
        "bytes=5-4", "bytes=a-b", "bytes=1-b", "bytes=1--2", "bytes=+1-2", "bytes 0-1", "=0-1", "",
    ])
    func `what is not one range of bytes is passed over`(range: String) {
        #expect(select([("Range", range)]) == .whole)
    }

    @Test func `two lines are two ranges`() {
        #expect(select([("Range", "bytes=0-1"), ("Range", "bytes=4-5")]) == .whole)
    }

    @Test(arguments: [HTTP.Method.head, .post, .other("QUERY")])
    func `only GET knows ranges`(method: HTTP.Method) {
        #expect(select([("Range", "bytes=0-1")], method) == .whole)
    }

    @Test func `of nothing there is no part`() {
        #expect(select([("Range", "bytes=0-")], of: 0) == .unsatisfiable)
        #expect(select([("Range", "bytes=-1")], of: 0) == .whole)
        #expect(select([("Range", "bytes=-0")], of: 0) == .unsatisfiable)
    }

    @Test(arguments: [
        ("\"v1\"", true), ("\"v2\"", false), ("W/\"v1\"", false), ("v1", false), ("", false),
        ("Sun, 06 Nov 1994 08:49:37 GMT", true), ("Sun, 06 Nov 1994 08:49:38 GMT", false),
    ])
    func `a part is sent only of what the peer has seen`(condition: String, isMet: Bool) {
        let selection = select([("Range", "bytes=0-1"), ("If-Range", condition)])
        #expect(selection == (isMet ? .part(0..<2) : .whole))
    }

    @Test func `what has no validator has not been seen`() {
        for condition in ["\"v1\"", "Sun, 06 Nov 1994 08:49:37 GMT"] {
            let request = Request(
                .get, "/", fields: [("Range", "bytes=0-1"), ("If-Range", condition)])
            #expect(RangeSelection(request.head, of: 10) == .whole)
        }
        let weak = Request(.get, "/", fields: [("Range", "bytes=0-1"), ("If-Range", "W/\"a\"")])
        #expect(RangeSelection(weak.head, of: 10, entityTag: "W/\"a\"") == .whole)
    }

    @Test func `Content-Range tells the part and the whole`() {
        #expect(RangeSelection.part(2..<5).contentRange(of: 10) == "bytes 2-4/10")
        #expect(RangeSelection.unsatisfiable.contentRange(of: 10) == "bytes */10")
        #expect(RangeSelection.whole.contentRange(of: 10) == nil)
    }
}
