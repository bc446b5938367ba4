public import Bytes
public import Diagnostics

extension ColumnType {
    /// The value of a member of a JSON body (rest.md §12.1), converted as PostgreSQL's json record
    /// reader does: strings are parsed, other kinds by their JSON text, `null` is NULL, and a json
    /// column takes the value as it is, in canonical form.
    ///
    /// - Throws: as `parse`, and 22P05 for `\u0000`.
    public func value(from json: JSONValue) throws(Problem) -> Value {
        if json.isNull { return .null }
        switch jsonForm {
        case .json: return try canonical(json)
        case .string:
            if case .text = self, let text = json.string {
                if text.hasNUL { throw .nulEscape }
                return .text(text)
            }
        case .number:
            if case .integer = self, let integer = json.int64 { return .integer(integer) }
        case .boolean:
            if let bool = json.bool { return Value(bool) }
        case .scaled: break
        }
        return try parse(json.string ?? String(utf8: json.raw))
    }

    /// The value of a member that `appendJSON` wrote. A json column has the text that is stored,
    /// which an older version may have written in another form.
    public func value(written json: JSONValue) throws(Problem) -> Value {
        guard case .json = self, !json.isNull else { return try value(from: json) }
        return .text(String(utf8: json.raw))
    }

    func canonical(_ json: JSONValue) throws(Problem) -> Value {
        do throws(JSONCanonicalFault) {
            return .text(String(utf8: try json.canonical))
        } catch {
            throw Problem(error)
        }
    }

    /// Appends a stored value in the form clients receive (rest.md §11.2).
    public func appendJSON(_ value: Value, to out: inout [UInt8]) {
        switch value {
        case .null: out.append(ascii: "null")
        case .integer(let integer): appendJSON(integer: integer, to: &out)
        case .real(let real): appendJSON(real: real, to: &out)
        case .text(let text):
            let span = text.utf8Span.span
            appendJSON(text: span, to: &out)
        case .blob(let bytes): appendJSON(blob: bytes.span, to: &out)
        }
    }

    /// The value as text: for `->>`, casts to text and `Location` (PostgreSQL's output functions).
    /// NULL has none.
    public func text(of value: Value) -> String? {
        if case .timestamp = self, case .text(let text) = value { return postgresText(of: text) }
        var out: [UInt8] = []
        switch value {
        case .null: return nil
        case .text(let text): return text
        case .blob(let bytes):
            out.append(ascii: "\\x")
            out.append(hex: bytes)
        case .real(let real) where !real.isFinite:
            return real.isNaN ? "NaN" : real > 0 ? "Infinity" : "-Infinity"
        case .integer(let integer): appendJSON(integer: integer, to: &out)
        case .real(let real): appendJSON(real: real, to: &out)
        }
        return String(utf8: out)
    }

    /// `2026-11-21 10:15:00.5+00`, as a cast of a `timestamptz` to text in UTC.
    private func postgresText(of stored: String) -> String {
        guard stored.hasSuffix("+00:00") else { return stored }
        return String(stored.dropLast(3)).replacingFirst("T", with: " ")
    }
}

extension String {
    fileprivate func replacingFirst(_ character: Character, with other: Character) -> String {
        guard let index = firstIndex(of: character) else { return self }
        var copy = self
        copy.replaceSubrange(index...index, with: CollectionOfOne(other))
        return copy
    }
}

// The one encoder of values: values, rows and SQL functions all end here.
extension ColumnType {
    /// What a type's values are in JSON. Asked for every cell.
    private enum JSONForm {
        case string, number, boolean, json
        case scaled(Int)
    }

    @inline(__always) private var jsonForm: JSONForm {
        switch self {
        case .text, .uuid, .timestamp, .date, .time, .bytes: .string
        case .integer, .integer32, .real: .number
        case .decimal(_, let scale): .scaled(scale)
        case .boolean: .boolean
        case .json: .json
        }
    }

    /// Appends an INTEGER cell.
    public func appendJSON(integer: Int64, to out: inout [UInt8]) {
        switch jsonForm {
        case .boolean: out.append(ascii: integer == 0 ? "false" : "true")
        case .scaled(let scale): out.append(scaled: integer, scale: scale)
        case .number, .json: out.append(decimal: integer)
        case .string:
            out.append(ASCII.quote)
            out.append(decimal: integer)
            out.append(ASCII.quote)
        }
    }

    /// Appends a REAL cell. A decimal's REAL is an average or quotient of scaled integers.
    public func appendJSON(real: Double, to out: inout [UInt8]) {
        if case .scaled(let scale) = jsonForm {
            out.append(shortest: real / Double(powerOfTen(scale)))
        } else {
            out.append(shortest: real)
        }
    }

    /// Appends a TEXT cell, given as its UTF-8 bytes.
    public func appendJSON(text: Span<UInt8>, to out: inout [UInt8]) {
        switch jsonForm {
        case .json: out.append(span: text)
        case .string, .number, .scaled, .boolean: out.append(jsonString: text)
        }
    }

    /// Appends a BLOB cell.
    public func appendJSON(blob: Span<UInt8>, to out: inout [UInt8]) {
        out.append(ascii: "\"\\\\x")
        for index in blob.indices {
            out.append(Hex.digit(blob[index] >> 4))
            out.append(Hex.digit(blob[index] & 0x0F))
        }
        out.append(ASCII.quote)
    }
}
