import Quotas

/// Bounds of the realtime service. What a project may set is given, and its default stands with the
/// setting; the others suit most projects, and only tests of this room set them.
public struct FeedSettings: Sendable {
    /// Sockets of one loop; past it an upgrade is answered with 429.
    var sessionsMax: Int
    /// Channels of one socket; joins past it answer `ChannelRateLimitReached`.
    var channelsPerSessionMax: Int
    /// `postgres_changes` items of one channel.
    var bindingsPerChannelMax = RealtimeLimits.bindingsPerChannel
    /// `postgres_changes` items of all channels of one socket. Each costs some hundred bytes and a
    /// look at every change of its model.
    var bindingsPerSessionMax: Int
    /// Joins per second of one socket; past it the socket is closed with 1001.
    var joinsPerSecondMax: Int
    /// Messages per second of one socket, where long ones, joins and new tokens count for several;
    /// heartbeats have as many of their own.
    var messagesPerSecondMax: Int
    /// Seconds without any message from the client before its socket is closed.
    var idleSecondsMax = RealtimeLimits.idleSeconds
    /// Seconds a socket may stay without a channel.
    var emptySecondsMax = RealtimeLimits.emptySeconds
    /// Bytes queued for a socket above which it waits and catches up later.
    var queuedBytesMax: Int
    /// Changes kept for sockets that wait.
    var ringChangesMax = RealtimeLimits.ringChanges
    /// Bytes of changes kept for sockets that wait.
    var ringBytesMax = RealtimeLimits.ringBytes
    /// The bindings that no index decides.
    var unindexed: Unindexed
    /// How long one change may be judged for those, in milliseconds; whoever is not reached is told
    /// to read again.
    var changeMillisecondsMax: Int
    /// What telling changes may take of a turn: a transaction has thousands of them, and one may be
    /// for thousands of listeners.
    var stepTime: Duration
    /// Whether `old_record` is the whole old row for those who could see it, and not its key alone.
    /// The key is what Supabase sends unless a table is told otherwise.
    var showsOldRows = false

    /// How many bindings there may be whose filters no index decides.
    public struct Unindexed: Sendable {
        /// Those of one socket.
        var perSessionMax: Int
        /// Those of one caller on one loop.
        var perCallerMax: Int
        /// Those of one loop.
        var max: Int

        /// Bounds whose figures are all positive.
        public init(perSessionMax: Int, perCallerMax: Int, max: Int) {
            self.perSessionMax = perSessionMax
            self.perCallerMax = perCallerMax
            self.max = max
        }
    }

    /// Bounds whose figures are all positive.
    public init(
        sessionsMax: Int, channelsPerSessionMax: Int, bindingsPerSessionMax: Int,
        joinsPerSecondMax: Int, messagesPerSecondMax: Int, queuedBytesMax: Int,
        unindexed: Unindexed, changeMillisecondsMax: Int, stepMilliseconds: Int
    ) {
        self.sessionsMax = sessionsMax
        self.bindingsPerSessionMax = bindingsPerSessionMax
        self.joinsPerSecondMax = joinsPerSecondMax
        self.queuedBytesMax = queuedBytesMax
        self.channelsPerSessionMax = channelsPerSessionMax
        self.messagesPerSecondMax = messagesPerSecondMax
        self.unindexed = unindexed
        self.changeMillisecondsMax = changeMillisecondsMax
        stepTime = .milliseconds(stepMilliseconds)
    }

    /// How often one socket may join: as much at once as in a second.
    var joinLimit: RateLimit {
        RateLimit(burst: joinsPerSecondMax, count: joinsPerSecondMax, seconds: 1)
    }

    /// How often one socket may send.
    var messageLimit: RateLimit {
        RateLimit(
            burst: messagesPerSecondMax * RealtimeLimits.messageBurstSeconds,
            count: messagesPerSecondMax,
            seconds: 1)
    }
}
