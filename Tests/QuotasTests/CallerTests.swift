import Addresses
import Quotas
import Testing

@Suite struct CallerTests {
    private static let block = AddressBlock("192.0.2.1")

    static let callers: [(String?, Bool, Caller)] = [
        (nil, false, .anonymous(block)), ("ann", false, .user("ann", from: block)),
        (nil, true, .service(block)), ("ann", true, .service(block)),
    ]

    @Test(arguments: callers)
    func `who shows the service key is known by that, who has signed in by the user`(
        user: String?, isService: Bool, caller: Caller
    ) {
        #expect(Caller(user: user, isService: isService, from: Self.block) == caller)
    }

    @Test func `a user who calls from two sites is two callers`() {
        let callers = ["192.0.2.1", "192.0.2.2", "2001:db8:1:1::1", "2001:db8:1:2::1"].map {
            Caller(user: "ann", from: AddressBlock($0))
        }
        #expect(Set(callers).count == 3)
    }
}
