import Addresses
import HTTP
import HTTPServer
import Testing

@Suite struct TrustedProxyTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let lines: [String]
        let client: String
        var testDescription: String { lines.joined(separator: " | ") }
    }

    private static let ranges = ["10.0.0.0/8", "127.0.0.1", "2001:db8:ffff::/48"]
        .compactMap(AddressRange.init)

    private func client(_ row: Case, _ field: ForwardedField, from: String) -> String {
        let name = field == .forwarded ? "Forwarded" : "X-Forwarded-For"
        let request = Request(.get, "/", fields: row.lines.map { (name, $0) })
        let proxies = TrustedProxies(Self.ranges, field: field)
        let peer = Peer(from)
        return proxies.include(peer)
            ? proxies.client(of: request.head, from: peer).address : peer.address
    }

    static let forwardedFor = [
        Case(lines: [], client: "10.0.0.1"),
        Case(lines: ["203.0.113.7"], client: "203.0.113.7"),
        Case(lines: ["203.0.113.7:4711"], client: "203.0.113.7"),
        Case(lines: ["2001:db8::1"], client: "2001:db8::1"),
        Case(lines: ["[2001:db8::1]:443"], client: "2001:db8::1"),
        // What the client itself claims stands before what the first proxy has seen.
        Case(lines: ["198.51.100.1, 203.0.113.7, 10.2.3.4"], client: "203.0.113.7"),
        Case(lines: ["127.0.0.1, 203.0.113.7"], client: "203.0.113.7"),
        Case(lines: ["198.51.100.1", "203.0.113.7 ,10.0.0.9"], client: "203.0.113.7"),
        Case(lines: ["10.0.0.2, 10.0.0.3"], client: "10.0.0.2"),
        Case(lines: ["2001:db8:ffff::9, 10.0.0.3"], client: "2001:db8:ffff::9"),
        Case(lines: ["203.0.113.7, unknown, 10.0.0.3"], client: "10.0.0.3"),
        Case(lines: ["203.0.113.7, "], client: "10.0.0.1"),
        Case(lines: ["::ffff:203.0.113.7"], client: "203.0.113.7"),
        // A quotation mark of the client's does not swallow what the proxy has written behind it.
        Case(lines: [#"198.51.100.1:", 203.0.113.7"#], client: "203.0.113.7"),
        Case(lines: [#"[198.51.100.1]", 203.0.113.7"#], client: "203.0.113.7"),
        Case(lines: [#""198.51.100.1, 203.0.113.7"#], client: "203.0.113.7"),
        Case(lines: ["203.0.113.7:x"], client: "10.0.0.1"),
        Case(lines: ["[2001:db8::1]x"], client: "10.0.0.1"),
        Case(lines: ["203.0.113.7:"], client: "10.0.0.1"),
        Case(lines: [String(repeating: "10.0.0.1,", count: 5000) + "10.0.0.2"], client: "10.0.0.1"),
    ]

    @Test(arguments: forwardedFor)
    func `the client is the last address that is no proxy's`(row: Case) {
        #expect(client(row, .xForwardedFor, from: "10.0.0.1") == row.client)
    }

    static let forwarded = [
        Case(lines: ["for=203.0.113.7;proto=https;by=10.0.0.1"], client: "203.0.113.7"),
        Case(lines: [#"For="[2001:db8:cafe::17]:4711""#], client: "2001:db8:cafe::17"),
        Case(lines: ["for=192.0.2.43, for=198.51.100.17"], client: "198.51.100.17"),
        Case(lines: [#"for=192.0.2.43;ext="a, for=10.1.1.1", for=10.0.0.9"#], client: "192.0.2.43"),
        Case(lines: ["for=192.0.2.43, for=_hidden"], client: "10.0.0.1"),
        Case(lines: [#"for=192.0.2.43;x=", for=203.0.113.7"#], client: "203.0.113.7"),
        Case(lines: [#"for=192.0.2.43;x=", for="[2001:db8::1]:443""#], client: "2001:db8::1"),
        Case(lines: [#"for=192.0.2.43;x=""#, "for=203.0.113.7"], client: "203.0.113.7"),
        Case(lines: ["proto=https"], client: "10.0.0.1"),
    ]

    @Test(arguments: forwarded)
    func `the standard field says the same`(row: Case) {
        #expect(client(row, .forwarded, from: "10.0.0.1") == row.client)
    }

    @Test(arguments: ["198.51.100.9", "11.0.0.1", "2001:db8::1", ""])
    func `nobody else is believed`(peer: String) {
        let row = Case(lines: ["203.0.113.7"], client: peer)
        #expect(client(row, .xForwardedFor, from: peer) == peer)
    }

    @Test func `a field that is not the proxies' is not read`() {
        let request = Request(.get, "/", fields: [("Forwarded", "for=203.0.113.7")])
        let proxies = TrustedProxies(Self.ranges)
        #expect(proxies.client(of: request.head, from: Peer("10.0.0.1")).address == "10.0.0.1")
    }
}
