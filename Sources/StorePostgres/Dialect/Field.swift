import Bytes
import Diagnostics
public import PostgresWire
public import Values

// What a binary field of a row holds, by the type of its column. The JSON is what the embedded
// engine prints of the same value.

extension Value {
    /// The value of a field; NULL for none.
    ///
    /// - Throws: for bytes that are no value of the type, or one that we cannot hold, which only
    ///   tables that others made have: an endless time, NaN.
    public init(_ field: Span<UInt8>?, as type: ColumnType) throws(FormatFault) {
        guard let field else {
            self = .null
            return
        }
        switch type {
        case .text: self = .text(String(utf8: field))
        case .bytes:
            var bytes: [UInt8] = []
            bytes.append(span: field)
            self = .blob(bytes)
        case .integer, .integer32: self = .integer(try Field.integer(field))
        case .boolean: self = Value(try Binary.bool(field))
        case .real: self = .real(try Binary.float8(field))
        case .decimal(_, let scale):
            self = .integer(try Numeric(field).scaled(to: scale))
        case .uuid, .timestamp, .date, .time, .json:
            var text: [UInt8] = []
            try Field.append(field, as: type, to: &text)
            self = .text(String(utf8: text))
        }
    }
}

extension ColumnType {
    /// Appends a field as clients are sent it; null for none.
    ///
    /// - Throws: as ``Values/Value/init(_:as:)``.
    public func appendJSON(
        field: Span<UInt8>?, to output: inout [UInt8]
    ) throws(FormatFault) {
        guard let field else { return output.append(ascii: "null") }
        switch self {
        case .text: output.append(jsonString: field)
        case .bytes: appendJSON(blob: field, to: &output)
        case .integer, .integer32: output.append(decimal: try Field.integer(field))
        case .boolean: output.append(ascii: try Binary.bool(field) ? "true" : "false")
        case .real: output.append(shortest: try Binary.float8(field))
        case .decimal(_, let scale):
            appendJSON(integer: try Numeric(field).scaled(to: scale), to: &output)
        case .json: try Field.append(field, as: self, to: &output)
        case .uuid, .timestamp, .date, .time:
            output.append(ASCII.quote)
            try Field.append(field, as: self, to: &output)
            output.append(ASCII.quote)
        }
    }
}

/// Reads what several forms of a field have in common.
enum Field {
    /// A column or an expression of any width.
    static func integer(_ field: Span<UInt8>) throws(FormatFault) -> Int64 {
        switch field.count {
        case 8: try Binary.int8(field)
        case 4: Int64(try Binary.int4(field))
        case 2: Int64(try Binary.int2(field))
        default: throw .wrongSize(field.count, type: .int8)
        }
    }

    /// Appends the text by which a value of a type that is kept as text goes.
    static func append(
        _ field: Span<UInt8>, as type: ColumnType, to output: inout [UInt8]
    ) throws(FormatFault) {
        switch type {
        case .uuid: try Binary.appendUUID(field, to: &output)
        case .timestamp:
            let microseconds = try finite(Binary.timestamp(field), .timestamptz)
            guard moments.contains(microseconds) else { throw .outOfRange(.timestamptz) }
            Instant(microseconds: microseconds).appendPostgres(to: &output)
        case .date:
            let days = try finite(Binary.date(field), .date)
            guard Field.days.contains(days) else { throw .outOfRange(.date) }
            CivilDate(daysSinceEpoch: Int(days)).append(to: &output)
        case .time: TimeOfDay(microseconds: try Binary.time(field)).append(to: &output)
        // An embed is `json`, which has no version in front; no JSON begins with a byte of 1.
        case .json:
            let isBinary = field.count > 0 && field[0] == 1
            output.append(jsonWithoutBlanks: isBinary ? try Binary.jsonb(field) : field)
        case .text, .decimal, .integer, .integer32, .real, .boolean, .bytes:
            throw .malformed(type.typeOID)
        }
    }

    private static func finite(
        _ place: Unbounded, _ type: TypeOID
    ) throws(FormatFault) -> Int64 {
        guard case .finite(let number) = place else { throw .outOfRange(type) }
        return number
    }

    /// The years 1 to 9999, in days and in microseconds since 1970.
    private static let days: Range<Int64> = -719_162..<2_932_897
    private static let moments = (days.lowerBound * dayLength)..<(days.upperBound * dayLength)
    private static let dayLength: Int64 = 86_400_000_000
}
