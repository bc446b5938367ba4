public import Diagnostics

/// How a database's write-ahead log is archived.
public struct ArchiveConfiguration: Sendable {
    /// The folder of the archive.
    public var folder: String
    /// How long after one look the next one is.
    public var interval: Duration
    /// How far back can be restored.
    public var keep: Duration
    /// How long after one copy of the database the next is due.
    public var baseInterval = DatabaseLimits.archiveBaseInterval
    /// Bytes of the log that wait for the archive at the most.
    public var waitingBytesMax = DatabaseLimits.archiveWaitingBytesMax
    /// Bytes of a segment at the most; a frame is whole in one.
    public var segmentBytes = DatabaseLimits.segmentBytes
    /// The second of the moment, since 1970.
    public var clock = wall
    /// Told what the log is to say.
    public var report: @Sendable (ArchiveEvent) -> Void

    /// The system's clock.
    static let wall: @Sendable () -> Int64 = { Instant.now.seconds }

    /// A configuration.
    public init(
        folder: String, interval: Duration, keep: Duration,
        report: @escaping @Sendable (ArchiveEvent) -> Void
    ) {
        self.folder = folder
        self.interval = interval
        self.keep = keep
        self.report = report
    }
}

/// What has been archived so far.
public struct ArchiveCounts: Sendable {
    /// Segments that were written.
    public var segments = 0
    /// Their bytes.
    public var bytes = 0
    /// Times that nothing could be written.
    public var failed = 0
    /// Copies of the database.
    public var copies = 0
    /// Bytes of the log that wait.
    public var waitingBytes = 0
    /// The second of the last transaction in it, since 1970.
    public var second: Int64 = 0
}
