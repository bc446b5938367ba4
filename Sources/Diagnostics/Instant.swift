import Glibc

/// A point in time: microseconds since 1970-01-01T00:00:00 UTC, as PostgreSQL's `timestamptz`.
public struct Instant: Hashable, Comparable, Sendable {
    /// Microseconds since the epoch; negative before it.
    public let microseconds: Int64

    /// The instant so many microseconds after the epoch.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// The instant so many seconds after the epoch.
    public init(seconds: Int64) { self.init(microseconds: seconds * 1_000_000) }

    /// The system's wall clock.
    public static var now: Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// Whole seconds since the epoch, rounded down.
    public var seconds: Int64 {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        left.microseconds < right.microseconds
    }
}
