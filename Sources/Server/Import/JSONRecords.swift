import Bytes
import Diagnostics

/// Rows as JSON objects, one a line (JSON Lines). Empty lines are passed over.
struct JSONLineRecords: ImportRecords {
    let input: InputBytes

    mutating func next() throws -> ImportRecord? {
        try input.skipSpace()
        let line = input.line
        var bytes: [UInt8] = []
        while let byte = try input.next(), byte != UInt8(ascii: "\n") {
            try bytes.append(byte, ofRecordOn: line)
        }
        return bytes.isEmpty ? nil : try ImportRecord(line: line, object: bytes)
    }
}

/// Rows as the elements of one JSON array.
struct JSONArrayRecords: ImportRecords {
    private let input: InputBytes
    private var isFirst = true
    private var isOver = false

    /// - Parameter input: stands before the array.
    init(_ input: InputBytes) throws(Problem) {
        self.input = input
        _ = try input.next()
    }

    mutating func next() throws -> ImportRecord? {
        if isOver { return nil }
        try input.skipSpace()
        if try input.peek() == UInt8(ascii: "]") {
            isOver = true
            _ = try input.next()
            try input.skipSpace()
            guard try input.peek() == nil else {
                throw ImportFault(line: input.line, malformed: "something follows the array")
            }
            return nil
        }
        if !isFirst {
            guard try input.next() == ASCII.comma else {
                throw ImportFault(line: input.line, malformed: "a comma or ] is missing")
            }
            try input.skipSpace()
        }
        isFirst = false
        return try element()
    }

    /// The object that begins here, up to the brace that closes it.
    private func element() throws -> ImportRecord {
        let line = input.line
        var (bytes, depth, isQuoted) = ([UInt8](), 0, false)
        while let byte = try input.next() {
            try bytes.append(byte, ofRecordOn: line)
            switch byte {
            case UInt8(ascii: "\\") where isQuoted:
                if let escaped = try input.next() { bytes.append(escaped) }
            case ASCII.quote: isQuoted.toggle()
            case ASCII.leftBrace where !isQuoted: depth += 1
            case UInt8(ascii: "}") where !isQuoted: depth -= 1
            default: break
            }
            guard depth > 0 else {
                if depth == 0, byte == UInt8(ascii: "}") {
                    return try ImportRecord(line: line, object: bytes)
                }
                throw ImportFault(line: line, malformed: "an element is no object")
            }
        }
        throw ImportFault(line: line, malformed: "the file ends within an object")
    }
}

extension ImportRecord {
    /// A row that is a JSON object already.
    ///
    /// - Throws: `ImportFault` when it is none.
    init(line: Int, object bytes: [UInt8]) throws(ImportFault) {
        let document: JSONDocument
        do throws(JSONError) {
            guard UTF8Check.isValid(bytes.span) else {
                throw JSONError(message: "the text is not UTF-8", offset: 0)
            }
            document = try JSONDocument(parsing: bytes)
        } catch {
            throw ImportFault(
                line: line,
                malformed: "the row is no JSON: \(error.message) at byte \(error.offset)")
        }
        guard document.root.kind == .object else {
            throw ImportFault(line: line, malformed: "the row is no JSON object")
        }
        let columns = document.root.members.map { $0.key.string ?? "" }
        self.init(line: line, json: bytes, columns: columns)
    }
}

extension [UInt8] {
    /// Appends a byte of a row, unless that has become too long.
    mutating func append(_ byte: UInt8, ofRecordOn line: Int) throws(ImportFault) {
        guard count < ImportLimits.recordBytesMax else {
            throw ImportFault(
                line: line,
                malformed: "the row is longer than \(ImportLimits.recordBytesMax) bytes")
        }
        append(byte)
    }
}
