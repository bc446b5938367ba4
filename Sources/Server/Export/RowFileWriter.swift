import Bytes
import Store
import Values

/// Writes the rows of a table as the text of a file that `apus import` reads as equal rows.
struct RowFileWriter {
    private let form: RowFileForm
    private let layout: RowLayout
    /// Rows so far.
    private(set) var rowCount = 0

    init(_ form: RowFileForm, _ table: Table) {
        self.form = form
        layout = RowLayout(table.shown.map { (key: $0.name, type: $0.type) })
    }

    /// Appends what stands in front of the rows.
    func begin(in text: inout [UInt8]) {
        switch form {
        case .csv:
            for (index, member) in layout.members.enumerated() {
                if index > 0 { text.append(ASCII.comma) }
                text.append(csvName: member.key)
            }
            text.append(ASCII.lf)
        case .json: text.append(ASCII.leftBracket)
        case .ndjson: break
        }
    }

    /// Appends a row.
    mutating func append(_ row: WireRow, to text: inout [UInt8]) {
        switch form {
        case .csv: append(fields: row, to: &text)
        case .json:
            if rowCount > 0 { text.append(ASCII.comma) }
            text.append(ASCII.lf)
            append(object: row, to: &text)
        case .ndjson:
            append(object: row, to: &text)
            text.append(ASCII.lf)
        }
        rowCount += 1
    }

    /// Appends what stands behind them.
    func end(in text: inout [UInt8]) {
        if form == .json { text.append(ascii: "\n]\n") }
    }

    private func append(object row: WireRow, to text: inout [UInt8]) {
        for index in layout.members.indices {
            layout.appendKey(index, to: &text)
            text.append(span: row.bytes.span.extracting(row.place(index)))
        }
        layout.appendEnd(to: &text)
    }

    private func append(fields row: WireRow, to text: inout [UInt8]) {
        for (index, member) in layout.members.enumerated() {
            if index > 0 { text.append(ASCII.comma) }
            let value = row.bytes.span.extracting(row.place(index))
            if ASCII.equal(value, "null") { continue }
            if value.count > 1, value[0] == ASCII.quote, member.type != .json {
                text.append(csvText: value.extracting(1..<(value.count - 1)))
            } else {
                text.append(csvField: value)
            }
        }
        text.append(ASCII.lf)
    }
}

extension [UInt8] {
    /// Appends a column's name. What does not begin as a name usually does is quoted, too: a file
    /// is known as JSON by its first character.
    fileprivate mutating func append(csvName name: String) {
        let bytes = Array(name.utf8)
        let isPlain = bytes.first.map { ASCII.isLetter($0) || $0 == ASCII.underscore } ?? false
        if isPlain { append(csvField: bytes.span) } else { append(quotedField: bytes.span) }
    }

    /// Appends the characters of a JSON string as a field.
    fileprivate mutating func append(csvText json: Span<UInt8>) {
        for index in json.indices where json[index] == ASCII.backslash {
            let text = [UInt8](unescaping: json)
            return append(csvField: text.span)
        }
        append(csvField: json)
    }

    /// Appends a field, in quotes where it would be read as another without, or as NULL.
    fileprivate mutating func append(csvField field: Span<UInt8>) {
        var isPlain = field.count > 0
        for index in field.indices where isPlain {
            switch field[index] {
            case ASCII.comma, ASCII.quote, ASCII.lf, ASCII.cr: isPlain = false
            default: break
            }
        }
        if isPlain { append(span: field) } else { append(quotedField: field) }
    }

    private mutating func append(quotedField field: Span<UInt8>) {
        append(ASCII.quote)
        for index in field.indices {
            if field[index] == ASCII.quote { append(ASCII.quote) }
            append(field[index])
        }
        append(ASCII.quote)
    }
}
