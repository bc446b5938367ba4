// Every bound of this room in one place: the unit is in the name, the reason beside it.

/// Bounds of the database layer.
public enum DatabaseLimits {
    /// The part of the machine's memory that caches pages. The rest is for answers, connections,
    /// and the kernel's own cache of the file.
    static let pageCacheMemoryShare = 4
    /// Bytes of page cache that a connection has on the smallest machine.
    static let pageCacheBytesMin = 8_388_608
    /// The part of all page cache that a thread of the slow lane has, and its bytes at the most. A
    /// table of some 100,000 rows fits, and is counted again at half the cost; reads that go over
    /// more would only fill a larger one with what nobody asks for again.
    static let slowLaneCacheShare = 16
    static let slowLaneCacheBytesMax = 67_108_864
    /// The part of a read's time that all reads of a loop's turn have: a millisecond and a quarter,
    /// as far as settings go by default.
    static let turnShare: UInt64 = 4
    /// The part of a turn that a read may try when others have used the turn up: a quarter of a
    /// millisecond then.
    static let briefReadShare: UInt64 = 5
    /// What the look-ups that a change waits for may take of a loop, or of the slow lane, in turns
    /// of a loop: a fifth of a second, as far as settings go by default. Then those who listen
    /// fetch again.
    static let lookUpTurnsMax: UInt64 = 160
    /// How long a statement that was too slow for a loop is not tried there again. Trying costs
    /// five milliseconds, the slow lane some twenty microseconds.
    static let slowTime = Duration.seconds(60)
    /// A read of less time than this on the slow lane is tried on the loop the next time.
    static let quickTime = Duration.milliseconds(2)
    /// So many times its first slice a slow read has it by the clock, where it waits for the disk
    /// or for a processor.
    static let firstSliceWaits: UInt64 = 10
    /// How long one value may be looked up, on the slow lane if not on a loop: a change waits for
    /// it, and all that follow.
    public static let scalarTime = Duration.milliseconds(50)
    /// So often the writes of a transaction run once more that must not be committed.
    static let soundRunsMax = 3
    /// Writes in one commit: bounds how long the first of them waits for the last.
    static let batchWritesMax = 512
    /// So many times as long as it is to be a turn of the writer is where commits take long.
    static let turnOfCommitsMax: UInt64 = 4
    /// Rows of a write that shares a turn with others: with more it has one of its own, at some
    /// five to ten microseconds a row.
    static let sharedTurnRowsMax = 1000
    /// What takes more than two turns, commit aside, rests so many times as long as what takes
    /// less: not one in a hundred who write is to meet it. In nanoseconds, no longer than this,
    /// whatever its share comes to: it, too, has to come to its end.
    static let longRests: UInt64 = 35
    static let longRestMax: UInt64 = 20_000_000_000
    /// How long a short write counts as come lately: for those that write now and then, too, long
    /// ones rest.
    static let shortWritesTime: UInt64 = 1_000_000_000
    /// So many writes of a caller in a row have taken less than a turn before they are not expected
    /// to be long any more.
    static let quickWritesMax = 4
    /// Callers of whom it is known from how many rows their writes are long.
    static let longWritersMax = 1024
    /// Bytes of all arrays of a statement for which no memory is taken.
    static let arrayBytesMax = 33_554_432
    /// Bytes of memory that are taken for each byte of a long answer while it is made: it grows by
    /// doubling, and the engine holds the row that is being written.
    static let memoryPerAnswerByte = 2
    /// Bytes of a statement that is prepared on a loop: a millisecond and a half, in which nothing
    /// can stop it.
    static let inlineTextBytesMax = 8192
    /// Parameters of a statement that have their numbers in its text, so that it can be read.
    static let numberedParametersMax = 64
    /// Bytes that an answer may grow to on a loop. A page of a thousand rows fits; more would hold
    /// up the other connections of the loop, and stand in memory for as long as its peer likes.
    public static let inlineAnswerBytesMax = 1_048_576
    /// Bytes that an answer made on a loop has room for at first: most single rows need no more.
    static let answerBytesReserved = 480
    /// Bytes of an answer of the slow lane that are awaited before the answer begins. Whatever is
    /// longer leaves in parts.
    public static let heldAnswerBytesMax = 262_144
    /// Bytes of a part, unless a single row has more.
    static let partBytes = 65_536
    /// Nanoseconds that making one part takes before others have their turn.
    static let partNanosecondsMax: UInt64 = 20_000_000
    /// Threads that make parts.
    static let longReadThreads = 2
    /// Page cache of a read that leaves in parts, in KiB: it goes over its rows once.
    static let longReadCacheKiB = 256
    /// Connections of long reads that are kept for the slow lane's next jobs.
    static let spareReadersMax = 2
    /// Bytes of the JSON documents that the functions of a query keep parsed, unless it is one that
    /// has more.
    static let parsedBytesMax = 8_388_608
    /// How many they are: as many as a path has steps.
    static let parsedDocumentsMax = 32
    /// The longest that one query of a look-up may take.
    static let lookUpTime = Duration.seconds(5)
    /// Prepared statements kept by a connection.
    static let cachedStatementsMax = 256
    /// Bytes of memory that they may take together. One of an ordinary read takes some five
    /// thousand; one that would take an eighth of all is not kept.
    static let cachedStatementBytesMax = 2_097_152
    /// Layouts of embeds kept by a connection with their text.
    static let keptLayoutsMax = 256
    /// Rows that one trimming step deletes: a few milliseconds, so that no write waits longer for
    /// it.
    static let trimmedRowsMax = 500
    /// Bytes of the rows that one write changes, old and new ones, as JSON and as values: they
    /// stand in memory until they have been told.
    static let changedBytesMax = 67_108_864
    /// Bytes of the write-ahead log beyond which it is copied into the file. More makes commits
    /// cheaper and the log longer.
    static let checkpointBytes = 67_108_864
    /// Bytes of it that the writer copies itself, between two turns: some milliseconds. More is
    /// copied beside it first.
    static let copiedByWriterMax = 2_097_152
    /// How long no other copy is begun after one that got nowhere, for those who read.
    static let copyRetryNanoseconds: UInt64 = 50_000_000
    /// How long the writer copies all of it itself where no thread or connection was to be had.
    static let copierRetryNanoseconds: UInt64 = 10_000_000_000
    /// Nanoseconds between two attempts to begin a log anew that is beyond its bound, and between
    /// two where another process is in the way.
    static let checkpointRetryNanoseconds: UInt64 = 5_000_000
    static let checkpointBlockedNanoseconds: UInt64 = 1_000_000_000
    /// How long it is tried beside reads that last, before they make way.
    static let checkpointPatienceNanoseconds: UInt64 = 100_000_000
    /// How long they make way for it, and as long as a copy takes that is being made then: in that
    /// time all of ours have let go of their snapshots.
    static let checkpointNanosecondsMax: UInt64 = 2_000_000_000
    /// Pages that a backup copies between two looks whether it is still wanted: a megabyte as a
    /// rule, some milliseconds.
    static let backupPages: Int32 = 256
    /// Bytes of it that are written before the disk has to have them.
    static let backupSynchronisedBytes = 8_388_608
    /// How long a copy is checked between two such looks.
    static let backupLookNanoseconds: UInt64 = 100_000_000
    /// Bytes of the write-ahead log that wait for an archive that cannot be written; beyond, the
    /// log begins anew without it.
    public static let archiveWaitingBytesMax = 1 << 30
    /// How long after one copy of the database in the archive the next is made: a restoration goes
    /// over what was written in that time.
    public static let archiveBaseInterval = Duration.seconds(86_400)
    /// Bytes of the log that the writer waits for to be archived before the log begins anew, and
    /// how long at first: some tens of milliseconds as a rule, once in some hundred megabytes.
    static let archiveAwaitedBytesMax = 8_388_608
    static let archivePatienceNanoseconds: UInt64 = 250_000_000
    /// How long it waits at the most; an archive that is slower still is given up.
    static let archivePatienceNanosecondsMax: UInt64 = 4_000_000_000
    /// How many times as long as it has waited in vain nobody waits again.
    static let archivePause: UInt64 = 20
    /// How often a snapshot is taken until nobody has committed meanwhile.
    static let archivePinsMax = 10_000
    /// How long after a copy of the database that came to nothing the next is tried.
    static let archiveBaseRetry = Duration.seconds(60)
    /// Bytes of the log that a segment has at the most.
    public static let segmentBytes = 16_777_216
    /// The most faults that are told of a file.
    static let toldFaultsMax = 5
    /// Arguments of one `apus_object` call; SQLite allows 127.
    static let objectMembersMax = 126
}
