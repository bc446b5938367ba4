/// Recursive descent over RFC 8259's grammar, one function per rule.
struct JSONParser {
    /// Bytes of a text whose values are counted before they are told apart.
    private static let countedBytesMin = 1 << 20

    let source: [UInt8]
    let depthMax: Int
    let elementsMax: Int
    private(set) var nodes: [JSONNode] = []
    /// See `JSONStorage.growth`.
    private(set) var growth = 0
    private var position = 0

    init(source: [UInt8], depthMax: Int, elementsMax: Int, valueCountMax: Int?) {
        self.source = source
        self.depthMax = depthMax
        self.elementsMax = elementsMax
        // A table that grows has to be copied, and stands there twice meanwhile.
        let isLong = source.count > Self.countedBytesMin
        nodes.reserveCapacity(
            isLong
                ? valueCountMax ?? JSONDocument.valueCountMax(of: source) : source.count / 8 + 1)
    }

    mutating func parseDocument() throws(JSONError) {
        guard source.count < UInt32.max else { throw fault("the text is too long") }
        guard UTF8Check.isValid(source.span) else { throw fault("the text is not valid UTF-8") }
        skipBlanks()
        try parseValue(depth: 0)
        skipBlanks()
        guard position == source.count else {
            throw isAtComment ? comment : fault("unexpected text after the value")
        }
    }

    private mutating func parseValue(depth: Int) throws(JSONError) {
        guard position < source.count else { throw fault("unexpected end of the text") }
        switch source[position] {
        case ASCII.leftBrace: try parseObject(depth: depth)
        case ASCII.leftBracket: try parseArray(depth: depth)
        case ASCII.quote: try parseString()
        case 0x74: try parseLiteral("true", .bool)
        case 0x66: try parseLiteral("false", .bool)
        case 0x6E: try parseLiteral("null", .null)
        case ASCII.minus, ASCII.zero...ASCII.nine: try parseNumber()
        default: throw fault(insteadOf: "a value")
        }
    }

    private mutating func parseObject(depth: Int) throws(JSONError) {
        let node = try open(.object, depth: depth)
        var count: UInt32 = 0
        while !closes(with: ASCII.rightBrace, after: count) {
            if count > 0 { try expect(ASCII.comma, "',' or '}'") }
            skipBlanks()
            guard position < source.count, source[position] == ASCII.quote else {
                throw fault(insteadOf: "a member name in double quotes")
            }
            try parseString()
            skipBlanks()
            try expect(ASCII.colon, "':' after the member name")
            skipBlanks()
            try parseValue(depth: depth + 1)
            skipBlanks()
            count += 1
        }
        close(node, count: count)
    }

    private mutating func parseArray(depth: Int) throws(JSONError) {
        let node = try open(.array, depth: depth)
        let countMax = depth == 0 ? elementsMax : .max
        var count: UInt32 = 0
        while !closes(with: ASCII.rightBracket, after: count) {
            if count > 0 { try expect(ASCII.comma, "',' or ']'") }
            guard count < countMax else { throw oversize }
            skipBlanks()
            try parseValue(depth: depth + 1)
            skipBlanks()
            count += 1
        }
        close(node, count: count)
    }

    private mutating func open(_ kind: JSONKind, depth: Int) throws(JSONError) -> Int {
        guard depth < depthMax else { throw fault("nested deeper than \(depthMax) levels") }
        nodes.append(JSONNode(kind: kind, start: UInt32(position), end: 0, next: 0))
        position += 1
        skipBlanks()
        return nodes.count - 1
    }

    private mutating func closes(with bracket: UInt8, after count: UInt32) -> Bool {
        guard position < source.count, source[position] == bracket else { return false }
        position += 1
        return true
    }

    private mutating func close(_ node: Int, count: UInt32) {
        nodes[node].end = UInt32(position)
        nodes[node].next = UInt32(nodes.count)
        nodes[node].count = count
    }

    private mutating func parseString() throws(JSONError) {
        let start = position
        var hasEscapes = false
        position += 1
        while true {
            guard position < source.count else { throw fault("unterminated string") }
            let byte = source[position]
            if byte == ASCII.quote { break }
            if byte < 0x20 { throw fault("control character in a string") }
            if byte == ASCII.backslash {
                hasEscapes = true
                try parseEscape()
            } else {
                position += 1
            }
        }
        position += 1
        appendLeaf(.string, start: start, isComplex: hasEscapes)
    }

