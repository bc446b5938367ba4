import Bytes

// Names, quoted texts, and paths into json.
extension Scanner {
    /// `name := quoted | ident ("-" ident)*`, trimmed. Nil when no name stands here.
    mutating func name() throws(QueryFault) -> String? {
        skipBlanks()
        if peek == ASCII.quote {
            let name = try quotedName()
            skipBlanks()
            return name
        }
        let start = index
        while let byte = peek {
            if Self.isIdentifier(byte) {
                advance()
            } else if byte == ASCII.minus, index > start, let next = peek(at: 1),
                Self.isIdentifier(next)
            {
                advance(by: 2)
            } else {
                break
            }
        }
        var end = index
        while end > start, bytes[end - 1] == ASCII.space { end -= 1 }
        guard end > start else {
            rewind(to: start)
            return nil
        }
        return text(start..<end)
    }

    /// A name that must be here.
    mutating func name(expecting expected: String) throws(QueryFault) -> String {
        guard let name = try name() else { throw fault(expecting: expected) }
        return name
    }

    /// `name ("," name)*`, to the end: the value of `columns` and `on_conflict`.
    mutating func names() throws(QueryFault) -> [String] {
        var names: [String] = []
        repeat {
            names.append(try name(expecting: "a column name"))
            guard names.count <= QueryLimits.namesMax else { throw fault(expecting: "fewer names") }
            skipBlanks()
        } while take(ASCII.comma)
        try requireEnd(expecting: "\",\" or end of input")
        return names
    }

    /// A letter of any script, a digit, `_`, `$` or a blank. Bytes from 0x80 belong to letters.
    private static func isIdentifier(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.underscore
            || byte == UInt8(ascii: "$") || byte == ASCII.space || byte >= 0x80
    }

    private mutating func quotedName() throws(QueryFault) -> String {
        guard let text = quoted() else { throw fault(expecting: "a quoted name with its end") }
        return text
    }

    /// `'"' ( char | "\" char )* '"'`: a backslash makes the next character literal. Nil, without
    /// moving, when no quote stands here or it has no end.
    mutating func quoted() -> String? {
        let start = index
        guard take(ASCII.quote) else { return nil }
        var content: [UInt8] = []
        while let byte = peek {
            advance()
            if byte == ASCII.quote { return String(utf8: content) }
            guard byte == ASCII.backslash else {
                content.append(byte)
                continue
            }
            guard let next = peek else { break }
            advance()
            content.append(next)
        }
        rewind(to: start)
        return nil
    }

    /// `field := name jsonpath`
    mutating func field(expecting expected: String) throws(QueryFault) -> Field {
        Field(name: try name(expecting: expected), path: try path())
    }

    /// `jsonpath := ( ("->>" | "->") operand )*`
    mutating func path() throws(QueryFault) -> [JSONStep] {
        var steps: [JSONStep] = []
        while starts(with: "->") {
            let isText = starts(with: "->>")
            if steps.last?.isText == true { throw .arrowOnText(arrow: isText ? "->>" : "->") }
            guard steps.count < QueryLimits.pathStepsMax else {
                throw fault(
                    expecting: "at most \(QueryLimits.pathStepsMax) steps into a json value")
            }
            advance(by: isText ? 3 : 2)
            steps.append(JSONStep(key: try stepKey(), isText: isText))
        }
        return steps
    }

    /// `operand := integer | quoted | key`
    private mutating func stepKey() throws(QueryFault) -> JSONStep.Key {
        if peek == ASCII.quote { return .name(try quotedName()) }
        let start = index
        _ = take(ASCII.minus)
        let digits = takeAll(while: ASCII.isDigit)
        if !digits.isEmpty, endsStep, let number = Int32(text(start..<index)) {
            return .index(Int64(number))
        }
        rewind(to: start)
        while let byte = peek, !Self.endsKey(byte) {
            guard byte == ASCII.minus else {
                advance()
                continue
            }
            // Dashes join the parts of a key one at a time; an arrow ends it.
            guard index > start, let next = peek(at: 1), next != ASCII.minus, !Self.endsKey(next)
            else { break }
            advance(by: 2)
        }
        guard index > start else { throw fault(expecting: "a key or an index after the arrow") }
        return .name(text(start..<index))
    }

    /// An integer is one only where the step ends after it.
    private var endsStep: Bool {
        switch peek {
        case nil, ASCII.comma, ASCII.dot, ASCII.rightParenthesis: true
        case ASCII.minus: peek(at: 1) == UInt8(ascii: ">")
        case ASCII.colon: peek(at: 1) == ASCII.colon
        case .some: false
        }
    }

    private static func endsKey(_ byte: UInt8) -> Bool {
        byte == ASCII.leftParenthesis || byte == ASCII.rightParenthesis || byte == ASCII.colon
            || byte == ASCII.dot || byte == ASCII.comma || byte == UInt8(ascii: ">")
    }
}
