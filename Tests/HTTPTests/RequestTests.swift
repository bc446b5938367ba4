import HTTP
import Testing

@Suite struct RequestTests {
    @Test func `a request made by hand reads like a parsed one`() {
        let request = Request(
            .get, "/rest/v1/items?id=eq.1", fields: [("accept", "*/*"), ("X-A", "1"), ("x-a", "2")])
        #expect(request.path == "/rest/v1/items")
        #expect(Array(request.rawQuery) == Array("id=eq.1".utf8))
        #expect(request.field("Accept") == "*/*")
        #expect(request.fields("x-A") == ["1", "2"])
        #expect(request.fieldBytes("x-a").map(Array.init) == [UInt8(ascii: "1")])
        #expect(request.head.fieldEquals("accept", "*/*"))
    }

    @Test func `an absolute target without a path is the root`() {
        #expect(
            parsed("GET http://a?b HTTP/1.1\r\nHost: a\r\n\r\n").map { Array($0.rawPath) } == [0x2F]
        )
    }

    @Test(arguments: [
        (Method.get, "GET"), (.head, "HEAD"), (.post, "POST"), (.put, "PUT"), (.patch, "PATCH"),
        (.delete, "DELETE"), (.options, "OPTIONS"), (.other("TRACE"), "TRACE"),
        (.other("get"), "get"),
    ])
    func `methods are case-sensitive`(method: Method, name: String) {
        #expect(parsed("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n")?.method == method)
        #expect(method.name == name)
    }

    @Test(arguments: [
        ("", []), ("a=1", ["a=1"]), ("a=1&b=2", ["a=1", "b=2"]), ("a", ["a!"]), ("a=", ["a="]),
        ("=b", ["=b"]), ("&&a=1&", ["a=1"]), ("a=b=c", ["a=b=c"]), ("a+b=c+d", ["a b=c d"]),
        ("a=%2B%26%3D", ["a=+&="]), ("a=%C3%A4", ["a=ä"]), ("a=100%", ["a=100%"]),
        ("a=%zz+%41", ["a=%zz A"]), ("a=%FF", ["a=\u{FFFD}"]),
    ])
    func `queries are split and decoded`(raw: String, expected: [String]) {
        let found = QueryString.parse(ArraySlice(raw.utf8))
        #expect(found.map { $0.value.map { [$0] } ?? [] }.count == expected.count)
        #expect(found.map { $0.name + ($0.value.map { "=" + $0 } ?? "!") } == expected)
    }
}
