import Bytes
import Store
import Values

/// Reads the rows of one captured table as the log has them.
struct ImageReader: Sendable {
    private let layout: RowLayout
    private let key: [Int]

    init(_ model: CapturedModel) {
        layout = RowLayout(model.columns.map { ($0.name, $0.type) })
        key = model.key
    }

    /// A row; nil for one that lacks a column of the model, or has a value that is none of its
    /// column's type: the table was another one, or is.
    ///
    /// PostgreSQL writes values of the types that we make as clients receive them, so that its own
    /// bytes are handed on. A row that is written otherwise, or has more columns, is written anew.
    func image(_ json: [UInt8]) -> RowImage? {
        // A level for the row itself.
        let depthMax = ValueLimits.jsonDepthMax + 1
        guard let row = try? JSONDocument(parsing: json, depthMax: depthMax).root else {
            return nil
        }
        var fields = row.members
        let isInOrder =
            row.count == layout.members.count
            && zip(fields, layout.members).allSatisfy { $0.key.hasText($1.key) }
        var values: [Value] = []
        values.reserveCapacity(layout.members.count)
        var isAsSent = isInOrder
        for member in layout.members {
            guard let field = isInOrder ? fields.next()?.value : row[member.key] else {
                return nil
            }
            if let value = member.type.value(asSent: field) {
                values.append(value)
            } else if let value = try? member.type.value(written: field) {
                values.append(value)
                isAsSent = false
            } else {
                return nil
            }
        }
        if isAsSent { return RowImage(values: values, json: json) }
        var text: [UInt8] = []
        layout.appendObject(values, to: &text)
        return RowImage(values: values, json: text)
    }

    /// The key of a row.
    func key(of image: RowImage) -> [Value] { key.map { image.values[$0] } }
}

extension ColumnType {
    /// The value of a JSON text that `appendJSON` writes for it, read without making another text
    /// of it; nil for a text of any other form.
    func value(asSent json: JSONValue) -> Value? {
        if json.isNull { return .null }
        switch self {
        case .text: return json.string.map(Value.text)
        case .json: return .text(String(utf8: json.raw))
        case .boolean: return json.bool.map { Value($0) }
        case .integer, .integer32: return Self.integer(json, scale: 0)
        case .decimal(_, let scale): return Self.integer(json, scale: scale)
        case .real: return Self.real(json)
        case .bytes: return Self.bytes(json)
        case .uuid: return Self.text(json) { $0.count == 36 }
        case .date: return Self.text(json) { $0.count == 10 && $0.has(ASCII.minus, at: 4) }
        case .time: return Self.text(json) { $0.count >= 8 && $0.has(ASCII.colon, at: 2) }
        case .timestamp:
            return Self.text(json) {
                $0.has(UInt8(ascii: "T"), at: 10) && $0.has(ASCII.minus, at: 4)
                    && $0.suffix(6).elementsEqual("+00:00".utf8)
            }
        }
    }

    /// A number written in full, with `scale` digits behind its point.
    private static func integer(_ json: JSONValue, scale: Int) -> Value? {
        guard json.kind == .number else { return nil }
        let isNegative = json.raw.first == ASCII.minus
        var number: Int64 = 0
        var fractionCount: Int?
        for byte in isNegative ? json.raw.dropFirst() : json.raw {
            if byte == ASCII.dot {
                fractionCount = 0
                continue
            }
            guard ASCII.isDigit(byte) else { return nil }
            fractionCount = fractionCount.map { $0 + 1 }
            let digit = Int64(byte - ASCII.zero)
            let (tenfold, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.subtractingReportingOverflow(digit)
            if overflow || carry { return nil }
            number = sum
        }
        guard (fractionCount ?? 0) == scale else { return nil }
        // Counted downwards, since the least number has no counterpart.
        if isNegative { return .integer(number) }
        return number == .min ? nil : .integer(-number)
    }

    private static func real(_ json: JSONValue) -> Value? {
        if json.kind == .number { return json.double.map(Value.real) }
        for number in [Double.infinity, -.infinity, .nan] {
            var text: [UInt8] = []
            text.append(shortest: number)
            if json.raw.elementsEqual(text) { return .real(number) }
        }
        return nil
    }

    /// `"\\x00ff"`.
    private static func bytes(_ json: JSONValue) -> Value? {
        let digits = json.raw.dropFirst(4).dropLast()
        guard json.kind == .string, json.raw.starts(with: #""\\x"#.utf8), digits.count % 2 == 0
        else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for place in stride(from: digits.startIndex, to: digits.endIndex, by: 2) {
            guard let high = ASCII.hexValue(digits[place]),
                let low = ASCII.hexValue(digits[place + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return .blob(bytes)
    }

    /// A string without escapes, if its characters are as wanted.
    private static func text(
        _ json: JSONValue, where isWanted: (ArraySlice<UInt8>) -> Bool
    ) -> Value? {
        let characters = json.raw.dropFirst().dropLast()
        guard json.kind == .string, !characters.contains(ASCII.backslash), isWanted(characters)
        else { return nil }
        return .text(String(utf8: characters))
    }
}

extension ArraySlice<UInt8> {
    fileprivate func has(_ byte: UInt8, at place: Int) -> Bool {
        place < count && self[startIndex + place] == byte
    }
}
