import Bytes
import Diagnostics

/// Rows as JSON objects, one a line (JSON Lines). Empty lines are passed over.
struct JSONLineRecords: ImportRecords {
    private let input: InputBytes
    private var columns = KnownColumns()

    init(input: InputBytes) { self.input = input }

    mutating func next() throws -> ImportRecord? {
        try input.skipSpace()
        let line = input.line
        let bytes = try input.restOfLine()
        return bytes.isEmpty ? nil : try ImportRecord(line: line, object: bytes, &columns)
    }
}

/// Rows as the elements of one JSON array.
struct JSONArrayRecords: ImportRecords {
    private let input: InputBytes
    private var columns = KnownColumns()
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
        if try input.peek() == ASCII.rightBracket {
            isOver = true
            _ = try input.next()
            try input.skipSpace()
            guard try input.peek() == nil else {
                throw ImportFault(
                    line: input.line, malformed: "something follows the array", isLast: true)
            }
            return nil
        }
        if !isFirst {
            guard try input.next() == ASCII.comma else {
                throw ImportFault(
                    line: input.line, malformed: "a comma or ] is missing", isLast: true)
            }
            try input.skipSpace()
        }
        isFirst = false
        let line = input.line
        let bytes = try input.take { bytes, isAll throws(ImportFault) in
            try Self.object(bytes, isAll: isAll, on: line)
        }
        return try ImportRecord(line: line, object: bytes, &columns)
    }

    /// The object that begins here, up to the brace that closes it.
    private static func object(
        _ bytes: Span<UInt8>, isAll: Bool, on line: Int
    ) throws(ImportFault) -> ([UInt8], byteCount: Int)? {
        if bytes.count > 0, bytes[0] != ASCII.leftBrace {
            throw ImportFault(line: line, malformed: "an element is no object", isLast: true)
        }
        var (depth, isQuoted, index) = (0, false, 0)
        while index < bytes.count {
            switch bytes[index] {
            case ASCII.backslash where isQuoted: index += 1
            case ASCII.quote: isQuoted.toggle()
            case ASCII.leftBrace where !isQuoted: depth += 1
            case ASCII.rightBrace where !isQuoted:
                depth -= 1
                if depth == 0 {
                    let object = bytes.extracting(...index)
                    return ([UInt8](copying: object), index + 1)
                }
            default: break
            }
            index += 1
        }
        if isAll {
            throw ImportFault(
                line: line, malformed: "the file ends within an object", isLast: true)
        }
        return nil
    }
}

/// The columns that rows name, which most often are those of the row before.
struct KnownColumns {
    private var names: [String] = []
    private var texts: [[UInt8]] = []

    /// The names of an object's members.
    mutating func names(of object: JSONValue) -> [String] {
        if isKnown(object) { return names }
        let members = object.members
        texts = members.map { Array($0.key.raw) }
        names = members.map { $0.key.string ?? "" }
        return names
    }

    private func isKnown(_ object: JSONValue) -> Bool {
        guard object.count == texts.count else { return false }
        var place = 0
        for member in object.members {
            guard texts[place].elementsEqual(member.key.raw) else { return false }
            place += 1
        }
        return true
    }
}

extension ImportRecord {
    /// A row that is a JSON object already.
    ///
    /// - Throws: `ImportFault` when it is none.
    init(
        line: Int, object bytes: [UInt8], _ known: inout KnownColumns
    ) throws(ImportFault) {
        let document: JSONDocument
        do throws(JSONError) {
            guard UTF8Check.isValid(bytes.span) else {
                throw JSONError(message: "the text is not UTF-8", offset: 0)
            }
            document = try JSONDocument(parsing: bytes)
        } catch {
            throw ImportFault(
                line: line,
                malformed: "the row is no JSON: \(error.message) at byte \(error.offset)",
                row: Self.line(bytes))
        }
        guard document.root.kind == .object else {
            throw ImportFault(
                line: line, malformed: "the row is no JSON object", row: Self.line(bytes))
        }
        self.init(line: line, json: bytes, columns: known.names(of: document.root))
    }

    /// What is no row, in one line.
    private static func line(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { $0 == ASCII.lf || $0 == ASCII.cr ? ASCII.space : $0 }
    }
}
