import Bytes
import Testing

@testable import HTTP

@Suite struct RouteTests {
    private typealias Row = Route<Void>

    private static let patterns: [(MethodSet, PathPattern)] = [
        (.get, ""), (.get, "buckets"), ([.get, .delete], "buckets/{bucket}"),
        (.post, "buckets/empty"), (.get, "object/{bucket}/{path...}"),
        (.put, "object/{bucket}/{path...}"), (.get, "object/public/{bucket}/{path...}"),
        (.any, "rpc/{function}"),
    ]

    /// What a request finds: its pattern and parameters, the methods there are, or nothing.
    private func finding(_ method: Method, _ path: String, mergesSlashes: Bool = false) -> String {
        let rows = Self.patterns.map { methods, pattern in
            Row(methods, pattern, .open) { _, _, _ in Response(status: 200) }
        }
        let table = RouteTable(prefix: "/v1", mergesSlashes: mergesSlashes, entry: .open, rows)
        guard let rest = table.path(inside: Array(path.utf8)[...]) else { return "elsewhere" }
        switch table.match(method, rest) {
        case .row(let row, let parameters):
            let values = (0..<parameters.count).map { String(utf8: parameters[$0]) }
            return ([table.routes[row].pattern.text] + values).joined(separator: " ")
        case .refusal(.wrongMethod(let allowed, _)): return allowed.allow
        case .refusal: return "nothing"
        }
    }

    @Test(arguments: [
        ("/v1", ""), ("/v1/", ""), ("/v1//", "nothing"), ("/v2", "elsewhere"),
        ("/v1x", "elsewhere"),
        ("*", "elsewhere"), ("/v1/buckets", "buckets"), ("/v1/buckets/a", "buckets/{bucket} a"),
        ("/v1/buckets/a%2Fb", "buckets/{bucket} a%2Fb"), ("/v1/bucket", "nothing"),
        ("/v1/buckets/", "buckets/{bucket} "), ("/v1/buckets/a/b", "nothing"),
        ("/v1//buckets", "nothing"), ("/v1/b%75ckets", "nothing"),
        ("/v1/object/a/b/c.png", "object/{bucket}/{path...} a b/c.png"),
        ("/v1/object/a", "object/{bucket}/{path...} a "),
        ("/v1/object/a//b/", "object/{bucket}/{path...} a /b/"),
        ("/v1/object/public/a/b", "object/public/{bucket}/{path...} a b"),
        ("/v1/object/public", "object/{bucket}/{path...} public "), ("/v1/object", "nothing"),
        ("/v1/rpc", "nothing"), ("/v1/rpc/f", "rpc/{function} f"),
    ])
    func `the most definite pattern wins`(path: String, expected: String) {
        #expect(finding(.get, path) == expected)
        #expect(finding(.head, path) == expected)
    }

    @Test(arguments: [
        ("/v1//", ""), ("/v1//buckets/", "buckets"), ("/v1/buckets//a//", "buckets/{bucket} a"),
        ("/v1/object//a//b/", "object/{bucket}/{path...} a b/"), ("/v1/rpc//", "nothing"),
    ])
    func `slashes can be merged`(path: String, expected: String) {
        #expect(finding(.get, path, mergesSlashes: true) == expected)
    }

    @Test(arguments: [
        (Method.post, "/v1/buckets", "GET, HEAD"), (.put, "/v1/buckets/a", "GET, HEAD, DELETE"),
        (.delete, "/v1/buckets/empty", "POST"), (.options, "/v1/object/a/b", "GET, HEAD, PUT"),
        (.other("TRACE"), "/v1/rpc/f", "rpc/{function} f"), (.put, "/v1/nothing", "nothing"),
    ])
    func `a path with other methods names them`(method: Method, path: String, expected: String) {
        #expect(finding(method, path) == expected)
    }

    @Test func `methods are listed in one order, extensions not at all`() {
        #expect(MethodSet.any.allow == "OPTIONS, GET, HEAD, POST, PUT, PATCH, DELETE")
        #expect(
            MethodSet.any.subtracting(.options)
                == MethodSet.resource.union(MethodSet(rawValue: 128)))
        #expect(([.delete, .get] as MethodSet).allow == "GET, HEAD, DELETE")
        #expect(MethodSet.any.contains(.other("TRACE")) && !MethodSet.resource.contains(.options))
    }

    @Test func `two rows for one request are found when the table is made`() async {
        await #expect(processExitsWith: .failure) {
            let row = Route<Void>(.get, "a/{b}", .open) { _, _, _ in Response(status: 200) }
            let other = Route<Void>([.get, .put], "a/{c}", .key) { _, _, _ in Response(status: 200)
            }
            _ = RouteTable(prefix: "", entry: .open, [row, other])
        }
    }
}
