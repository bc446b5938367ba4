import Glibc

/// An address of either family, as a number.
public struct IPAddress: Hashable, Sendable {
    /// The first and the last 64 bits; an IPv4 address as `::ffff:0:0/96` has it (RFC 4291
    /// §2.5.5.2), so that a socket of both families calls it the same.
    let high: UInt64
    let low: UInt64

    /// Reads a numeric address; nil when it is none.
    public init?(_ text: String) {
        var four = in_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            high = 0
            low = Self.mapped | UInt64(UInt32(bigEndian: four.s_addr))
            return
        }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard unsafe inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// Whether it is an IPv4 address.
    var isIPv4: Bool { high == 0 && low >> 32 == Self.mapped >> 32 }

    /// Whether it is one of this machine's own, which nobody else reaches: `127.0.0.0/8`, `::1`.
    public var isLoopback: Bool { isIPv4 ? low >> 24 & 0xff == 127 : high == 0 && low == 1 }

    private static let mapped: UInt64 = 0xffff << 32
}

extension IPAddress: CustomStringConvertible {
    /// The numeric form: `203.0.113.7`, `2001:db8::1`.
    public var description: String {
        let bytes = (0..<16).map { index in
            UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - 8 * (index % 8)))
        }
        if isIPv4 { return bytes[12...].map { "\($0)" }.joined(separator: ".") }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = unsafe inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count))
        return String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
