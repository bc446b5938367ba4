import Bytes
import Values

/// How values of a column are written in JSON.
enum ValueForm: Hashable, Sendable {
    /// As a text, whatever it is.
    case text
    /// A number or truth as it stands.
    case number
    case truth
    /// JSON as it stands.
    case json
    /// A time of day and date, with or without a zone.
    case moment
    /// An array with elements of a form.
    indirect case array(ValueForm)
}

/// What a column's type becomes.
struct PropertyType {
    /// The words of the property.
    var words: [JSON.Member]
    let form: ValueForm
    /// What of it is not said, or is another than it was.
    var remark: String?

    private init(
        _ type: String?, _ format: String? = nil, _ form: ValueForm, remark: String? = nil
    ) {
        words =
            [type.map { JSON.Member("type", .string($0)) }].compactMap(\.self)
            + [format.map { JSON.Member("format", .string($0)) }].compactMap(\.self)
        self.form = form
        self.remark = remark
    }

    /// The property of a type.
    ///
    /// - Parameter hasNulls: whether elements of arrays may be null.
    init(_ given: SQLType, in database: SourceDatabase, hasNulls: Bool = false) {
        let type = database.resolved(given)
        if type.dimensions > 0 {
            self = Self.array(of: type, in: database, hasNulls)
        } else if let values = database.values(of: type) {
            self.init("string", nil, .text)
            words.append(JSON.Member("enum", .array(values.map(JSON.string))))
        } else {
            self = Self.plain(type) ?? Self.kept(type)
        }
    }

    private static func plain(_ type: SQLType) -> PropertyType? {
        switch type.name {
        case "text", "name", "string": return PropertyType("string", nil, .text)
        case "varchar", "char": return bounded(type)
        case "citext":
            return PropertyType(
                "string", nil, .text,
                remark: "compares with the cases of letters; unique values may differ in them")
        case "uuid": return PropertyType("string", "uuid", .text)
        case "smallint":
            var small = PropertyType("integer", "int32", .number)
            small.words += [
                JSON.Member("minimum", .integer(-32_768)), JSON.Member("maximum", .integer(32_767)),
            ]
            return small
        case "integer": return PropertyType("integer", "int32", .number)
        case "bigint", "oid": return PropertyType("integer", nil, .number)
        case "double precision", "real": return PropertyType("number", nil, .number)
        case "numeric": return decimal(type)
        case "boolean": return PropertyType("boolean", nil, .truth)
        case "timestamp with time zone": return PropertyType("string", "date-time", .moment)
        case "timestamp":
            return PropertyType(
                "string", "date-time", .moment, remark: "had no time zone; is taken as UTC")
        case "date": return PropertyType("string", "date", .text)
        case "time": return PropertyType("string", "time", .text)
        case "bytea": return PropertyType("string", "byte", .text)
        case "json", "jsonb": return PropertyType(nil, nil, .json)
        default: return nil
        }
    }

    /// A type that has no like here is kept as the text that PostgreSQL prints.
    private static func kept(_ type: SQLType) -> PropertyType {
        PropertyType("string", nil, .text, remark: "was \(type.text); is its text, unchecked")
    }

    private static func bounded(_ type: SQLType) -> PropertyType {
        var property = PropertyType("string", nil, .text)
        let length = type.arguments.first.flatMap { Int64($0) } ?? (type.name == "char" ? 1 : nil)
        if let length { property.words.append(JSON.Member("maxLength", .integer(length))) }
        return property
    }

    private static func decimal(_ type: SQLType) -> PropertyType {
        let most = ColumnType.decimalPrecisionMax
        let precision = type.arguments.first.flatMap { Int($0) }
        let scale = type.arguments.dropFirst().first.flatMap { Int($0) } ?? 0
        guard let precision else {
            return PropertyType(
                "number", nil, .number,
                remark: "was numeric of any size; is a double, exact to 15 digits: where that is "
                    + "money, write \"format\": \"decimal\" with \"precision\" and \"scale\"")
        }
        guard precision <= most, scale >= 0, scale <= precision else {
            return PropertyType(
                "number", nil, .number,
                remark: "was \(type.text); is a double: decimals have up to \(most) digits")
        }
        var property = PropertyType("string", "decimal", .number)
        property.words += [
            JSON.Member("precision", .integer(Int64(precision))),
            JSON.Member("scale", .integer(Int64(scale))),
        ]
        return property
    }

    /// Has elements of an array be anything.
    mutating func forgetElements() {
        words.removeAll { $0.key == "items" }
        remark = "has arrays in arrays in some rows, whatever its type says"
    }

    private static func array(
        of type: SQLType, in database: SourceDatabase, _ hasNulls: Bool
    ) -> PropertyType {
        let inner = PropertyType(type.element, in: database)
        var items = inner.words.filter { ["type", "enum", "maxLength"].contains($0.key) }
        if case .string(let format)? = inner.words.first(where: { $0.key == "format" })?.value {
            if ["uuid", "date-time", "date", "time"].contains(format) {
                items.append(JSON.Member("format", .string(format)))
            } else if format == "decimal" {
                items = [JSON.Member("type", "number")]
            }
        }
        // Elements may be null in every array of PostgreSQL's; most never are.
        if hasNulls, let place = items.firstIndex(where: { $0.key == "type" }) {
            items[place].value = .array([items[place].value, "null"])
            items.removeAll { $0.key == "enum" }
        }
        var (schema, form) = (JSON.object(items), ValueForm.array(inner.form))
        for _ in 1..<max(1, type.dimensions) {
            schema = ["type": "array", "items": schema]
            form = .array(form)
        }
        var property = PropertyType("array", nil, form, remark: inner.remark)
        if !items.isEmpty { property.words.append(JSON.Member("items", schema)) }
        return property
    }
}
