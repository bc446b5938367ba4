import Diagnostics
import Testing

@Suite struct InstantTests {
    @Test(arguments: [
        ("2026-11-21T10:15:00.123456Z", "2026-11-21T10:15:00.123456+00:00"),
        ("2026-11-21 10:15", "2026-11-21T10:15:00+00:00"),
        ("2026-11-21", "2026-11-21T00:00:00+00:00"),
        ("2026-11-21T10:15:00.5+02", "2026-11-21T08:15:00.5+00:00"),
        ("2026-11-21T10:15:00-0330", "2026-11-21T13:45:00+00:00"),
        ("2026-11-21T10:15:00 +02:00", "2026-11-21T08:15:00+00:00"),
        ("2026-12-31T23:59:59.9999996Z", "2027-01-01T00:00:00+00:00"),
        ("2024-02-29T24:00:00", "2024-03-01T00:00:00+00:00"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5+00:00"),
        ("0001-01-01", "0001-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00"),
    ])
    func `a timestamp is read and written in UTC`(text: String, expected: String) throws {
        #expect(try Instant(parsing: text).postgres == expected)
    }

    @Test(arguments: [
        ("", TimestampError.malformed), ("today", .malformed), ("2026-11-21T", .malformed),
        ("2026-11-21T10", .malformed), ("2026-11-21T10:15:00.", .malformed),
        ("2026-11-21T10:15:00Zx", .malformed), ("20261121", .malformed),
        ("2026-02-29", .outOfRange), ("2026-13-01", .outOfRange), ("2026-00-10", .outOfRange),
        ("2026-11-21T25:00", .outOfRange), ("2026-11-21T10:61", .outOfRange),
        ("2026-11-21T10:15:00+99", .outOfRange), ("0000-01-01", .outOfRange),
    ])
    func `a bad timestamp is told apart`(text: String, expected: TimestampError) {
        #expect(throws: expected) { try Instant(parsing: text) }
    }

    @Test func `days count both ways over four centuries`() {
        var day = -719_162
        while day < 2_000_000 {
            #expect(CivilDate(daysSinceEpoch: day).daysSinceEpoch == day)
            day += 97
        }
    }

    @Test func `text forms differ only in precision and zone`() {
        let instant = Instant(microseconds: 1_700_000_000_120_000)
        #expect(instant.rfc3339 == "2023-11-14T22:13:20.120000Z")
        #expect(instant.milliseconds3339 == "2023-11-14T22:13:20.120Z")
        #expect(instant.httpDate == "Tue, 14 Nov 2023 22:13:20 GMT")
    }

    @Test(arguments: [
        ("10:15", "10:15:00"), ("23:59:59.250", "23:59:59.25"), ("24:00", "24:00:00"),
    ])
    func `a time of day is read and written`(text: String, expected: String) throws {
        #expect(try TimeOfDay(parsing: text).text == expected)
    }

    @Test(arguments: ["10", "25:00", "10:15Z", "10:60"])
    func `a bad time of day is refused`(text: String) {
        #expect(throws: TimestampError.self) { try TimeOfDay(parsing: text) }
    }
}
