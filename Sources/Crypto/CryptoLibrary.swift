/// The library that this room is made of.
public enum CryptoLibrary {
    /// Does what OpenSSL puts off until an algorithm is first used: it reads its configuration,
    /// makes its tables, fetches the algorithms and seeds its generator. That takes milliseconds,
    /// so a server calls this before all else, on a thread of its own; without it the first use
    /// takes as long. Whoever uses an algorithm meanwhile waits.
    ///
    /// The process must not exit before this has returned: OpenSSL would take down at exit what is
    /// still being set up (OPENSSL_cleanup(3)).
    public static func prepare() {
        _ = HMACSHA256.code(for: [], key: [0])
        _ = Digest.sha256([])
        _ = RandomBytes.make(1)
    }
}
