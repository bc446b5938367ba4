import Addresses
import Testing

@Suite struct AddressBlockTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8:0:0::/64"),
        ("2001:db8:0:0:ffff::2", "2001:db8:0:0::/64"), ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("255.255.255.255", "255.255.255.255"),
        ("::1", "0:0:0:0::/64"), ("", "0.0.0.0"), ("no address", "0.0.0.0"),
    ])
    func `a subscriber is an IPv4 address, or the first 64 bits of IPv6`(
        address: String, block: String
    ) {
        #expect(AddressBlock(address).description == block)
    }

    @Test func `blocks of the two families are never one`() {
        #expect(AddressBlock("0.0.0.1") != AddressBlock("0:0:0:1::"))
        #expect(AddressBlock("::ffff:192.0.2.1") == AddressBlock("192.0.2.1"))
        #expect(AddressBlock("nonsense") == AddressBlock.none)
    }

    @Test(arguments: [
        ("2001:db8:0:1::7", "2001:db8:0:0::/64"), ("2001:db8:0:ffff::", "2001:db8:0:0::/64"),
        ("2001:db8:1:1::7", "2001:db8:1:0::/64"), ("192.0.2.7", "192.0.2.7"),
    ])
    func `a subscriber may hold many blocks of IPv6`(address: String, site: String) {
        #expect(AddressBlock(address).site.description == site)
        #expect(AddressBlock.none.site == .none)
    }
}
