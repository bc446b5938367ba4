import Bytes

/// `nulls=stripped`: members that are null are left out, at every depth; elements of arrays stay.
enum NullStripping {
    static func strip(_ body: [UInt8]) -> [UInt8] {
        guard let document = try? JSONDocument(parsing: body, depthMax: Limits.answerDepthMax)
        else { return body }
        var stripped: [UInt8] = []
        stripped.reserveCapacity(body.count)
        append(document.root, to: &stripped)
        return stripped
    }

    private static func append(_ value: JSONValue, to output: inout [UInt8]) {
        switch value.kind {
        case .object:
            output.append(ASCII.leftBrace)
            var isFirst = true
            for (key, value) in value.members where !value.isNull {
                if !isFirst { output.append(ASCII.comma) }
                isFirst = false
                output.append(contentsOf: key.raw)
                output.append(ASCII.colon)
                append(value, to: &output)
            }
            output.append(ASCII.rightBrace)
        case .array:
            output.append(ASCII.leftBracket)
            for (index, element) in value.elements.enumerated() {
                if index > 0 { output.append(ASCII.comma) }
                append(element, to: &output)
            }
            output.append(ASCII.rightBracket)
        case .string, .number, .bool, .null: output.append(contentsOf: value.raw)
        }
    }
}
