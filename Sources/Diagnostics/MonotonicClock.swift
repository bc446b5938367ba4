import Glibc

// The clock that never goes back, for measuring how long things take and when to wake.

/// Nanoseconds of a clock that never goes back, for measuring how long things take.
public func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Nanoseconds that the calling thread has had a processor.
public func threadNanoseconds() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// The monotonic clock `time` from now, in nanoseconds; `UInt64.max` for longer than it can say.
public func moment(after time: Duration) -> UInt64 {
    let (moment, overflow) = monotonicNanoseconds().addingReportingOverflow(time.nanoseconds)
    return overflow ? .max : moment
}

extension Duration {
    /// Whole milliseconds, rounded up, none below zero: a timer must not fire early. What is longer
    /// than they can say is half of that, so that it can be added to a moment.
    public var wholeMilliseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let fraction = UInt64(attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1000)
        return overflow ? UInt64.max / 2 : whole + fraction
    }

    /// Whole nanoseconds, none below zero.
    public var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let whole = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflow) = whole.partialValue.addingReportingOverflow(
            UInt64(attoseconds / 1_000_000_000))
        return whole.overflow || overflow ? .max : sum
    }
}
