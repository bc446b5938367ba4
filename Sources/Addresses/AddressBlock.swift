/// The part of an address that one subscriber holds: all of IPv4, the first 64 bits of IPv6.
public struct AddressBlock: Hashable, Sendable {
    /// The address's first 64 bits, or all of an IPv4 address.
    private let bits: UInt64
    private let isIPv4: Bool

    /// Where there is no address: a Unix socket, a request made by hand.
    public static let none = AddressBlock(bits: 0, isIPv4: true)

    private init(bits: UInt64, isIPv4: Bool) {
        self.bits = bits
        self.isIPv4 = isIPv4
    }

    /// Feeds what tells nearly all of them apart: blocks are looked up for each request.
    public func hash(into hasher: inout Hasher) { hasher.combine(bits) }

    /// The block of an address.
    public init(_ address: IPAddress) {
        isIPv4 = address.isIPv4
        bits = isIPv4 ? address.low & 0xffff_ffff : address.high
    }

    /// The block of all that one subscriber may hold: the first 48 bits of IPv6 (RFC 6177 §2), all
    /// of IPv4.
    public var site: AddressBlock {
        isIPv4 ? self : AddressBlock(bits: bits & ~0xffff, isIPv4: false)
    }

    /// Whether there is no more of its site than itself.
    public var isWholeSite: Bool { isIPv4 }

    /// Itself; nil where nobody knows whose it is.
    public var ifKnown: AddressBlock? { self == .none ? nil : self }

    /// The block of a numeric address; ``none`` for a text that is none.
    public init(_ address: String) {
        self = IPAddress(address).map { AddressBlock($0) } ?? .none
    }
}

extension AddressBlock: CustomStringConvertible {
    /// As people write it: `203.0.113.7`, `2001:db8:0:1::/64`.
    public var description: String {
        func part(_ shift: UInt64, _ mask: UInt64, radix: Int) -> String {
            String(bits >> shift & mask, radix: radix)
        }
        return isIPv4
            ? [24, 16, 8, 0].map { part($0, 0xff, radix: 10) }.joined(separator: ".")
            : [48, 32, 16, 0].map { part($0, 0xffff, radix: 16) }.joined(separator: ":") + "::/64"
    }
}
