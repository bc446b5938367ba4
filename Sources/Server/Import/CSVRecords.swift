import Bytes
import Diagnostics
import Schema
import Values

/// Rows of a CSV file (RFC 4180) whose first line names the columns. As PostgreSQL's COPY has it, a
/// field without any character is NULL and one of two quotes the empty text.
struct CSVRecords: ImportRecords {
    private let input: InputBytes
    private let names: [String]
    private let form: CSVForm
    private let keepsTexts: Bool
    /// The header as it stands there.
    let head: [UInt8]?

    /// Reads the header.
    ///
    /// - Parameter keepsTexts: whether rows are wanted as they stand there, too.
    /// - Throws: `ImportFault` for a name that is no column, or stands there twice.
    init(_ input: InputBytes, _ model: Model, keepingTexts keepsTexts: Bool = false) throws {
        self.input = input
        self.keepsTexts = keepsTexts
        let line = input.line
        let header = try CSVHeader(input)
        head = header.text
        names = try header.fields.map { field throws(ImportFault) in
            guard UTF8Check.isValid(field.span) else {
                throw ImportFault(line: line, malformed: "the header is not UTF-8", isLast: true)
            }
            return String(utf8: field)
        }
        var seen: Set<String> = []
        let takesJSON = try names.map { name throws(ImportFault) in
            guard seen.insert(name).inserted else {
                throw ImportFault(
                    line: line, malformed: "the column '\(name)' is named twice", isLast: true)
            }
            guard let column = model.columnIndex(name) else {
                throw ImportFault(
                    line: line, malformed: Self.unknown(name, in: model), isLast: true)
            }
            return model.columns[column].type == .json
        }
        form = CSVForm(names, takesJSON: takesJSON)
    }

    private static func unknown(_ name: String, in model: Model) -> String {
        let near = nearest(name, in: model.columns.map(\.name))
        return "the table \(model.name) has no column '\(name)'"
            + (near.map { " (did you mean '\($0)'?)" } ?? "")
    }

    mutating func next() throws -> ImportRecord? {
        while let byte = try input.peek(), byte == ASCII.lf || byte == ASCII.cr {
            _ = try input.next()
        }
        guard try input.peek() != nil else { return nil }
        let (line, form, keepsTexts) = (input.line, form, keepsTexts)
        typealias Row = (json: Result<[UInt8], ImportFault>, text: [UInt8]?)
        let row: Row = try input.take {
            (bytes: Span<UInt8>, isAll: Bool) throws(ImportFault) -> (Row, byteCount: Int)? in
            var scanner = CSVScanner(bytes, isAll: isAll, line: line)
            guard let json = try form.row(of: &scanner) else { return nil }
            let end = scanner.position
            let text = keepsTexts ? [UInt8](lineOf: bytes.extracting(..<end)) : nil
            return ((json, text), end)
        }
        switch row.json {
        case .success(let json):
            return ImportRecord(line: line, json: json, columns: names, text: row.text)
        case .failure(var fault):
            fault.row = row.text
            throw fault
        }
    }
}

/// How the fields of a row become the members of an object. What is no JSON column takes a text, as
/// in a request's body.
private struct CSVForm {
    private let names: [String]
    /// What stands before each value: `{"id":`, `,"name":`.
    private let keys: [[UInt8]]
    private let takesJSON: [Bool]

    init(_ names: [String], takesJSON: [Bool]) {
        self.names = names
        self.takesJSON = takesJSON
        keys = names.enumerated().map { index, name in
            var key: [UInt8] = [index == 0 ? ASCII.leftBrace : ASCII.comma]
            key.append(jsonString: name)
            key.append(ASCII.colon)
            return key
        }
    }

    /// The row that begins here as JSON, or what is wrong with it; nil where it needs more bytes.
    ///
    /// - Throws: `ImportFault` where it is not known either where the next one begins.
    func row(
        of scanner: inout CSVScanner
    ) throws(ImportFault) -> Result<[UInt8], ImportFault>? {
        var json: [UInt8] = []
        json.reserveCapacity(256)
        var (count, fault) = (0, ImportFault?.none)
        while true {
            guard let field = try scanner.next() else { return nil }
            if count < names.count, fault == nil {
                json += keys[count]
                do throws(ImportFault) {
                    try append(scanner, field, count, to: &json)
                } catch {
                    fault = error
                }
            }
            count += 1
            if field.isLast { break }
        }
        json.append(ASCII.rightBrace)
        if count != names.count {
            fault = ImportFault(
                line: scanner.line,
                malformed: "the row has \(counted(count, "field")), the header \(names.count)")
        }
        return fault.map { .failure($0) } ?? .success(json)
    }

    private func append(
        _ scanner: borrowing CSVScanner, _ field: CSVScanner.Field, _ index: Int,
        to json: inout [UInt8]
    ) throws(ImportFault) {
        guard field.isQuoted || !field.place.isEmpty else { return json.append(ascii: "null") }
        if field.isComplex {
            let bytes = scanner.bytes(of: field)
            return try append(bytes.span, scanner.line, index, to: &json)
        }
        try append(scanner.input.extracting(field.place), scanner.line, index, to: &json)
    }

    private func append(
        _ bytes: Span<UInt8>, _ line: Int, _ index: Int, to json: inout [UInt8]
    ) throws(ImportFault) {
        guard UTF8Check.isValid(bytes) else {
            throw ImportFault(line: line, malformed: "the field '\(names[index])' is not UTF-8")
        }
        guard takesJSON[index] else { return json.append(jsonString: bytes) }
        do throws(JSONError) {
            _ = try JSONDocument(parsing: [UInt8](copying: bytes))
        } catch {
            throw ImportFault(
                line: line,
                malformed: "the field '\(names[index])' is no JSON: \(error.message)")
        }
        json.append(span: bytes)
    }
}

extension [UInt8] {
    /// A line without its end.
    fileprivate init(lineOf bytes: Span<UInt8>) {
        var count = bytes.count
        while count > 0, bytes[count - 1] == ASCII.lf || bytes[count - 1] == ASCII.cr { count -= 1 }
        self.init(copying: bytes.extracting(..<count))
    }
}

/// The fields of the first line.
private struct CSVHeader {
    let fields: [[UInt8]]
    /// The line as it stands there.
    let text: [UInt8]

    init(_ input: InputBytes) throws {
        let line = input.line
        typealias Header = (fields: [[UInt8]], text: [UInt8])
        (fields, text) = try input.take {
            (bytes: Span<UInt8>, isAll: Bool) throws(ImportFault) -> (Header, byteCount: Int)? in
            var scanner = CSVScanner(bytes, isAll: isAll, line: line)
            var fields: [[UInt8]] = []
            while true {
                guard let field = try scanner.next() else { return nil }
                fields.append(scanner.bytes(of: field))
                if field.isLast {
                    let end = scanner.position
                    return ((fields, [UInt8](lineOf: bytes.extracting(..<end))), end)
                }
            }
        }
    }
}
