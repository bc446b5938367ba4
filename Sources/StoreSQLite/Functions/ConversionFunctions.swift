import Bytes
import Diagnostics
import SQLite
import Store
import Values

/// The functions that the statements of rebuilds call: what a value of one type is in another, and
/// what rows get in a new column whose default is computed. Only the writer knows them.
enum ConversionFunctions {
    static let convert = "apus_convert"
    static let converts = "apus_converts"
    static let now = "apus_now"
    static let randomUUID = "apus_random_uuid"
    static let uuidv7 = "apus_uuidv7"

    /// Makes the functions known to a connection.
    static func define(on connection: Connection) throws(SQLiteError) {
        try connection.define(convert, argumentCount: 3) { call in
            switch ValueConversion(from: call[1].text, to: call[2].text)?.value(Value(call[0])) {
            case .integer(let value): call.answer(value)
            case .real(let value): call.answer(real: value)
            case .text(let value): call.answer(value)
            case .blob(let value): call.answer(blob: value)
            case .null: call.answerNull()
            case nil: call.fail("a value is no \(call[2].text)")
            }
        }
        try connection.define(converts, argumentCount: 3) { call in
            let conversion = ValueConversion(from: call[1].text, to: call[2].text)
            call.answer(conversion?.value(Value(call[0])) == nil ? 0 : 1 as Int64)
        }
        // Answered once for a statement: all rows get the same moment.
        try connection.define(now, argumentCount: 0) { call in
            call.answer(Instant.now.postgres)
        }
        try connection.define(randomUUID, argumentCount: 1) { call in call.answer(UUIDText.v4()) }
        try connection.define(uuidv7, argumentCount: 1) { call in
            call.answer(UUIDText.v7(microseconds: Instant.now.microseconds))
        }
    }
}

/// What values of one type are in another: the same as somebody would read them, or none. Nothing
/// is rounded or cut off.
struct ValueConversion {
    private let former: ColumnType
    private let type: ColumnType

    init(_ former: ColumnType, _ type: ColumnType) {
        self.former = former
        self.type = type
    }

    /// Between types by their names in statements; nil where one has none such.
    init?(from former: String, to type: String) {
        guard let former = ColumnType(conversionName: former),
            let type = ColumnType(conversionName: type)
        else { return nil }
        self.init(former, type)
    }

    /// The value in the other type; nil where it is none.
    func value(_ value: Value) -> Value? {
        if value == .null { return .null }
        if former == .json { return content(ofJSON: value) }
        if type == .json {
            var json: [UInt8] = []
            former.appendJSON(value, to: &json)
            return try? type.parse(String(utf8: json))
        }
        if former == .boolean, type.exactScale == 0 { return value }
        if former == .timestamp, type == .date { return Self.day(of: value) }
        if former == .date, type == .timestamp, case .text(let day) = value {
            return .text(day + Self.midnight)
        }
        return former.text(of: value).flatMap { exactly(isTrimmed ? Self.trimmed($0) : $0) }
    }

    /// Whether digits that say nothing are left out: 3.00 is the number 3, and a text of four
    /// letters.
    private var isTrimmed: Bool {
        if case .decimal(_, let scale) = former { scale > 0 && type != .text } else { false }
    }

    private static func trimmed(_ number: String) -> String {
        var digits = Substring(number)
        while digits.hasSuffix("0") { digits.removeLast() }
        return String(digits.hasSuffix(".") ? digits.dropLast() : digits)
    }

    /// What a JSON string holds, and the text of any other JSON.
    private func content(ofJSON value: Value) -> Value? {
        guard case .text(let text) = value,
            let json = try? JSONDocument(parsing: Array(text.utf8)).root
        else { return nil }
        if json.isNull { return .null }
        if type == .text { return .text(json.string ?? text) }
        return exactly(json.string ?? text)
    }

    /// The value that a text spells, if it says no more than the value does.
    private func exactly(_ text: String) -> Value? {
        guard let value = try? type.parse(text) else { return nil }
        switch type {
        case .decimal:
            return (try? type.parse(comparand: text)) == value ? value : nil
        case .real:
            guard case .real(let number) = value, former.exactScale == 0 else { return value }
            return Int64(exactly: number).map(String.init) == text ? value : nil
        case .text, .uuid, .timestamp, .date, .time, .integer, .integer32, .boolean, .json,
            .bytes:
            return value
        }
    }

    private static let midnight = "T00:00:00+00:00"

    private static func day(of value: Value) -> Value? {
        guard case .text(let moment) = value, moment.hasSuffix(midnight) else { return nil }
        return .text(String(moment.dropLast(midnight.utf8.count)))
    }
}

extension ColumnType {
    /// What the statements of rebuilds call it: `int8`, `numeric(12,2)`.
    var conversionName: String {
        if case .decimal(let precision, let scale) = self {
            return "\(wireName)(\(precision),\(scale))"
        }
        return wireName
    }

    fileprivate init?(conversionName name: String) {
        let words = name.split { "(,)".contains($0) }
        guard let known = Self.families.first(where: { $0.wireName == words.first ?? "" }) else {
            return nil
        }
        guard case .decimal = known else {
            self = known
            return
        }
        guard words.count == 3, let precision = Int(words[1]), let scale = Int(words[2]) else {
            return nil
        }
        self = .decimal(precision: precision, scale: scale)
    }
}
