/// PostgreSQL counts from 2000-01-01, Unix from 1970-01-01: so many microseconds and days before.
let epochMicroseconds: Int64 = 946_684_800_000_000
let epochDays: Int32 = 10_957

/// Midnight to midnight, in microseconds; `24:00:00` is a time of day.
let dayMicroseconds: Int64 = 86_400_000_000

extension Binary {
    /// A `timestamptz`, or a `timestamp` taken as UTC: microseconds since 1970-01-01 UTC. The last
    /// thirty years that PostgreSQL knows, from 294247 on, are out of range.
    public static func timestamp(_ bytes: Span<UInt8>) throws(FormatFault) -> Unbounded {
        let moment: Int64 = try integer(bytes, of: .timestamptz)
        if moment == .max { return .infinity }
        if moment == .min { return .negativeInfinity }
        let (microseconds, overflows) = moment.addingReportingOverflow(epochMicroseconds)
        guard !overflows else { throw .outOfRange(.timestamptz) }
        return .finite(microseconds)
    }

    /// A `date`: days since 1970-01-01.
    public static func date(_ bytes: Span<UInt8>) throws(FormatFault) -> Unbounded {
        let day: Int32 = try integer(bytes, of: .date)
        if day == .max { return .infinity }
        if day == .min { return .negativeInfinity }
        return .finite(Int64(day) + Int64(epochDays))
    }

    /// A `time`: microseconds since midnight, up to and with `24:00:00`.
    public static func time(_ bytes: Span<UInt8>) throws(FormatFault) -> Int64 {
        let time: Int64 = try integer(bytes, of: .time)
        guard (0...dayMicroseconds).contains(time) else { throw .outOfRange(.time) }
        return time
    }

    /// An `interval`. All three parts at their greatest or least mean infinity (17 and later).
    public static func interval(_ bytes: Span<UInt8>) throws(FormatFault) -> Interval {
        guard bytes.count == 16 else { throw .wrongSize(bytes.count, type: .interval) }
        return Interval(
            microseconds: bytes.bigEndian(at: 0, as: Int64.self),
            days: bytes.bigEndian(at: 8, as: Int32.self),
            months: bytes.bigEndian(at: 12, as: Int32.self))
    }
}
