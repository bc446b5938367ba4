extension JSONValue {
    /// Appends the value in the one form that equal values share, as PostgreSQL's `jsonb` keeps it:
    /// no blanks, members ordered by key length and then by bytes, the last of repeated members,
    /// strings with the fewest escapes. Numbers keep the digits they were written with.
    public func appendCanonical(to output: inout [UInt8]) {
        switch kind {
        case .null, .bool, .number: output.append(contentsOf: raw)
        case .string: output.append(jsonString: utf8 ?? [])
        case .array:
            output.append(ASCII.leftBracket)
            for (position, element) in elements.enumerated() {
                if position > 0 { output.append(ASCII.comma) }
                element.appendCanonical(to: &output)
            }
            output.append(ASCII.rightBracket)
        case .object: appendCanonicalObject(to: &output)
        }
    }

    /// The value in canonical form.
    public var canonical: [UInt8] {
        var bytes: [UInt8] = []
        appendCanonical(to: &bytes)
        return bytes
    }

    private func appendCanonicalObject(to output: inout [UInt8]) {
        var values: [[UInt8]: JSONValue] = [:]
        for member in members { values[member.key.utf8 ?? []] = member.value }
        let keys = values.keys.sorted {
            $0.count != $1.count ? $0.count < $1.count : $0.lexicographicallyPrecedes($1)
        }
        output.append(ASCII.leftBrace)
        for (position, key) in keys.enumerated() {
            if position > 0 { output.append(ASCII.comma) }
            output.append(jsonString: key)
            output.append(ASCII.colon)
            values[key]?.appendCanonical(to: &output)
        }
        output.append(ASCII.rightBrace)
    }
}
