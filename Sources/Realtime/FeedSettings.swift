/// Bounds of the realtime service that an operator may move. The defaults suit most projects.
public struct FeedSettings: Sendable {
    /// Sockets of one loop; past it an upgrade is answered with 429.
    public var sessionsMax = Limits.sessionsPerLoop
    /// Channels of one socket.
    public var channelsPerSessionMax = Limits.channelsPerSession
    /// `postgres_changes` items of one channel.
    public var bindingsPerChannelMax = Limits.bindingsPerChannel
    /// `postgres_changes` items of all channels of one socket.
    public var bindingsPerSessionMax = Limits.bindingsPerSession
    /// Joins per second of one socket.
    public var joinsPerSecondMax = Limits.joinsPerSecond
    /// Messages per second of one socket, heartbeats not counted.
    public var messagesPerSecondMax = Limits.messagesPerSecond
    /// Seconds without any message from the client before its socket is closed.
    public var idleSecondsMax = Limits.idleSeconds
    /// Seconds a socket may stay without a channel.
    public var emptySecondsMax = Limits.emptySeconds
    /// Bytes queued for a socket above which it waits and catches up later.
    public var queuedBytesMax = Limits.queuedBytes
    /// Changes kept for sockets that wait.
    public var ringChangesMax = Limits.ringChanges
    /// Bytes of changes kept for sockets that wait.
    public var ringBytesMax = Limits.ringBytes
    /// Whether `old_record` is the whole old row for those who could see it, and not its key alone.
    /// The key is what Supabase sends unless a table is told otherwise.
    public var showsOldRows = false

    /// The defaults.
    public init() {}
}
