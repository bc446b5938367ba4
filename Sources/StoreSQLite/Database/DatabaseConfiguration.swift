public import Quotas
import Store

/// Where a database lives and how it behaves. What a project may set is given, and its default
/// stands with the setting.
public struct DatabaseConfiguration: Sendable {
    /// Where the file is.
    public enum Location: Hashable, Sendable {
        /// This file, made if it is missing, in a directory that this server has to itself.
        case file(String)
        /// A file in a temporary directory, removed by `close`. Not synchronised to disk: for
        /// tests.
        case temporary
    }

    /// Where the file is.
    public var location: Location
    /// How long a statement on the slow lane, or all of one write, may run.
    public var statementTimeout: Duration
    /// What one read may take of a loop's turn: long enough for a page of rows with embeds, short
    /// enough that the other connections of the loop do not notice.
    public var inlineTime: Duration
    /// Threads for the reads of one caller, or site, that take longer. Of two more the one is never
    /// his, the other for whoever comes: slow reads are the exception, and more would only fight
    /// the loops for cores.
    public var slowReadThreads: Int
    /// How long a slow read has a thread before it must have a place for long ones, as the
    /// processor's time.
    public var firstSlice: Duration
    /// Slow reads that may wait.
    public var waitingSlowReadsMax: Int
    /// Those of one caller among them.
    public var waitingSlowReadsPerCallerMax: Int
    /// Writes of rows that may wait for the writer.
    public var waitingWritesMax: Int
    /// Those of one caller among them.
    public var waitingWritesOfCallerMax: Int
    /// Writes that go first, as those of sign-in, and may wait for it.
    public var waitingFirstMax: Int
    /// Those of one caller among them, who may be all that come from one address.
    public var waitingFirstOfCallerMax: Int
    /// How long a turn of the writer is to take. Whoever comes waits for the turn that runs; the
    /// longer it is, the more writes share a commit.
    public var writerTurn: Duration
    /// How long one write may hold the writer; what takes longer is undone. The statement timeout
    /// holds besides.
    public var writeTimeout: Duration
    /// Percent of the writer's time that writes of more than a turn's aim have in all while others
    /// write.
    public var longWriteShare: Int
    /// How long an answer that leaves in parts may hold its snapshot. Meanwhile the write-ahead log
    /// grows with every write.
    public var longReadTime: Duration
    /// Answers that leave in parts at the same time.
    public var longReadsMax: Int
    /// Those of one caller among them.
    public var longReadsPerCallerMax: Int
    /// Bytes of the write-ahead log beyond which reads that last make way, so that a checkpoint can
    /// bring it back.
    public var walBytesMax: Int
    /// Bytes of the rows that one write may change, old and new ones.
    public var changedBytesMax = DatabaseLimits.changedBytesMax
    /// How many rows the change log keeps at most.
    public var changeRowsMax = TrimSchedule.changesMax
    /// Bytes of page cache that all readers and the writer share. Filled as pages are read, so
    /// never larger than the file for each of them.
    public var pageCacheBytesMax = MachineMemory.bytes / DatabaseLimits.pageCacheMemoryShare
    /// What long answers are taken from.
    public var memory = MemoryPool(bytesMax: .max, perCallerMax: .max)
    /// Event loops that will read.
    public var loops = 1
    /// The most pages of the file; nil for SQLite's own bound. For tests of a full disk.
    public var pagesMax: Int?

    /// How the write-ahead log is archived; nil for not at all.
    public var archive: ArchiveConfiguration?

    /// A configuration whose figures are all positive.
    public init(
        location: Location, statementTimeout: Duration, inlineTime: Duration, slowReadThreads: Int,
        firstSlice: Duration, waitingSlowReadsMax: Int, waitingSlowReadsPerCallerMax: Int,
        waitingWritesMax: Int, waitingWritesOfCallerMax: Int, waitingFirstMax: Int,
        waitingFirstOfCallerMax: Int, writerTurn: Duration, writeTimeout: Duration,
        longWriteShare: Int, longReadTime: Duration, longReadsMax: Int, longReadsPerCallerMax: Int,
        walBytesMax: Int
    ) {
        self.location = location
        self.statementTimeout = statementTimeout
        self.inlineTime = inlineTime
        self.slowReadThreads = slowReadThreads
        self.firstSlice = firstSlice
        self.waitingSlowReadsMax = waitingSlowReadsMax
        self.waitingSlowReadsPerCallerMax = waitingSlowReadsPerCallerMax
        self.waitingWritesMax = waitingWritesMax
        self.waitingWritesOfCallerMax = waitingWritesOfCallerMax
        self.waitingFirstMax = waitingFirstMax
        self.waitingFirstOfCallerMax = waitingFirstOfCallerMax
        self.writerTurn = writerTurn
        self.writeTimeout = writeTimeout
        self.longWriteShare = longWriteShare
        self.longReadTime = longReadTime
        self.longReadsMax = longReadsMax
        self.longReadsPerCallerMax = longReadsPerCallerMax
        self.walBytesMax = walBytesMax
    }

    /// KiB of page cache of each loop's reader, and of the writer.
    var pageCacheKiB: Int {
        let slowLane = slowLaneThreads * slowLaneCacheKiB * 1024
        return max((pageCacheBytesMax - slowLane) / (loops + 1), DatabaseLimits.pageCacheBytesMin)
            / 1024
    }

    /// All threads of the slow lane.
    var slowLaneThreads: Int { slowReadThreads + 2 }

    /// KiB of page cache of each thread of the slow lane.
    var slowLaneCacheKiB: Int {
        let share = pageCacheBytesMax / DatabaseLimits.slowLaneCacheShare
        return min(
            max(share, DatabaseLimits.pageCacheBytesMin), DatabaseLimits.slowLaneCacheBytesMax)
            / 1024
    }
}
