/// The 64-bit hash FNV-1a (Fowler, Noll and Vo): quick, the same in every process and version, and
/// no defence against who chooses the bytes.
public enum FNV1a {
    /// The hash of `bytes`.
    public static func hash(_ bytes: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}
