import Diagnostics
import Testing

@Suite struct NearestTests {
    @Test(arguments: [
        ("mesages", "messages"), ("Title", "title"), ("tilte", "title"), ("romos", "rooms"),
        ("zzz", nil), ("", nil),
    ])
    func `the nearest name is suggested`(name: String, expected: String?) {
        #expect(nearest(name, in: ["messages", "title", "rooms", "id"]) == expected)
    }
}
