public import Bytes
public import Diagnostics

// The faults of values, in PostgreSQL's words (rest.md §5.1, §18.4; utils/adt/*.c of PostgreSQL
// 17).

extension Problem {
    /// `value` is not of the form that `type` wants (22P02).
    static func invalidSyntax(type: String, value: String, details: String? = nil) -> Problem {
        Problem(
            code: "22P02", status: 400,
            message: "invalid input syntax for type \(type): \"\(shortened(value))\"",
            details: details)
    }

    /// `text` is not JSON (22P02).
    static func invalidJSON(details: String) -> Problem {
        Problem(
            code: "22P02", status: 400, message: "invalid input syntax for type json",
            details: details)
    }

    /// An integer or double does not fit its type (22003).
    static func outOfRange(type: String, value: String) -> Problem {
        let subject = type == "double precision" ? "" : "value "
        return Problem(
            code: "22003", status: 400,
            message: "\(subject)\"\(shortened(value))\" is out of range for type \(type)")
    }

    /// A computed integer does not fit 64 bits (22003).
    public static var bigintOutOfRange: Problem {
        Problem(code: "22003", status: 400, message: "bigint out of range")
    }

    /// A computed integer does not fit 32 bits (22003).
    static var integerOutOfRange: Problem {
        Problem(code: "22003", status: 400, message: "integer out of range")
    }

    /// A decimal does not fit its precision and scale (22003).
    static func numericOverflow(precision: Int, scale: Int) -> Problem {
        numericOverflow(
            "A field with precision \(precision), scale \(scale) must round to an absolute "
                + "value less than 10^\(precision - scale).")
    }

    /// A decimal cannot hold NaN or an infinity (22003).
    static func numericCannotHold(_ what: String, precision: Int, scale: Int) -> Problem {
        numericOverflow("A field with precision \(precision), scale \(scale) cannot hold \(what).")
    }

    private static func numericOverflow(_ details: String) -> Problem {
        Problem(code: "22003", status: 400, message: "numeric field overflow", details: details)
    }

    /// A date or time that is not one (22007), or that does not exist (22008).
    static func badTime(_ error: TimestampError, type: String, value: String) -> Problem {
        switch error {
        case .malformed:
            Problem(
                code: "22007", status: 400,
                message: "invalid input syntax for type \(type): \"\(shortened(value))\"")
        case .outOfRange:
            Problem(
                code: "22008", status: 400,
                message: "date/time field value out of range: \"\(shortened(value))\"")
        }
    }

    /// A NUL byte in text (22021).
    public static var nulByte: Problem {
        Problem(
            code: "22021", status: 400,
            message: "invalid byte sequence for encoding \"UTF8\": 0x00")
    }

    /// A `\u0000` in JSON that is to become text (22P05).
    static var nulEscape: Problem {
        Problem(
            code: "22P05", status: 400, message: "unsupported Unicode escape sequence",
            details: "\\u0000 cannot be converted to text.")
    }

    /// A JSON value that `jsonb` refuses: a NUL (22P05), a number of too many digits (22003).
    public init(_ fault: JSONCanonicalFault) {
        switch fault {
        case .nul: self = .nulEscape
        case .number: self = .jsonNumberOverflow()
        case .growth:
            self = .jsonNumberOverflow(
                "The numbers of this text, written without exponents, would make it many times "
                    + "longer.")
        }
    }

    private static func jsonNumberOverflow(_ details: String? = nil) -> Problem {
        Problem(
            code: "22003", status: 400, message: "value overflows numeric format",
            details: details)
    }

    /// Bytes that are not in `\x` form: a wrong digit or an odd count (22023), or a bad escape
    /// (22P02).
    static func badBytes(_ fault: ByteaFault) -> Problem {
        switch fault {
        case .digit(let character):
            Problem(
                code: "22023", status: 400, message: "invalid hexadecimal digit: \"\(character)\"")
        case .oddCount:
            Problem(
                code: "22023", status: 400,
                message: "invalid hexadecimal data: odd number of digits")
        case .escape:
            Problem(code: "22P02", status: 400, message: "invalid input syntax for type bytea")
        }
    }

    private static func shortened(_ value: String) -> String {
        let limit = ValueLimits.quotedCharactersMax
        return value.utf8.count <= limit ? value : String(value.prefix(limit)) + "…"
    }
}
