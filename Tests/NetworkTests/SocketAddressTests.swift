import Testing

@testable import Network

@Suite struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("[::1]", "::1"), ("::1", "::1"), ("127.1", "127.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
    ])
    func `an address is told from a name`(text: String, host: String) throws {
        let address = try #require(SocketAddress(numericHost: text, port: 5432))
        #expect(address.host == host)
        #expect(address.port == 5432)
        #expect(address.with(port: 1).port == 1)
        #expect(address != address.with(port: 1))
    }

    @Test(arguments: ["localhost", "", "1.2.3.4.5", "a.1", "::g", "127.0.0.1\0", "[localhost]"])
    func `a name is no address`(text: String) {
        #expect(SocketAddress(numericHost: text, port: 1) == nil)
    }

    @Test(arguments: [
        "", "a\0b", String(repeating: "a", count: 108), "@" + String(repeating: "a", count: 107),
    ])
    func `a path that the kernel cannot take is refused`(path: String) {
        #expect(throws: NetworkError.invalidSocketPath(path)) { try SocketAddress(unixPath: path) }
    }

    @Test(arguments: [
        (Endpoint.host("db.example", port: 5432), "db.example:5432"),
        (.host("::1", port: 5432), "[::1]:5432"), (.host("[::1]", port: 1), "[::1]:1"),
        (.unix(path: "/run/a"), "/run/a"),
    ])
    func `an endpoint is written as people do`(endpoint: Endpoint, text: String) {
        #expect(endpoint.description == text)
    }
}
