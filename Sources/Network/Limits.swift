/// Bounds of the network room, each with its unit and its reason.
enum NetworkLimits {
    /// Events taken from the kernel at once. More wait for the next turn, so a turn stays short.
    static let eventsPerTurn = 512
    /// Connections accepted by one listener in one turn: a burst of them must not starve open ones.
    static let acceptsPerTurn = 64
    /// Nanoseconds of a turn that one listener has: those that are reset at once are not counted.
    static let acceptNanosecondsPerTurn: UInt64 = 1_000_000
    /// Pending connections the kernel keeps for a listener; the kernel lowers it to `somaxconn`.
    static let backlog: Int32 = 4096
    /// Rounds of jobs in one turn: jobs that keep starting jobs then let sockets have theirs.
    static let jobRoundsPerTurn = 16
    /// Nanoseconds of a turn's jobs after which the others wait for the next turn. The clock is
    /// looked at behind each: that costs less than any of them.
    static let jobNanosecondsPerTurn: UInt64 = 2_000_000
    /// Bytes of the receive buffer that all connections of a loop share.
    static let receiveBufferBytes = 256 * 1024
    /// Bytes of one socket that leave in one turn, rounded up to what was handed to the kernel at
    /// once: a peer that takes them as fast as they come must not keep the others waiting, nor a
    /// file on a slow disk.
    static let bytesPerTurn = 256 * 1024
    /// Buffers handed to the kernel by one `writev`. Frames of a feed are small and many.
    static let buffersPerWrite = 32
    /// Output up to this size is copied behind what waits; larger arrays are queued as they are.
    static let coalescedBytes = 2048
    /// Bytes the tail of an output queue grows to before a new one is begun.
    static let tailBytes = 16 * 1024
    /// Output tails a loop keeps for its connections: about as many as are written in one turn.
    static let spareTails = 256
    /// Unsent bytes the kernel keeps for a connection (`TCP_NOTSENT_LOWAT`); more buys no speed.
    static let unsentBytes: Int32 = 128 * 1024
    /// Milliseconds the peer may leave sent bytes unacknowledged before it counts as vanished.
    static let unacknowledgedMilliseconds: Int32 = 30_000
    /// Seconds of silence after which a peer is asked whether it is still there, those between two
    /// such questions, and how many may stay unanswered: it has vanished after a minute.
    static let keepAliveIdleSeconds: Int32 = 30
    static let keepAliveIntervalSeconds: Int32 = 10
    static let keepAliveProbes: Int32 = 3
    /// Queued output bytes above which a socket asks its user to stop producing.
    static let highWaterBytes = 256 * 1024
    /// Queued output bytes below which it asks for more again.
    static let lowWaterBytes = 64 * 1024
    /// Encrypted bytes waiting for the kernel above which no more plain text is encrypted.
    static let encryptedBytes = 64 * 1024
    /// Bytes of memory for cipher text that an encrypted connection keeps when none is on its way:
    /// a short request fits.
    static let keptCipherBytes = 2 * 1024
    /// Bytes of the longest ClientHello that is taken: clients send some 2 KiB.
    static let clientHelloBytesMax = 16 * 1024
    /// Plain bytes of one TLS record (RFC 8446 §5.1).
    static let recordBytes = 16 * 1024
    /// Milliseconds without progress after which a closing socket is given up.
    static let closingMilliseconds = 5_000
    /// Milliseconds that a closing socket has from the last bytes that its peer took: a peer that
    /// goes on sending is not followed for longer.
    static let lingeringMilliseconds: UInt64 = 30_000
    /// Bytes a closing socket still takes and drops, so that the peer reads our last words: many
    /// clients read only when they have sent all of a body.
    static let discardedBytes = 256 * 1024 * 1024
    /// Milliseconds a listener rests when descriptors have run out and none could be spared.
    static let exhaustedPauseMilliseconds = 100
    /// Stale entries in the timer heap below which it is never compacted.
    static let staleTimersMin = 256
    /// Threads that look names up. One is held for as long as name servers are silent.
    static let resolverThreads = 4
    /// Names that may be looked up or wait for it.
    static let lookUps = 64
    /// Names whose addresses are kept.
    static let cachedNames = 256
    /// Addresses taken from one name: nobody has the time to try more.
    static let addressesPerName = 16
    /// How long addresses are kept: as long as managed databases let theirs be kept, so that a
    /// failover is noticed.
    static let addressesKept = Duration.seconds(5)
    /// How long it is kept that a name could not be looked up: until a burst of askers is over.
    static let lookUpFailuresKept = Duration.seconds(1)
    /// Bytes of a name (RFC 1035 §2.3.4), with a dot at its end.
    static let nameBytes = 254
    /// How long an attempt has before the next address is tried as well (RFC 8305 §8).
    static let attemptDelay = Duration.milliseconds(250)
    /// How long one endpoint has, from its name's look-up to the end of the TLS handshake.
    static let endpointTimeout = Duration.seconds(10)
    /// How long all endpoints have together.
    static let connectTimeout = Duration.seconds(30)
    /// How long until a Unix socket whose queue is full is tried again: it takes nobody in line.
    static let busySocketPause = Duration.milliseconds(10)
    /// Names of a certificate that an error tells.
    static let namesTold = 8
    /// Looks at a connection within its stall timeout: it is ended at most a quarter late.
    static let stallLooks = 4
}
