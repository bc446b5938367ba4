import Testing

@testable import Network

@Suite struct RaceOrderTests {
    @Test func `each address has its time before the next is tried, and all are waited for`() {
        var order = RaceOrder(of: 3)
        #expect(order.advance() == .attempt(0))
        #expect(order.advance() == .attempt(1), "the first has had its time")
        #expect(order.advance() == .attempt(2))
        #expect(order.advance() == .wait, "nothing is left to try")
        #expect(order.fail() == .wait)
        #expect(order.fail() == .wait)
        #expect(order.fail() == .lost)
    }

    @Test func `a failure does not wait for the time to be over`() {
        var order = RaceOrder(of: 2)
        #expect(order.advance() == .attempt(0))
        #expect(order.fail() == .attempt(1))
        #expect(order.advance() == .wait)
        #expect(order.fail() == .lost)
    }

    @Test func `nothing to try is lost at once`() {
        var order = RaceOrder(of: 0)
        #expect(order.advance() == .lost)
    }

    @Test(arguments: [
        ([], []),
        (["::1"], ["::1"]),
        (["::1", "::2", "10.0.0.1", "10.0.0.2"], ["::1", "10.0.0.1", "::2", "10.0.0.2"]),
        (["10.0.0.1", "::1", "::2", "::3"], ["10.0.0.1", "::1", "::2", "::3"]),
        (["10.0.0.1", "10.0.0.2", "::1"], ["10.0.0.1", "::1", "10.0.0.2"]),
    ])
    func `families alternate, beginning with the preferred one`(
        sorted: [String], tried: [String]
    ) {
        let addresses = sorted.compactMap { SocketAddress(numericHost: $0, port: 1) }
        #expect(addresses.alternatingFamilies().map(\.host) == tried)
    }
}
