import HTTP
import Testing

@testable import Server

@Suite struct RequestCostTests {
    /// What a request is, and its estimate where an answer has a hundred rows at most.
    static let estimates: [(HTTP.Method, String, Int)] = [
        (.get, "/rest/v1/rooms", 11),
        (.get, "/rest/v1/rooms?limit=20", 3),
        (.get, "/rest/v1/rooms?limit=20&limit=50", 6),
        (.get, "/rest/v1/rooms?limit=20&limit=1000000", 11),
        (.get, "/rest/v1/rooms?limit=many", 11),
        (.get, "/rest/v1/rooms?messages.limit=1", 11),
        (.get, "/rest/v1/rooms?limit=20&select=name,count(),body.max()", 3),
        (.get, "/rest/v1/rooms?limit=20&select=name,messages(id,author:profiles!inner(name))", 7),
        (.get, "/rest/v1/rooms?limit=20&name=eq.select(a(b", 3),
        (.get, "/rest/v1/rooms?limit=20&select=messages(", 3),
        (.post, "/rest/v1/rooms?limit=20", 1),
    ]

    @Test(arguments: estimates)
    func `rows and embeds are estimated as the request language reads them`(
        method: HTTP.Method, target: String, cost: Int
    ) {
        #expect(RequestCost.estimate(Request(method, target), 100) == cost)
    }

    @Test func `what asks for no rows costs its body`() {
        let request = Request(.post, "/auth/v1/token", body: Array(repeating: 0, count: 4096))
        #expect(RequestCost.estimate(request, nil) == 5)
    }
}
