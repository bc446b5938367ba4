/// Why a JSON value has no canonical form.
public enum JSONCanonicalFault: Error, Hashable, Sendable {
    /// A string or the name of a member holds `\u0000`.
    case nul
    /// A number has more digits than PostgreSQL's `numeric` holds, written without an exponent.
    case number
    /// The numbers of the document, written without exponents, would make it many times longer.
    case growth
}

extension JSONValue {
    /// The value in the one form that equal values share, as PostgreSQL's `jsonb` keeps it: no
    /// blanks, members ordered by key length and then by bytes, the last of repeated members,
    /// strings with the fewest escapes, numbers as `numeric` prints them, so without exponents.
    ///
    /// - Throws: the first fault in the order of that form.
    public var canonical: [UInt8] {
        get throws(JSONCanonicalFault) {
            guard storage.growth <= JSONStorage.growthMax(of: storage.source.count) else {
                throw .growth
            }
            var bytes: [UInt8] = []
            var writer = CanonicalWriter(numbers: .plain)
            writer.append(self, to: &bytes)
            if let fault = writer.fault { throw fault }
            return bytes
        }
    }
}

extension JSONStorage {
    /// The bytes by which the numbers of a text of `byteCount` may make it longer when they are
    /// written without exponents. `1e131071` alone asks for 131,064: PostgreSQL keeps it in a few
    /// and writes it out for each reader, here it stands as text. Some fifty of the largest doubles
    /// fit into any text.
    static func growthMax(of byteCount: Int) -> Int { 16_384 + 8 * byteCount }
}

/// Writes values in the form that equal values share.
struct CanonicalWriter {
    /// What is made of numbers.
    enum Numbers {
        /// The plain form of `numeric`.
        case plain
        /// The form of ``JSONKey``.
        case key
    }

    let numbers: Numbers
    /// The first fault that was met.
    private(set) var fault: JSONCanonicalFault?

    init(numbers: Numbers) { self.numbers = numbers }

    mutating func append(_ value: JSONValue, to output: inout [UInt8]) {
        switch value.kind {
        case .null, .bool: output.append(contentsOf: value.raw)
        case .number: append(number: value.raw.span, to: &output)
        case .string: append(string: value, to: &output)
        case .array:
            output.append(ASCII.leftBracket)
            for (position, element) in value.elements.enumerated() {
                if position > 0 { output.append(ASCII.comma) }
                append(element, to: &output)
            }
            output.append(ASCII.rightBracket)
        case .object: append(object: value, to: &output)
        }
    }

    private mutating func append(number text: Span<UInt8>, to output: inout [UInt8]) {
        switch numbers {
        case .plain:
            if !JSONNumber(text).appendPlain(of: text, to: &output) { note(.number) }
        case .key: JSONKey.append(number: text, to: &output)
        }
    }

    private mutating func append(string value: JSONValue, to output: inout [UInt8]) {
        guard value.node.isComplex else {
            output.append(contentsOf: value.raw)
            return
        }
        append(characters: value.utf8 ?? [], to: &output)
    }

    private mutating func append(characters utf8: [UInt8], to output: inout [UInt8]) {
        if utf8.span.hasNUL { note(.nul) }
        output.append(jsonString: utf8)
    }

    private mutating func append(object: JSONValue, to output: inout [UInt8]) {
        var values: [[UInt8]: JSONValue] = [:]
        for member in object.members { values[member.key.utf8 ?? []] = member.value }
        let keys = values.keys.sorted {
            $0.count != $1.count ? $0.count < $1.count : $0.lexicographicallyPrecedes($1)
        }
        output.append(ASCII.leftBrace)
        for (position, key) in keys.enumerated() {
            guard let value = values[key] else { continue }
            if position > 0 { output.append(ASCII.comma) }
            append(characters: key, to: &output)
            output.append(ASCII.colon)
            append(value, to: &output)
        }
        output.append(ASCII.rightBrace)
    }

    private mutating func note(_ fault: JSONCanonicalFault) { self.fault = self.fault ?? fault }
}
