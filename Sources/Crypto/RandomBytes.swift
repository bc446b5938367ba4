import COpenSSL

/// Random bytes for keys, salts and tokens.
public enum RandomBytes {
    /// `count` bytes from the operating system's seeded generator (`RAND_bytes`).
    ///
    /// Stops the process when the generator fails: nothing made afterwards would be secret.
    public static func make(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { output, written in
            precondition(
                unsafe RAND_bytes(output.baseAddress, Int32(count)) == 1,
                "the random number generator failed")
            written = count
        }
    }
}

/// Comparison of secrets.
public enum ConstantTime {
    /// Whether both byte strings are equal, in a time that depends on their length only.
    public static func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return unsafe CRYPTO_memcmp(one, other, one.count) == 0
    }
}
