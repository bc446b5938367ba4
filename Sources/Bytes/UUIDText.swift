/// Makes UUIDs as lower-case text (RFC 9562).
public enum UUIDText {
    /// A random UUID (RFC 9562 §5.4, version 4); randomness comes from the kernel.
    public static func v4() -> String {
        var random = SystemRandomNumberGenerator()
        let high = (random.next() as UInt64) & ~0xF000 | 0x4000
        return text(high: high, low: variant(random.next()))
    }

    /// A time-ordered UUID (RFC 9562 §5.7, version 7).
    ///
    /// The 12 bits after the version hold the fraction of the millisecond (§6.2, method 3), so that
    /// ids made in one millisecond still sort by time.
    ///
    /// - Parameter microseconds: the time since 1970-01-01 UTC.
    public static func v7(microseconds: Int64) -> String {
        var random = SystemRandomNumberGenerator()
        let (milliseconds, rest) = UInt64(max(microseconds, 0)).quotientAndRemainder(
            dividingBy: 1000)
        let fraction = rest * 4096 / 1000
        let high = milliseconds << 16 | 0x7000 | fraction
        return text(high: high, low: variant(random.next()))
    }

    private static func variant(_ bits: UInt64) -> UInt64 { bits & (~0 >> 2) | 1 << 63 }

    private static func text(high: UInt64, low: UInt64) -> String {
        unsafe String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    unsafe buffer[position] = ASCII.minus
                    position += 1
                }
                let word = index < 16 ? high : low
                let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - (index % 16) * 4)) & 15
                unsafe buffer[position] = Hex.digit(nibble)
                position += 1
            }
            return 36
        }
    }
}
