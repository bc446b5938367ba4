/// What kind of values a column has, as the proof knows it: apart from the product's own types.
enum Kind: Hashable {
    case text, uuid, timestamp, date, time, integer, integer32, real, boolean, bytes
    case decimal(precision: Int, scale: Int)
    /// Any value, objects or arrays.
    case json(String?)

    static let all: [Kind] = [
        .text, .uuid, .timestamp, .date, .time, .integer, .integer32, .real, .boolean, .bytes,
        .decimal(precision: 12, scale: 2), .decimal(precision: 6, scale: 0),
        .decimal(precision: 18, scale: 4), .json(nil), .json("object"), .json("array"),
    ]

    var isJSON: Bool { if case .json = self { true } else { false } }

    var isNumber: Bool {
        switch self {
        case .integer, .integer32, .real, .decimal: true
        case .text, .uuid, .timestamp, .date, .time, .boolean, .bytes, .json: false
        }
    }

    /// The digits behind the point, of what is counted exactly.
    var scale: Int? {
        switch self {
        case .decimal(_, let scale): scale
        case .integer, .integer32: 0
        case .text, .uuid, .timestamp, .date, .time, .real, .boolean, .bytes, .json: nil
        }
    }

    /// The words of a model file, each with a comma behind it where more follow.
    var words: [String] {
        switch self {
        case .text: [#""type": "string""#]
        case .uuid: [#""type": "string""#, #""format": "uuid""#]
        case .timestamp: [#""type": "string""#, #""format": "date-time""#]
        case .date: [#""type": "string""#, #""format": "date""#]
        case .time: [#""type": "string""#, #""format": "time""#]
        case .integer: [#""type": "integer""#]
        case .integer32: [#""type": "integer""#, #""format": "int32""#]
        case .real: [#""type": "number""#]
        case .boolean: [#""type": "boolean""#]
        case .bytes: [#""type": "string""#, #""format": "byte""#]
        case .decimal(let precision, let scale):
            [
                #""type": "string""#, #""format": "decimal""#, "\"precision\": \(precision)",
                "\"scale\": \(scale)",
            ]
        case .json(let shape): shape.map { ["\"type\": \"\($0)\""] } ?? []
        }
    }
}

/// A value of a row.
enum Cell: Hashable, Comparable {
    case null
    /// A whole number, a truth value, or a decimal without its point.
    case integer(Int64)
    case real(Double)
    /// Whatever is written as a text; of JSON without blanks.
    case text(String)
    case bytes([UInt8])
    /// A value that the engine makes up; by number, equal ones are the same.
    case fresh(Int)

    static func < (one: Cell, other: Cell) -> Bool { "\(one)" < "\(other)" }
}

extension Cell {
    /// The value as a model file says it.
    func json(_ kind: Kind) -> String {
        switch self {
        case .null, .fresh: "null"
        case .integer(let number):
            if kind == .boolean {
                number == 0 ? "false" : "true"
            } else if case .decimal(_, let scale) = kind {
                "\"\(Cell.digits(number, scale))\""
            } else {
                "\(number)"
            }
        case .real(let number): "\(number)"
        case .text(let text): kind.isJSON ? text : Cell.quoted(text)
        case .bytes(let bytes): Cell.quoted("\\x" + Cell.hex(bytes))
        }
    }

    /// A text as JSON.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// A decimal with all digits of its scale.
    static func digits(_ number: Int64, _ scale: Int) -> String {
        var digits = String(number.magnitude)
        while digits.count <= scale { digits = "0" + digits }
        let sign = number < 0 ? "-" : ""
        if scale == 0 { return sign + digits }
        return sign + digits.dropLast(scale) + "." + digits.suffix(scale)
    }
}

// MARK: SQL

extension Cell {
    /// The value as a constant of a statement.
    func literal(_ kind: Kind, isPostgres: Bool) -> String {
        switch self {
        case .null, .fresh: return "NULL"
        case .integer(let number):
            if isPostgres, kind == .boolean { return number == 0 ? "false" : "true" }
            if isPostgres, case .decimal(_, let scale) = kind {
                return Cell.digits(number, scale)
            }
            return "\(number)"
        case .real(let number): return "\(number)"
        case .text(let text): return "'\(text.replacing("'", with: "''"))'"
        case .bytes(let bytes):
            return isPostgres ? "'\\x\(Cell.hex(bytes))'" : "X'\(Cell.hex(bytes))'"
        }
    }

    /// An expression that finds a value of a column as a text that ``init(found:_:)`` reads.
    static func finding(_ name: String, _ kind: Kind, isPostgres: Bool) -> String {
        let value = isPostgres ? postgres(name, kind) : sqlite(name, kind)
        return "CASE WHEN \(name) IS NULL THEN 'n' ELSE \(value) END"
    }

    private static func sqlite(_ name: String, _ kind: Kind) -> String {
        switch kind {
        case .integer, .integer32, .boolean, .decimal: "'i' || \(name)"
        case .real: "'r' || printf('%!.17g', \(name))"
        case .text, .uuid, .timestamp, .date, .time, .json, .bytes: "'t' || lower(hex(\(name)))"
        }
    }

    private static func postgres(_ name: String, _ kind: Kind) -> String {
        func text(_ value: String) -> String {
            "'t' || encode(convert_to(\(value), 'UTF8'), 'hex')"
        }
        switch kind {
        case .integer, .integer32: return "'i' || \(name)"
        case .boolean: return "'i' || \(name)::int"
        case .decimal(_, let scale):
            return "'i' || (\(name) * 1\(String(repeating: "0", count: scale)))::bigint"
        case .real: return "'r' || \(name)"
        case .bytes: return "'t' || encode(\(name), 'hex')"
        case .timestamp:
            return text("(to_jsonb(\(name) AT TIME ZONE 'UTC') #>> '{}') || '+00:00'")
        case .json: return text("replace(\(name)::text, ' ', '')")
        case .text, .uuid, .date, .time: return text("\(name)::text")
        }
    }

    /// The value of what ``finding(_:_:isPostgres:)`` finds.
    init(found text: String, _ kind: Kind) {
        let rest = String(text.dropFirst())
        switch text.first {
        case "i": self = .integer(Int64(rest) ?? .min)
        case "r": self = .real(Double(rest) ?? .nan)
        case "t":
            let digits = Array(rest)
            let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { place in
                UInt8(String(digits[place...place + 1]), radix: 16) ?? 0
            }
            self = kind == .bytes ? .bytes(bytes) : .text(String(decoding: bytes, as: UTF8.self))
        default: self = .null
        }
    }
}
