import Addresses
import Quotas
import TestSupport
import Testing

@testable import HTTPServer

@Suite struct HandshakeCountTests {
    private static func block(_ last: Int) -> AddressBlock { Peer("192.0.2.\(last)").block }

    private static func limits(_ max: Int) -> ConnectionLimits {
        var limits = ConnectionLimits(connectionsMax: 1_000)
        limits.handshakesMax = max
        return limits
    }

    /// So many addresses, one after another, each take what they get.
    @Test(arguments: [
        (places: 12, addresses: 1, taken: [6]), (12, 2, [6, 3]), (12, 5, [6, 3, 2, 1, 0]),
        (100, 4, [50, 25, 13, 6]), (1, 2, [1, 0]), (0, 1, [0]),
    ])
    func `one address has as many as it leaves to others`(
        places: Int, addresses: Int, taken: [Int]
    ) {
        let count = HandshakeCount()
        let limits = Self.limits(places)
        let each = (1...addresses).map { address in
            (0..<1_000).count { _ in count.take(for: Self.block(address), limits) }
        }
        #expect(each == taken)
        #expect(count.count == taken.reduce(0, +))
    }

    @Test func `a place given back is another one's`() {
        let count = HandshakeCount()
        let limits = Self.limits(2)
        #expect(count.take(for: Self.block(1), limits))
        #expect(!count.admits(Self.block(1), limits))
        #expect(count.take(for: Self.block(2), limits))
        #expect(!count.take(for: Self.block(3), limits))
        count.giveBack(Self.block(1))
        #expect(count.take(for: Self.block(3), limits))
    }

    @Test func `the blocks of one site share`() {
        let count = HandshakeCount()
        let limits = Self.limits(4)
        let taken = (0..<9).count { number in
            count.take(for: AddressBlock("2001:db8:0:\(number)::1"), limits)
        }
        #expect(taken == 2)
    }

    /// A trusted proxy speaks for many.
    @Test func `where no address is known, all places can be had`() {
        let count = HandshakeCount()
        let limits = Self.limits(5)
        #expect((0..<9).count { _ in count.take(for: .none, limits) } == 5)
    }
}
