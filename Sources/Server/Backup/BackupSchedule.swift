import Diagnostics

/// When the server writes its next backup. A value that is told the time: of a clock that never
/// goes back, in nanoseconds.
struct BackupSchedule {
    private let interval: UInt64
    /// When the next one is due; never while one is being written.
    private var due: UInt64

    /// How long after one that failed the next is tried, unless the interval is shorter.
    private static let retryNanoseconds: UInt64 = 600_000_000_000

    /// - Parameter age: How long ago the last one was written, by whatever server; nil where there
    ///   is none, so that one is due at once.
    init(interval: Duration, lastAge age: Duration?, at now: UInt64) {
        self.interval = interval.nanoseconds
        let left = self.interval - min(age?.nanoseconds ?? .max, self.interval)
        due = now &+ left
    }

    /// Whether one is due; it has begun then, until `end`.
    mutating func begins(at now: UInt64) -> Bool {
        guard now >= due else { return false }
        due = .max
        return true
    }

    /// The one that has begun has ended.
    mutating func end(at now: UInt64, isWritten: Bool) {
        due = now &+ (isWritten ? interval : min(interval, Self.retryNanoseconds))
    }
}
