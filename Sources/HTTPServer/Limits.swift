import Bytes
public import Quotas

/// How long a peer may take. Durations are kept to the millisecond and met to a quarter of the
/// shortest one, at most a second late.
public struct HTTPDeadlines: Hashable, Sendable {
    /// From the first byte of a head to its last. Then 408. Also for a TLS handshake, from the
    /// moment the connection is accepted; then the connection is reset.
    public var head = Duration.seconds(15)
    /// For a body, as long as it comes slower than `bodyBytesPerSecondMin`. Then 408.
    public var body = Duration.seconds(30)
    /// A body at this pace or faster never times out.
    public var bodyBytesPerSecondMin = 4_096
    /// Without a request on an open connection: longer than the idle time of common clients' pools
    /// (15 to 60 seconds), so that it is they who close.
    public var idle = Duration.seconds(75)
    /// Without the peer taking any of the bytes that wait for it. Then the connection is reset.
    public var write = Duration.seconds(30)
    /// For the rest of a request that was half here when a drain began; its body may earn more by
    /// its pace. Then 408.
    public var drain = Duration.seconds(3)
    /// Without a frame on a WebSocket; then a ping is sent.
    public var webSocketIdle = Duration.seconds(60)
    /// From that ping to any frame. Then the connection is reset.
    public var webSocketPong = Duration.seconds(30)
    /// From our close frame to the peer's. Then the connection is closed without it.
    public var webSocketClose = Duration.seconds(5)

    /// The defaults.
    public init() {}

    /// The shortest of the times, from which the pace of looking follows.
    var shortest: Duration {
        min(head, body, idle, write, webSocketIdle, webSocketPong, webSocketClose)
    }
}

/// What one connection, and all of them together, may make the server keep.
public struct ConnectionLimits: Hashable, Sendable {
    /// Open connections of the process. More are told 503. One at rest costs 1.5 KB here (measured,
    /// 4,000 of them), but every one may become busy.
    public var connectionsMax: Int
    /// The same of one address block, so that one host does not lock the others out. More are told
    /// 503. Does not hold where there is no address.
    public var connectionsPerBlockMax: Int
    /// TLS handshakes that are not done. More connections are reset: there is nobody to be told.
    public var handshakesMax = Int.max
    /// Connections over the limit that are told 503 at the same time, of each loop; more are reset.
    /// One that is told stays open until its peer has read that.
    public var refusalsMax = 64
    /// Bytes of pipelined requests kept while an answer is awaited. Then reading stops.
    public var pipelineBytesMax = 64 * 1_024
    /// Bytes that may wait for a WebSocket peer whose session does not watch them: some seconds of
    /// a busy feed. Then the connection is closed with 1013.
    public var webSocketQueueBytesMax = 1_048_576
    /// The same for a session that handles back-pressure itself.
    public var webSocketHardQueueBytesMax = 16 * 1_048_576

    /// Open connections of the process, of one address block, and of all of one site.
    public var connectionBounds: ShareBounds {
        ShareBounds(total: connectionsMax, each: connectionsPerBlockMax)
    }

    /// The defaults, for so many connections.
    public init(connectionsMax: Int) {
        self.connectionsMax = connectionsMax
        connectionsPerBlockMax = connectionsMax
    }

    /// Handshakes take the half of a pool at the most, and all else has the other.
    public mutating func limitHandshakes(to pool: MemoryPool) {
        handshakesMax = max(2, pool.bytesMax / 2 / HTTPServerLimits.memoryPerHandshake)
    }
}

/// What needs no setting, each with its unit and its reason.
enum HTTPServerLimits {
    /// Nanoseconds of a turn that frames and chunks have; a caller has the half, and what waits for
    /// its turn has as much beside.
    static let inputNanosecondsPerTurn: UInt64 = 1_000_000

    /// Between two turns with frames and chunks that wait: about a third of a loop's time goes
    /// there at most. A loop that is never idle takes the time of other loops, and of threads that
    /// hash passwords, where there are few cores.
    static let inputPause = Duration.milliseconds(1)

    /// Nanoseconds of a turn that requests and TLS handshakes have, in the same shares: some
    /// hundred gets by key. What waits goes on in the next turn, since requests are what a loop is
    /// for.
    static let requestNanosecondsPerTurn: UInt64 = 2_000_000

    /// Of either, the part of one step: the unit in which those who wait take turns.
    static let stepShare: UInt64 = 8

    /// Frames of one socket handled in one step, however little they take.
    static let framesPerStep = 256

    /// Bytes of frames after which the clock is read: some hundred empty ones.
    static let frameBytesPerLook = 4 * 1_024

    /// Pings of one step that are answered one by one; of more the last is (RFC 6455 §5.5.3).
    static let pongsPerStep = 16

    /// Bytes of a body in chunks decoded in one step, most of which may be framing.
    static let chunkedBytesPerStep = 4 * 1_024

    /// Bytes of a refused body that are awaited and dropped, so that the connection can be kept:
    /// what clients send in one piece with the head, or right behind it. After more the connection
    /// is closed.
    static let discardedBodyBytesMax = 64 * 1_024

    /// Bytes of a streamed body that wait to be asked for when reading stops. What was read last
    /// comes on top.
    static let streamedBodyBytesMax = 64 * 1_024

    /// Bytes of an answer in parts that may wait for the peer when the next part is asked for.
    static let streamedQueueBytesMax = 64 * 1_024

    /// Bytes of memory that are taken for each value of a body of JSON, however short it is.
    static let memoryPerValue = JSONDocument.bytesPerValue

    /// The same for each byte of a long head: what an operand becomes is several times its text.
    static let memoryPerHeadByte = 8

    /// Milliseconds that a TLS handshake may take where others were refused: three round trips by
    /// satellite.
    static let handshakeTimeOfMany: UInt64 = 2_000

    /// Bytes that OpenSSL keeps for a connection until its handshake is done (measured: 45 KiB).
    static let memoryPerHandshake = 48 * 1_024

    /// The same afterwards: at rest it is the half (measured: 18 KiB), but the peer may leave it
    /// with a part of a record at any time (17 KiB).
    static let memoryPerTLS = 36 * 1_024

    /// The step in which that is taken.
    static let tlsMemoryStep = 4 * 1_024

    /// Bodies up to this many bytes are copied behind their head; longer ones are queued as they
    /// are.
    static let copiedBodyBytesMax = 16 * 1_024

    /// Input and body buffers that grew past this are given back when they are empty.
    static let keptBufferBytesMax = 4 * 1_024

    /// Milliseconds between looks at the deadlines, at least and at most.
    static let deadlineTickMilliseconds: ClosedRange<UInt64> = 5...1_000

    /// Milliseconds between two notes of peers that say for whom they call and are not believed.
    static let originNoteMilliseconds: UInt64 = 60_000

    /// Milliseconds between looks at what is left during a drain.
    static let drainTickMilliseconds = 5
}
