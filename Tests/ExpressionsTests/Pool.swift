import Schema
import Store
import StoreSQLite
import Values

/// Values worth trying: extremes, neighbours, and texts that look alike.
enum Pool {
    static let ann = "00000000-0000-4000-8000-00000000000a"
    static let bob = "00000000-0000-4000-8000-00000000000b"

    static let texts = [
        "", " ", "a", "A", "abc", "aBC", " pad  ", "\u{E9}", "e\u{301}", "\u{C9}", "ß", "SS", "ss",
        "İ", "ı", "日本", "😀", "a_b", "a%b", "a\\b", "it's", "true", "no", "100", ann,
        ann.uppercased(), "draft", "\u{3C3}", "\u{3C2}", "\u{3A3}", "line\nbreak", "null",
        "'\u{301}", "\u{600}'",
    ]

    /// A few that a careless comparison takes for equal, drawn as often as all others together so
    /// that they meet.
    static let lookalikes = ["\u{E9}", "e\u{301}", "\u{C9}", "a", "A", ""]

    /// Texts as rows and rules draw them.
    static let drawn = texts + Array(repeatElement(lookalikes, count: texts.count / 6).joined())

    static let patterns = [
        "'%'", "''", "'_'", "'a%'", "'%b%'", "'A_C'", "'\u{E9}'", "'e\u{301}'", "'%\u{301}'", "'ß'",
        "'SS'", "'a\\%b'", "'a\\_b'", "'a\\\\b'", "'日_'", "'%σ%'", "'__'", "lower(items.title)",
    ]

    static let numbers = [
        "0", "1", "-1", "1.5", "2.5", "-0.5", "1.005", "100", "12345.678", "9007199254740993",
        "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e3", "1e-7", "1e30",
    ]

    static let integers: [Int64] = [
        0, 1, -1, 2, 5, 100, 150, 9_007_199_254_740_993, .max, .min, .max - 1, 2_147_483_647,
    ]

    static let decimals: [Int64] = [
        0, 1, -1, 49, 50, 51, 99, 100, 150, -50, -150, 12345, 999_999_999_999, -999_999_999_999,
    ]

    static let weights: [Int64] = [0, 1, -1, 10, 500, 1000, 1005, 1500, -1500, 99_999_999]

    static let reals = [
        0, -0.0, 0.5, 1.5, 2.5, -0.5, -2.5, 1, 100, 1.005, 9_007_199_254_740_992,
        9_223_372_036_854_775_808, 1e300, -1e300, .leastNonzeroMagnitude, .infinity, -.infinity,
        0.1,
    ]

    static let timestamps = [
        "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00.5+00:00",
        "2026-11-21T10:15:00.123456+00:00",
        "1999-12-31T23:59:59.999999+00:00",
    ]

    static let dates = ["2026-01-01", "1999-12-31", "2026-11-21"]

    static let documents = [
        "{}", #"{"a":1}"#, #"{"a":"x","b":null}"#, #"{"a":{"b":[1,2]},"list":[1,"x",null]}"#,
        #"{"list":[[1,2],{"a":true}]}"#, #"{"a.b":"é","role":"admin"}"#, #"{"a":1.0,"b":false}"#,
        #"{"a":10e-1,"b":1}"#,
    ]

    static func literals(_ kind: RandomRules.Kind) -> [String] {
        switch kind {
        case .text: drawn.map { SQLiteDialect().literal(.text($0), .text) }
        case .uuid: ["'\(ann)'::uuid", "'\(bob.uppercased())'::uuid", "auth.uid()"]
        case .integer: ["0", "1", "-1", "5", "9223372036854775807", "-9223372036854775808"]
        case .decimal: ["0::numeric", "1.5", "-0.5", "999.99"]
        case .real: ["0.5::float8", "-2.5::float8", "1e300::float8", "100::float8"]
        case .timestamp: timestamps.map { "'\($0)'::timestamptz" } + ["now()"]
        case .date: dates.map { "'\($0)'::date" }
        case .boolean: ["true", "false"]
        }
    }

    static let columns: [String: [RandomRules.Kind: [String]]] = [
        "items": [
            .text: ["title", "body"], .uuid: ["id", "owner", "team_id"],
            .integer: ["n", "m"], .decimal: ["price"], .real: ["score"], .timestamp: ["made"],
            .date: ["day"], .boolean: ["flag"],
        ],
        "teams": [.text: ["name"], .uuid: ["id", "owner_id"], .integer: ["rank"]],
        "members": [.uuid: ["team_id", "user_id"], .integer: ["level"]],
    ]
}
