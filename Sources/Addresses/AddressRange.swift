/// The addresses that begin with the same bits (RFC 4632 §3.1): `10.0.0.0/8`, `2001:db8::/32`,
/// `127.0.0.1`.
public struct AddressRange: Hashable, Sendable {
    private let first: IPAddress
    /// Bits that all have, of the 128 of an address.
    private let prefix: Int

    /// Reads an address, or one with the length of a prefix behind a slash; nil when it is neither.
    /// Bits behind the prefix do not count.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        let bits = address.isIPv4 ? 32 : 128
        var length = bits
        if parts.count > 1 {
            guard let given = Int(parts[1]), (0...bits).contains(given), parts[1].utf8.count <= 3,
                parts[1].first?.isNumber == true
            else { return nil }
            length = given
        }
        prefix = 128 - bits + length
        first = Self.masked(address, prefix)
    }

    /// Whether an address is one of these.
    public func contains(_ address: IPAddress) -> Bool { Self.masked(address, prefix) == first }

    /// Whether it is all addresses of a family: `0.0.0.0/0`, `::/0`.
    public var isEverything: Bool { prefix == 0 || prefix == 96 && first.isIPv4 }

    private static func masked(_ address: IPAddress, _ prefix: Int) -> IPAddress {
        // A shift by as many bits as there are, or more, leaves none.
        IPAddress(
            high: address.high & ~(UInt64.max >> UInt64(min(prefix, 64))),
            low: address.low & ~(UInt64.max >> UInt64(max(prefix - 64, 0))))
    }
}

extension AddressRange: CustomStringConvertible {
    /// As it is written; an address alone without the length.
    public var description: String {
        prefix == 128
            ? "\(first)" : "\(first)/\(first.isIPv4 && prefix >= 96 ? prefix - 96 : prefix)"
    }
}
