import HTTP
import Testing

@Suite struct RetryAfterTests {
    static let statuses: [(Int, Int64?, String?)] = [
        (429, nil, "1"), (503, nil, "1"), (429, 30, "30"), (503, 2, "2"), (500, 5, nil),
        (200, nil, nil), (403, nil, nil),
    ]

    @Test(arguments: statuses)
    func `who is refused for now is told when to come back`(
        status: Int, seconds: Int64?, expected: String?
    ) {
        var response = Response(status: status)
        response.appendRetryAfter(seconds: seconds)
        #expect(response.field("Retry-After") == expected)
    }

    @Test func `so is a connection over the limit`() {
        let fault = HTTPFault(status: 503, message: "Too many connections.")
        #expect(fault.response.field("Retry-After") == "1")
    }
}