    private mutating func parseEscape() throws(JSONError) {
        guard position + 1 < source.count else { throw fault("unterminated string") }
        switch source[position + 1] {
        case ASCII.quote, ASCII.backslash, ASCII.slash, 0x62, 0x66, 0x6E, 0x72, 0x74: position += 2
        case 0x75:
            let unit = try parseCodeUnit()
            guard unit & 0xF800 == 0xD800 else { return }
            guard unit < 0xDC00, position + 1 < source.count,
                source[position] == ASCII.backslash, source[position + 1] == 0x75,
                try parseCodeUnit() & 0xFC00 == 0xDC00
            else { throw fault("incomplete surrogate pair") }
        default: throw fault("unknown escape sequence")
        }
    }

    private mutating func parseCodeUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for index in position + 2..<position + 6 {
            guard index < source.count, let digit = ASCII.hexValue(source[index]) else {
                throw fault("expected four hexadecimal digits after \\u")
            }
            unit = unit << 4 | UInt16(digit)
        }
        position += 6
        return unit
    }

    private mutating func parseNumber() throws(JSONError) {
        let start = position
        var isComplex = false
        if source[position] == ASCII.minus { position += 1 }
        if position < source.count, source[position] == ASCII.zero {
            position += 1
        } else {
            try parseDigits()
        }
        if position < source.count, source[position] == ASCII.dot {
            isComplex = true
            position += 1
            try parseDigits()
        }
        if position < source.count, source[position] | 0x20 == 0x65 {
            isComplex = true
            position += 1
            if position < source.count,
                source[position] == ASCII.plus || source[position] == ASCII.minus
            {
                position += 1
            }
            try parseDigits()
            let number = JSONNumber(source.span.extracting(start..<position))
            let byteCount = number.plainByteCount ?? 0
            growth += max(byteCount - (position - start), 0)
        }
        appendLeaf(.number, start: start, isComplex: isComplex)
    }

    private mutating func parseDigits() throws(JSONError) {
        guard position < source.count, ASCII.isDigit(source[position]) else {
            throw fault("expected a digit")
        }
        while position < source.count, ASCII.isDigit(source[position]) { position += 1 }
    }

    private mutating func parseLiteral(_ word: StaticString, _ kind: JSONKind) throws(JSONError) {
        let end = min(position + word.utf8CodeUnitCount, source.count)
        guard ASCII.equal(source[position..<end].span, word) else {
            throw fault(insteadOf: "a value")
        }
        let start = position
        position = end
        appendLeaf(kind, start: start, isComplex: false)
    }

    private mutating func appendLeaf(_ kind: JSONKind, start: Int, isComplex: Bool) {
        nodes.append(
            JSONNode(
                kind: kind, isComplex: isComplex, start: UInt32(start), end: UInt32(position),
                next: UInt32(nodes.count + 1)))
    }

    private mutating func expect(_ byte: UInt8, _ wanted: String) throws(JSONError) {
        guard position < source.count, source[position] == byte else {
            throw fault(insteadOf: wanted)
        }
        position += 1
    }

    private mutating func skipBlanks() {
        while position < source.count {
            switch source[position] {
            case ASCII.space, ASCII.tab, ASCII.lf, ASCII.cr: position += 1
            default: return
            }
        }
    }

    private func fault(_ message: String) -> JSONError {
        JSONError(message: message, offset: position)
    }

    /// What stands where something else should: what other notations allow is named as such.
    private func fault(insteadOf wanted: String) -> JSONError {
        guard position < source.count else { return fault("expected \(wanted)") }
        if isAtComment { return comment }
        let byte = source[position]
        if byte == UInt8(ascii: "'") {
            return fault("expected \(wanted): a string stands in double quotes")
        }
        let last = source[..<position].lastIndex { !Self.isBlank($0) }
        if byte == ASCII.rightBrace || byte == ASCII.rightBracket,
            let last, source[last] == ASCII.comma
        {
            let bracket = Character(Unicode.Scalar(byte))
            return JSONError(message: "no comma may stand before '\(bracket)'", offset: last)
        }
        return fault("expected \(wanted)")
    }

    private var isAtComment: Bool {
        position + 1 < source.count && source[position] == ASCII.slash
            && [ASCII.slash, ASCII.asterisk].contains(source[position + 1])
    }

    private var comment: JSONError { fault("JSON has no comments") }

    private static func isBlank(_ byte: UInt8) -> Bool {
        [ASCII.space, ASCII.tab, ASCII.lf, ASCII.cr].contains(byte)
    }

    private var oversize: JSONError {
        JSONError(
            message: "more than \(elementsMax) elements", offset: position, isOversize: true)
    }
}
