import Bytes
import Diagnostics
import Schema
import Values

/// Rows of a CSV file (RFC 4180) whose first line names the columns. As PostgreSQL's COPY has it, a
/// field without any character is NULL and one of two quotes the empty text.
struct CSVRecords: ImportRecords {
    private let input: InputBytes
    private let names: [String]
    /// Whether a column takes JSON, which stands in the field as it is.
    private let takesJSON: [Bool]

    /// Reads the header.
    ///
    /// - Throws: `ImportFault` for a name that is no column, or stands there twice.
    init(_ input: InputBytes, _ model: Model) throws {
        self.input = input
        let line = input.line
        let header = try Self.fields(of: input) ?? []
        names = try header.map { field throws(ImportFault) in
            guard UTF8Check.isValid(field.bytes.span) else {
                throw ImportFault(line: line, malformed: "the header is not UTF-8")
            }
            return String(utf8: field.bytes)
        }
        var seen: Set<String> = []
        takesJSON = try names.map { name throws(ImportFault) in
            guard seen.insert(name).inserted else {
                throw ImportFault(line: line, malformed: "the column '\(name)' is named twice")
            }
            guard let column = model.columns.first(where: { $0.name == name }) else {
                throw ImportFault(line: line, malformed: Self.unknown(name, in: model))
            }
            return column.type == .json
        }
    }

    private static func unknown(_ name: String, in model: Model) -> String {
        let near = nearest(name, in: model.columns.map(\.name))
        return "the table \(model.name) has no column '\(name)'"
            + (near.map { " (did you mean '\($0)'?)" } ?? "")
    }

    mutating func next() throws -> ImportRecord? {
        while let byte = try input.peek(), [0x0A, 0x0D].contains(byte) {
            _ = try input.next()
        }
        let line = input.line
        guard let fields = try Self.fields(of: input) else { return nil }
        guard fields.count == names.count else {
            throw ImportFault(
                line: line,
                malformed: "the row has \(counted(fields.count, "field")), the header "
                    + "\(names.count)")
        }
        var json: [UInt8] = [ASCII.leftBrace]
        for (index, field) in fields.enumerated() {
            if index > 0 { json.append(ASCII.comma) }
            json.append(jsonString: names[index])
            json.append(UInt8(ascii: ":"))
            try json.append(field, asJSON: takesJSON[index], of: names[index], on: line)
        }
        json.append(UInt8(ascii: "}"))
        return ImportRecord(line: line, json: json, columns: names)
    }

    /// The text of one field.
    struct Field {
        var bytes: [UInt8] = []
        var isQuoted = false
    }

    /// The fields of the row that begins here; nil at the end of the file.
    private static func fields(of input: InputBytes) throws -> [Field]? {
        guard try input.peek() != nil else { return nil }
        let line = input.line
        var fields: [Field] = []
        var length = 0
        while true {
            let (field, isLast) = try field(of: input, on: line)
            length += field.bytes.count
            guard length <= ImportLimits.recordBytesMax else {
                throw ImportFault(
                    line: line,
                    malformed: "the row is longer than \(ImportLimits.recordBytesMax) bytes")
            }
            fields.append(field)
            if isLast { return fields }
        }
    }

    /// One field, and whether the row ends with it.
    private static func field(
        of input: InputBytes, on line: Int
    ) throws -> (Field, isLast: Bool) {
        var field = Field()
        if try input.peek() == ASCII.quote {
            _ = try input.next()
            field.isQuoted = true
            try readQuoted(&field, of: input, on: line)
        }
        while let byte = try input.next() {
            switch byte {
            case ASCII.comma: return (field, false)
            case UInt8(ascii: "\n"): return (field, true)
            case UInt8(ascii: "\r"):
                guard try input.peek() == UInt8(ascii: "\n") else { return (field, true) }
            case _ where field.isQuoted:
                throw ImportFault(line: line, malformed: "text follows a quoted field")
            default: try field.bytes.append(byte, ofRecordOn: line)
            }
        }
        return (field, true)
    }

    /// What is left of a field in quotes, in which two quotes stand for one.
    private static func readQuoted(
        _ field: inout Field, of input: InputBytes, on line: Int
    ) throws {
        while let byte = try input.next() {
            if byte == ASCII.quote {
                guard try input.peek() == ASCII.quote else { return }
                _ = try input.next()
            }
            try field.bytes.append(byte, ofRecordOn: line)
        }
        throw ImportFault(line: line, malformed: "a quoted field does not end")
    }
}

extension [UInt8] {
    /// Appends the JSON of a field. What is no JSON column takes a text, as in a request's body.
    fileprivate mutating func append(
        _ field: CSVRecords.Field, asJSON: Bool, of name: String, on line: Int
    ) throws(ImportFault) {
        guard field.isQuoted || !field.bytes.isEmpty else { return append(ascii: "null") }
        guard UTF8Check.isValid(field.bytes.span) else {
            throw ImportFault(line: line, malformed: "the field '\(name)' is not UTF-8")
        }
        guard asJSON else { return append(jsonString: String(utf8: field.bytes)) }
        do throws(JSONError) {
            _ = try JSONDocument(parsing: field.bytes)
        } catch {
            throw ImportFault(
                line: line, malformed: "the field '\(name)' is no JSON: \(error.message)")
        }
        append(contentsOf: field.bytes)
    }
}
