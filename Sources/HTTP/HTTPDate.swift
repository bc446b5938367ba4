import Bytes

extension [UInt8] {
    /// Appends a time in the preferred form, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    /// `seconds` since 1970 in UTC, years 1 to 9999.
    mutating func append(httpDate seconds: Int64) {
        let days = seconds.flooredQuotient(86_400)
        let second = Int(seconds - days * 86_400)
        let date = civil(days)
        let weekday = Int((days + 4) - (days + 4).flooredQuotient(7) * 7)  // 1970 began on Thursday
        append(contentsOf: weekdayNames[weekday].utf8)
        append(ascii: ", ")
        append(twoDigits: date.day)
        append(ASCII.space)
        append(contentsOf: monthNames[date.month - 1].utf8)
        append(ASCII.space)
        append(twoDigits: date.year / 100)
        append(twoDigits: date.year % 100)
        append(ASCII.space)
        append(twoDigits: second / 3_600)
        append(ASCII.colon)
        append(twoDigits: second / 60 % 60)
        append(ASCII.colon)
        append(twoDigits: second % 60)
        append(ascii: " GMT")
    }

    private mutating func append(twoDigits number: Int) {
        append(ASCII.zero + UInt8(number / 10))
        append(ASCII.zero + UInt8(number % 10))
    }
}

private let weekdayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
private let monthNames = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}

/// The Gregorian date of a day since 1970. Years are counted from March, so that the leap day is
/// the last of its year, and 400 of them have 146,097 days.
private func civil(_ days: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted.flooredQuotient(146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
        (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), Int(month), Int(day))
}
