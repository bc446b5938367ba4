import Bytes

/// Why a text is not a date or time, in PostgreSQL's two ways.
public enum TimestampError: Error, Hashable, Sendable {
    /// Not of the form at all (SQLSTATE 22007).
    case malformed
    /// Of the form, but there is no such day, hour or zone (SQLSTATE 22008).
    case outOfRange
}

extension Instant {
    /// Reads ISO 8601 and the variants PostgreSQL prints: `2026-11-21`, a `T` or a blank, hours and
    /// minutes with optional seconds and fraction (rounded to microseconds), then `Z`, `+02`,
    /// `+0200`, `+02:00` or nothing for UTC.
    public init(parsing text: String) throws(TimestampError) {
        var scanner = TimestampScanner(text)
        let date = try scanner.date()
        var time: Int64 = 0
        if scanner.take(0x54) || scanner.take(0x74) || scanner.takeBlanks() {
            time = try scanner.time()
            _ = scanner.takeBlanks()
            time -= try scanner.zone() * 1_000_000
        }
        guard scanner.isAtEnd else { throw .malformed }
        microseconds = Int64(date.daysSinceEpoch) * 86_400_000_000 + time
    }

    /// The instant that `text` names, nil when it names none.
    public init?(postgres text: String) {
        guard let instant = try? Instant(parsing: text) else { return nil }
        self = instant
    }
}

extension CivilDate {
    /// Reads `YYYY-MM-DD`; a time of day behind it is read and dropped, as PostgreSQL does.
    public init(parsing text: String) throws(TimestampError) {
        var scanner = TimestampScanner(text)
        self = try scanner.date()
        if scanner.isAtEnd { return }
        _ = try Instant(parsing: text)
    }
}

/// A time of day without a zone.
public struct TimeOfDay: Hashable, Sendable {
    /// Microseconds since midnight, up to and including 24:00:00.
    public let microseconds: Int64

    /// The time so many microseconds after midnight, 86,400,000,000 at most.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Reads `HH:MM`, `HH:MM:SS` and a fraction of the second.
    public init(parsing text: String) throws(TimestampError) {
        var scanner = TimestampScanner(text)
        microseconds = try scanner.time()
        guard scanner.isAtEnd else { throw .malformed }
    }

    /// `HH:MM:SS` with the fraction's trailing zeros cut.
    public var text: String {
        var output: [UInt8] = []
        append(to: &output)
        return String(utf8: output)
    }

    /// Appends the same.
    public func append(to output: inout [UInt8]) {
        let (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        output.append(padded: Int(seconds) / 3600, width: 2)
        output.append(ASCII.colon)
        output.append(padded: Int(seconds) / 60 % 60, width: 2)
        output.append(ASCII.colon)
        output.append(padded: Int(seconds) % 60, width: 2)
        if fraction > 0 {
            output.append(ASCII.dot)
            output.append(padded: Int(fraction), width: 6)
            while output.last == ASCII.zero { output.removeLast() }
        }
    }
}

/// Reads the pieces of a timestamp from left to right.
private struct TimestampScanner {
    private var rest: ArraySlice<UInt8>

    init(_ text: String) {
        rest = Array(text.utf8).trimming { $0 == ASCII.space }
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    mutating func takeBlanks() -> Bool {
        var found = false
        while take(ASCII.space) { found = true }
        return found
    }

    mutating func date() throws(TimestampError) -> CivilDate {
        let year = try number(digits: 4...4)
        guard take(ASCII.minus) else { throw .malformed }
        let month = try number(digits: 1...2)
        guard take(ASCII.minus) else { throw .malformed }
        let day = try number(digits: 1...2)
        guard let date = CivilDate(year: year, month: month, day: day) else { throw .outOfRange }
        return date
    }

    /// Microseconds since midnight.
    mutating func time() throws(TimestampError) -> Int64 {
        let hour = try number(digits: 1...2)
        guard take(ASCII.colon) else { throw .malformed }
        let minute = try number(digits: 2...2)
        var second = 0
        var fraction: Int64 = 0
        if take(ASCII.colon) {
            second = try number(digits: 2...2)
            if take(ASCII.dot) { fraction = try fractionOfSecond() }
        }
        let isEndOfDay = hour == 24 && minute == 0 && second == 0 && fraction == 0
        guard hour < 24 || isEndOfDay, minute < 60, second <= 60 else { throw .outOfRange }
        return Int64(hour * 3600 + minute * 60 + second) * 1_000_000 + fraction
    }

    /// Seconds east of UTC.
    mutating func zone() throws(TimestampError) -> Int64 {
        if isAtEnd || take(0x5A) || take(0x7A) { return 0 }
        let isWest = take(ASCII.minus)
        guard isWest || take(ASCII.plus) else { throw .malformed }
        let hours = try number(digits: 1...2)
        let minutes =
            isAtEnd
            ? 0
            : try { () throws(TimestampError) in
                _ = take(ASCII.colon)
                return try number(digits: 2...2)
            }()
        guard hours < 16, minutes < 60 else { throw .outOfRange }
        let seconds = Int64(hours * 3600 + minutes * 60)
        return isWest ? -seconds : seconds
    }

    private mutating func fractionOfSecond() throws(TimestampError) -> Int64 {
        var digits = 0
        var value: Int64 = 0
        while let byte = rest.first, ASCII.isDigit(byte) {
            rest.removeFirst()
            digits += 1
            if digits <= 6 { value = value * 10 + Int64(byte - ASCII.zero) }
            if digits == 7 && byte >= ASCII.zero + 5 { value += 1 }
        }
        guard digits > 0 else { throw .malformed }
        for _ in min(digits, 6)..<6 { value *= 10 }
        return value
    }

    private mutating func number(digits: ClosedRange<Int>) throws(TimestampError) -> Int {
        var value = 0
        var count = 0
        while count < digits.upperBound, let byte = rest.first, ASCII.isDigit(byte) {
            value = value * 10 + Int(byte - ASCII.zero)
            rest.removeFirst()
            count += 1
        }
        guard count >= digits.lowerBound else { throw .malformed }
        return value
    }
}
