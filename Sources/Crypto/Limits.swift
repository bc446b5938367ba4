/// Bounds of this room, each with its unit and its reason.
public enum CryptoLimits {
    /// Longest token accepted for verification, in bytes: a session's token with the largest user
    /// metadata that `Auth` stores, and room to spare.
    public static let tokenBytesMax = 16_384
    /// Deepest nesting of a token's header or claims.
    public static let tokenDepthMax = 32
    /// Shortest HMAC key for signing tokens, in bytes (RFC 7518 §3.2: as long as the hash output).
    public static let signingKeyBytesMin = 32
    /// Largest memory one password hash may ask for, in bytes. A stored hash that wants more is
    /// refused, so that a forged row cannot exhaust the machine.
    public static let scryptMemoryBytesMax = 256 << 20
}
