import Bytes

/// A value as bodies and as filters write it.
struct Datum: Hashable, Sendable {
    /// In JSON.
    let json: String
    /// Behind an operator.
    let operand: String

    /// What is written alike in both.
    init(_ text: String) { (json, operand) = (text, text) }

    /// A string in JSON.
    init(string: String) {
        json = quoted(string)
        operand = string
    }

    static let null = Datum("null")
}

/// The text as a JSON string.
func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.append(jsonString: text)
    return String(utf8: bytes)
}

/// The types of columns (one row of the table each), and values of every one.
enum ColumnKind: String, CaseIterable, Sendable {
    case text, uuid, timestamp, date, time, decimal, integer, int32, number, boolean, object, array
    case any, bytes

    /// The words of a model file that mean it.
    var words: [ModelWord] {
        switch self {
        case .text: [("type", "\"string\"")]
        case .uuid: [("type", "\"string\""), ("format", "\"uuid\"")]
        case .timestamp: [("type", "\"string\""), ("format", "\"date-time\"")]
        case .date: [("type", "\"string\""), ("format", "\"date\"")]
        case .time: [("type", "\"string\""), ("format", "\"time\"")]
        case .decimal:
            [
                ("type", "\"string\""), ("format", "\"decimal\""), ("precision", "12"),
                ("scale", "2"),
            ]
        case .integer: [("type", "\"integer\"")]
        case .int32: [("type", "\"integer\""), ("format", "\"int32\"")]
        case .number: [("type", "\"number\"")]
        case .boolean: [("type", "\"boolean\"")]
        case .object: [("type", "\"object\"")]
        case .array: [("type", "\"array\"")]
        case .any: []
        case .bytes: [("type", "\"string\""), ("format", "\"byte\"")]
        }
    }

    /// Whether values are in an order that every engine must share.
    var isOrdered: Bool { !isJSON && self != .uuid }

    /// The types that a value can be cast to for an answer.
    var casts: [String] {
        switch self {
        case .integer: ["text", "int8", "bigint"]
        case .int32: ["text", "int4", "integer"]
        case .text: ["text"]
        case .uuid: ["text", "uuid"]
        case .date: ["text", "date"]
        case .timestamp: ["timestamptz"]
        case .time: ["time"]
        case .decimal: ["numeric"]
        case .number: ["float8", "double precision"]
        case .boolean: ["bool", "boolean"]
        case .object, .array, .any: ["jsonb"]
        case .bytes: ["bytea"]
        }
    }

    var isJSON: Bool { self == .object || self == .array || self == .any }

    var isNumber: Bool {
        [.decimal, .integer, .int32, .number].contains(self)
    }

    /// Values to store.
    var values: [Datum] { Self.values[self] ?? [] }

    /// What no column of the kind takes.
    var badValues: [Datum] { Self.badValues[self] ?? [] }

    static let texts = [
        "", "a", "b", "Ab", "AB", "ab", "é", "É", "zebra", "a b", "a,b", "(x)", "50%", "a_c",
        "O'Neil", "\"q\"", "back\\slash", "😀", "ß", "null", "true", "10", "9", "İ", "ς", "Σ",
        " padded ", "line\nbreak", "ﬁ", String(repeating: "long ", count: 60),
    ]

    static let uuids = (1...4).map { uuid(ending: $0) }

    /// One that no server makes.
    ///
    /// - Parameter number: Of three digits at most.
    static func uuid(ending number: Int) -> String {
        "0189f7e2-1c9d-7a3b-8c4d-123456789000".dropLast(String(number).count) + String(number)
    }

    private static let values: [ColumnKind: [Datum]] = [
        .text: texts.map { Datum(string: $0) } + ["7", "true", "1.50"].map { Datum($0) },
        .uuid: (uuids + [uuids[0].uppercased(), uuids[1].filter { $0 != "-" }])
            .map { Datum(string: $0) },
        .timestamp: [
            "2024-02-29T12:00:00Z", "2024-02-29 12:00:00.123456+02:00", "2024-02-29T10:00:00.5",
            "1999-12-31T23:59:59.999999Z", "2030-01-01", "0001-01-01T00:00:00Z",
            "2024-02-29T12:00:00+05:30",
        ].map { Datum(string: $0) },
        .date: ["2024-02-29", "1970-01-01", "0001-01-01", "9999-12-31", "2024-03-01"]
            .map { Datum(string: $0) },
        .time: ["10:00:00", "00:00", "23:59:59.999999", "12:34:56.5"].map { Datum(string: $0) },
        .decimal: ["0", "1.5", "-3.25", "10.50", "9999999999.99", "100", "2", "0.01"]
            .map { Datum($0) } + [Datum(string: "7.10"), Datum(string: "0.005")],
        .integer: ["0", "1", "2", "3", "4", "5", "-1", "9007199254740993", "9223372036854775807"]
            .map { Datum($0) } + [Datum(string: "42"), Datum(string: " 6 ")],
        .int32: ["0", "1", "2", "3", "-1", "2147483647", "-2147483648"].map { Datum($0) },
        .number: ["0", "0.1", "-2.5", "1e300", "1e-7", "5", "123456789.125"].map { Datum($0) }
            + [Datum(string: "NaN"), Datum(string: "Infinity"), Datum(string: "3.5")],
        .boolean: ["true", "false"].map { Datum($0) } + [Datum(string: "t"), Datum(string: "no")],
        .object: [
            "{}", #"{"a":1}"#, #"{"a":"x","b":[1,2.0]}"#, #"{"a":null}"#, #"{"z":1,"a":1e2}"#,
        ]
        .map { Datum($0) },
        .array: ["[]", "[1]", #"["a","b"]"#, "[1,null,[2]]", #"["a","a"]"#].map { Datum($0) },
        .any: ["1", "1.50", #""x""#, "true", #"{"a":{"b":"x"}}"#, "[3,2,1]", #""""#]
            .map { Datum($0) },
        .bytes: [#"\x"#, #"\x00ff"#, #"\xDEADBEEF"#].map { Datum(string: $0) },
    ]

    private static let badValues: [ColumnKind: [Datum]] = [
        .text: [Datum(string: "a\u{0}b")],
        .uuid: [Datum(string: "nope"), Datum("7"), Datum(string: "")],
        .timestamp: [
            Datum(string: "yesterday-ish"), Datum(string: "2024-13-01T00:00:00Z"),
            Datum(string: "2024-02-30T00:00:00Z"), Datum("true"), Datum(string: ""),
        ],
        .date: [Datum(string: "2023-02-29"), Datum(string: "x"), Datum("12"), Datum("[]")],
        .time: [Datum(string: "25:00:00"), Datum(string: "noon"), Datum("{}")],
        .decimal: [
            Datum("99999999999.99"), Datum(string: "abc"), Datum("true"), Datum(string: "NaN"),
        ],
        .integer: [
            Datum("1.5"), Datum("9223372036854775808"), Datum(string: "abc"), Datum("true"),
            Datum("{}"), Datum(string: ""),
        ],
        .int32: [Datum("2147483648"), Datum("-2147483649"), Datum(string: "1e1")],
        .number: [Datum(string: "abc"), Datum("false"), Datum("1e999"), Datum("[1]")],
        .boolean: [Datum("2"), Datum(string: "maybe"), Datum("[]"), Datum(string: "")],
        .object: [Datum("[]"), Datum("1"), Datum(string: "{}")],
        .array: [Datum("{}"), Datum("true"), Datum(string: "[]")],
        .bytes: [Datum(string: #"\x0"#), Datum(string: #"\xzz"#), Datum("7")],
    ]
}
