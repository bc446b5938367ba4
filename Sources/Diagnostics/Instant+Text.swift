import Bytes

extension Instant {
    /// Appends PostgreSQL's JSON form in UTC, `2026-11-21T10:15:00.123456+00:00`: the fraction
    /// loses its trailing zeros and is left out when zero. Years 1 to 9999 sort as text.
    public func appendPostgres(to output: inout [UInt8]) {
        let microsecond = appendSeconds(to: &output)
        if microsecond > 0 {
            output.append(ASCII.dot)
            output.append(padded: microsecond, width: 6)
            while output.last == ASCII.zero { output.removeLast() }
        }
        output.append(ascii: "+00:00")
    }

    /// PostgreSQL's JSON form in UTC, `2026-11-21T10:15:00.123456+00:00`.
    public var postgres: String {
        var text: [UInt8] = []
        text.reserveCapacity(32)
        appendPostgres(to: &text)
        return String(utf8: text)
    }

    /// RFC 3339 with six digits of fraction: `2026-11-21T10:15:00.123456Z`.
    public var rfc3339: String {
        var text: [UInt8] = []
        let microsecond = appendSeconds(to: &text)
        text.append(ASCII.dot)
        text.append(padded: microsecond, width: 6)
        text.append(0x5A)
        return String(utf8: text)
    }

    /// RFC 3339 with three digits of fraction: `2026-11-21T10:15:00.123Z`.
    public var milliseconds3339: String {
        var text: [UInt8] = []
        let microsecond = appendSeconds(to: &text)
        text.append(ASCII.dot)
        text.append(padded: microsecond / 1000, width: 3)
        text.append(0x5A)
        return String(utf8: text)
    }

    /// The date of `Date` and other HTTP header fields (RFC 9110 §5.6.7):
    /// `Sat, 21 Nov 2026 10:15:00 GMT`.
    public var httpDate: String {
        let days = Int(floorDivide(seconds, by: 86_400))
        let date = CivilDate(daysSinceEpoch: days)
        let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        var text: [UInt8] = []
        text.append(utf8: names[((days % 7) + 7) % 7])
        text.append(ascii: ", ")
        text.append(padded: date.day, width: 2)
        text.append(ASCII.space)
        text.append(utf8: months[date.month - 1])
        text.append(ASCII.space)
        text.append(padded: date.year, width: 4)
        text.append(ASCII.space)
        appendClock(second: Int(seconds - Int64(days) * 86_400), to: &text)
        text.append(ascii: " GMT")
        return String(utf8: text)
    }

    /// Appends date and time to the second; returns the microseconds that remain.
    private func appendSeconds(to output: inout [UInt8]) -> Int {
        let seconds = seconds
        let days = floorDivide(seconds, by: 86_400)
        CivilDate(daysSinceEpoch: Int(days)).append(to: &output)
        output.append(0x54)
        appendClock(second: Int(seconds - days * 86_400), to: &output)
        return Int(microseconds - seconds * 1_000_000)
    }

    private func appendClock(second: Int, to output: inout [UInt8]) {
        output.append(padded: second / 3600, width: 2)
        output.append(ASCII.colon)
        output.append(padded: second / 60 % 60, width: 2)
        output.append(ASCII.colon)
        output.append(padded: second % 60, width: 2)
    }
}

func floorDivide(_ value: Int64, by divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
}
