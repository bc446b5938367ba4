import HTTP
import Testing

/// Marks upon one character, of which texts that are compared have a bounded number.
@Suite struct MarkTests {
    @Test(arguments: [
        ("%CC%81", 30, 0), ("%CC%81", 31, 400), ("\u{301}", 31, 400), ("%cc%81%CC%96", 16, 400),
        ("e%CC%81", 500, 0), ("%C3%A9", 500, 0),
    ])
    func `a target has at most thirty in a row`(mark: String, count: Int, expected: Int) {
        let marks = String(repeating: mark, count: count)
        for target in ["/a\(marks)", "/?a\(marks)=1", "/?a=\(marks)"] {
            #expect(status(of: "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n") == expected)
        }
    }

    @Test func `what is beyond ASCII in a field is opaque`() {
        let request = Request(
            .get, "/", fields: [("Accept", "te\u{301}xt"), ("Prefer", "plain"), ("Prefer", "ü")])
        #expect(request.field("accept") == "te\u{FFFD}\u{FFFD}xt")
        #expect(request.fields("prefer") == ["plain", "\u{FFFD}\u{FFFD}"])
        #expect(request.fieldBytes("prefer").map(Array.init) == Array("plain".utf8))
    }
}
