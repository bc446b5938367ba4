/// Bounds of the connections, each with its unit and its reason.
enum ConnectionLimits {
    /// Connections besides those of the loops for short reads and writes: for what follows the
    /// changes, slow reads and transactions.
    static let ownConnections = 4
    /// Units in flight on one connection of the read lane: more add latency and no throughput.
    static let pipelineDepth = 8
    /// How many times the usual connections of a lane there may be, while all of these take long.
    static let stuckFactor = 2
    /// How long the plan of a slow unit, or of one with a long answer, is run on the slow lane at
    /// once, in milliseconds.
    static let slowMilliseconds: UInt64 = 60_000
    /// Slow runs of one caller in a row after which his next ones are taken to be slow.
    static let slowRunsMin = 3
    /// Percent of the time that writes have which take long, while others are served.
    static let longWriteShare = 25
    /// The longest rest after a write that has taken long, in milliseconds: what waits must end in
    /// its time.
    static let longRestMax: UInt64 = 2_000
    /// Slow units of a process that wait or run, and those of one caller, so that several must be
    /// greedy before others are refused. What waits is cheap, and many people may be behind the one
    /// address that a lock holds up, as that of a migration may.
    static let slowUnitsMax = 256
    static let slowUnitsPerCallerMax = 64
    /// Units that wait for a connection of one lane of one loop.
    static let waitingMax = 8_192
    /// Those of one caller among them, so that several must be greedy before others are refused.
    static let waitingPerCallerMax = 1_024
    /// Bytes of rows that a unit may bring without memory being taken for them, and the step in
    /// which more is taken.
    static let shortAnswerBytes = 262_144
    /// Bytes of memory that are taken for each byte of rows: what they are read into, and what is
    /// made of them, which grows by doubling.
    static let memoryPerAnswerByte = 3
    /// Bytes of rows that one unit may bring: an answer must fit into memory.
    static let answerBytes = 64 << 20
    /// How long a connection is kept that nobody uses.
    static let idleTime = Duration.seconds(30)
    /// What one host has to take a connection, and then to sign it in, where the user says nothing.
    static let connectTimeout = Duration.seconds(10)
    /// What a statement has to end once it is cancelled or the server should have ended it, and a
    /// request to cancel to be taken; then nobody waits for it any more.
    static let cancelTime = Duration.seconds(2)
    /// How long until a request to cancel is repeated: one that overtakes its statement hits
    /// nothing.
    static let cancelAgainMilliseconds: UInt64 = 100
    /// Milliseconds that sent bytes may stay unacknowledged before the server has vanished, where
    /// the user says nothing.
    static let unacknowledgedMilliseconds: Int32 = 10_000
    /// How long a unit that nobody wants any more may run, once it is its turn, before it is
    /// cancelled: most end before a request would arrive.
    static let unwantedMilliseconds: UInt64 = 50
    /// Threads that derive keys from passwords, a millisecond or two for each new connection.
    static let derivingThreads = 2
    /// Keys kept, so that the next connection needs no derivation.
    static let keptKeys = 16
    /// Statements that the registry keeps.
    static let registeredStatements = 4_096
    /// Bytes of their texts.
    static let registeredStatementBytes = 2_097_152
    /// How often a unit is run in all that others get into the way of (40001, 40P01).
    static let conflictRunsMax = 5
    /// What it waits after the first of these; twice as long each time.
    static let conflictPause = Duration.milliseconds(2)
    /// How often a unit that has not run at all is given to another connection.
    static let lossesMax = 3
    /// The pause after the first failure to connect, and the longest.
    static let shortestPause = Duration.milliseconds(50)
    static let longestPause = Duration.seconds(5)
    /// How long a connection is kept from others that have none, as long as it has work.
    static let turnMilliseconds: UInt64 = 100
    /// How long a server that had no connection left for us is not asked for one more, and a lane
    /// that has none may wait for one that the process has. It is asked by one pool of the process.
    static let refusalPause = Duration.milliseconds(500)
    /// The same where a connection of ours has just ended, in milliseconds: the server is about to
    /// see that.
    static let earlyPause: UInt64 = 10
}
