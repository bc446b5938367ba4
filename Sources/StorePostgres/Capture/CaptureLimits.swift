// Every bound of the capture in one place: the unit is in the name, the reason beside it.

/// Bounds of the capture of changes.
public enum CaptureLimits {
    /// Between two looks for the lock of setting up: short against a start, long against a query.
    static let setupPause = Duration.milliseconds(200)
    /// Attempts of a set-up that meets locks: a minute and more with their timeouts.
    static let setupRetriesMax = 30
    /// Changes that one step of retention deletes: some ten milliseconds of the server.
    static let trimmedChangesMax: Int64 = 2_000
    /// Nanoseconds from the end of a tick to the next one's start, so that under load a tick covers
    /// many commits. The first one after a pause starts at once.
    static let tickRest: UInt64 = 5_000_000
    /// Nanoseconds after which a tick looks for what others wrote.
    static let tickInterval: UInt64 = 250_000_000
    /// Nanoseconds between two looks for cuts of other nodes, where notifications arrive and where
    /// they do not, as behind a pooler in transaction mode.
    static let pollInterval: UInt64 = 1_000_000_000
    static let pollIntervalUnnotified: UInt64 = 200_000_000
    /// Nanoseconds to wait after a failure; doubled with each, up to the most.
    static let retryFirst: UInt64 = 50_000_000
    static let retryMost: UInt64 = 5_000_000_000
}
