// Every bound of the capture in one place: the unit is in the name, the reason beside it.

/// Bounds of the capture of changes.
public enum CaptureLimits {
    /// Between two looks for the lock of setting up: short against a start, long against a query.
    static let setupPause = Duration.milliseconds(200)
    /// Attempts of a set-up that meets locks: a minute and more with their timeouts.
    static let setupRetriesMax = 30
    /// Changes that one step of retention deletes: some ten milliseconds of the server.
    static let trimmedChangesMax: Int64 = 2_000
    /// Nanoseconds from the end of a tick to the next one's start, for each change that it found,
    /// up to the most: a tick costs the server as much as some six writes of one row. The first one
    /// after a pause starts at once.
    static let tickRestLeast: UInt64 = 5_000_000
    static let tickRestMost: UInt64 = 25_000_000
    /// The same where the server does nothing but write, some twenty thousand rows a second: what
    /// the ticks take is missing there, and a reader has more than enough to do.
    static let tickRestCrowdedEach: UInt64 = 50_000
    static let tickRestCrowdedMost: UInt64 = 35_000_000
    /// Nanoseconds after which a tick looks for what others wrote.
    static let tickInterval: UInt64 = 250_000_000
    /// Nanoseconds between two looks for cuts of other nodes, where notifications arrive and where
    /// they do not, as behind a pooler in transaction mode.
    static let pollInterval: UInt64 = 1_000_000_000
    static let pollIntervalUnnotified: UInt64 = 200_000_000
    /// Nanoseconds to wait after a failure; doubled with each, up to the most.
    static let retryFirst: UInt64 = 50_000_000
    static let retryMost: UInt64 = 5_000_000_000
    /// Between two looks at whether the log and the triggers are still there: some milliseconds of
    /// the server each.
    static let inspectionInterval = Duration.seconds(3)
    /// What such a look has, its wait for a connection included.
    static let inspectionTimeout = Duration.seconds(5)
    /// The same after looks that have failed; doubled with each, up to this.
    static let inspectionIntervalMost = Duration.seconds(60)
    /// Bytes of a row's image above which nobody is told of it: a node must hold some.
    static let imageBytesMax = 16 << 20
    /// Changes that a node asks for at once: some milliseconds of the server and of a thread.
    static let pageChangesMax: Int64 = 500
    /// Bytes of the rows of one reading of several changes: what is made of them takes some four
    /// times as much, beside what callers may have.
    static let pageBytesMax = 16 << 20
    /// Changes of one transaction that are published together, for rules that ask what else it
    /// deleted. A larger one comes in parts.
    static let togetherChangesMax = 10_000
    /// What a step of the feed has, its wait for the locks of other nodes included.
    static let feedTimeout = Duration.seconds(30)
    /// What one step of retention has, its wait for a connection included.
    static let trimTimeout = Duration.seconds(30)
}
