/// Bounds of this room, each with its unit and its reason.
enum AuthLimits {
    /// Largest request body, in bytes, where the project's own limit is not lower.
    static let bodyBytesMax = 64 * 1_024
    /// The same where the body only words why something is not offered.
    static let explainedBodyBytesMax = 4 * 1_024
    /// Most values of a request body, the names of members among them. Metadata as long as may be
    /// has 4,096; what is parsed on a loop beside them would be nobody's.
    static let bodyValuesMax = 4_608
    /// Deepest nesting of a request body.
    static let bodyDepthMax = 32
    /// Longest email address, in bytes (RFC 5321 §4.5.3.1 allows 254 and two brackets).
    static let emailBytesMax = 255
    /// Longest password, in bytes. Passwords of any reasonable length pass; a megabyte of them does
    /// not reach the hash.
    static let passwordBytesMax = 1024
    /// Largest `user_metadata` of one user, in bytes of canonical JSON. It travels in every access
    /// token, and a token must fit into a request head.
    static let userMetadataBytesMax = 8192
    /// Longest `User-Agent` kept with a session, in bytes.
    static let userAgentBytesMax = 255
    /// Longest refresh token worth decoding, in characters; ours have about 50.
    static let refreshTokenBytesMax = 128
    /// Largest secrets file, in bytes.
    static let secretsBytesMax = 65_536
    /// Verified tokens remembered, over all stripes of the cache. An entry is about 2 KB.
    static let verifiedTokensMax = 4096
    /// Signed-out sessions that those are told by name who ask every second.
    static let signOutsNamedMax = 1_024
    /// So many times as many wrong passwords as from one address may come from all of one site: by
    /// default less than all addresses together may try, which no site alone uses up.
    static let addressesOfSite = 2
    /// Callers whose recent calls are counted, and parts that they are kept in: making room in one
    /// takes some hundred microseconds.
    static let rateBucketsMax = 16_384
    static let rateStripes = 16
    /// Sessions of one user whose addresses are looked at, the latest ones: who uses one refreshes
    /// it every hour, and it is read for each password that comes while others wait.
    static let knownAddressesMax = 100
    /// Sessions that one transaction ends, the caller's own aside, and signed-out ones that it
    /// forgets: a few milliseconds of the writer's time.
    static let sessionsEndedAtOnce: Int64 = 200
}
