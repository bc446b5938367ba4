import Glibc

/// The part of an address that one subscriber holds: all of IPv4, the first 64 bits of IPv6.
public struct AddressBlock: Hashable, Sendable {
    /// The address's first 64 bits; an IPv4 address as `::ffff:0:0/96` has it, in its last 32.
    private let bits: UInt64
    private let isIPv4: Bool

    /// Where there is no address: a Unix socket, a request made by hand.
    public static let none = AddressBlock(bits: 0, isIPv4: true)

    private init(bits: UInt64, isIPv4: Bool) {
        self.bits = bits
        self.isIPv4 = isIPv4
    }

    /// The block of a numeric address; ``none`` for a text that is none.
    public init(_ address: String) {
        var four = in_addr()
        if unsafe inet_pton(AF_INET, address, &four) == 1 {
            self.init(bits: UInt64(UInt32(bigEndian: four.s_addr)), isIPv4: true)
            return
        }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard unsafe inet_pton(AF_INET6, address, &bytes) == 1 else {
            self = .none
            return
        }
        let isMapped = bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])
        let held = isMapped ? bytes[12...] : bytes[..<8]
        self.init(bits: held.reduce(0) { $0 << 8 | UInt64($1) }, isIPv4: isMapped)
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
