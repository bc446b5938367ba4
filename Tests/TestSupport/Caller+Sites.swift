import Addresses
public import Quotas

extension Caller {
    /// A user of whom nobody knows from where he calls: one as of whose site no bound holds.
    public static func user(_ id: String) -> Caller { .user(id, from: .none) }

    /// A user who calls from an address.
    public static func user(_ id: String, at address: String) -> Caller {
        Caller(user: id, from: AddressBlock(address))
    }

    /// Many of one address or one IPv6 site, as somebody makes up who wants many shares.
    public static func crowd(_ count: Int, _ kind: CrowdKind) -> [Caller] {
        (0..<count).map { number in
            switch kind {
            case .usersOfAddress: .user("\(number)", at: "203.0.113.1")
            case .networksOfSite:
                Caller(from: AddressBlock("2001:db8:1:\(String(number, radix: 16))::1"))
            case .usersInNetworks:
                .user("\(number)", at: "2001:db8:1:\(String(number, radix: 16))::1")
            }
        }
    }

    /// What the shares of a crowd are made up with.
    public enum CrowdKind: CaseIterable, Sendable {
        /// Accounts.
        case usersOfAddress
        /// Networks of an IPv6 site, in which nobody has signed in.
        case networksOfSite
        /// Both.
        case usersInNetworks
    }
}
