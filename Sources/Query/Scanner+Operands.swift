import Bytes

// Values, which are data: where one ends depends on where it stands.
extension Scanner {
    /// Where a filter stands.
    enum Extent {
        /// It is a parameter of its own: the value is the whole rest, verbatim.
        case parameter
        /// It is a condition of a feed: a comma outside quotes and parentheses ends its value,
        /// which loses the quotes around all of it.
        case condition
        /// It is a node of a group: `,` and `)` end its value.
        case group
    }

    /// `v` of rest.md §4.
    mutating func value(_ extent: Extent) -> String {
        switch extent {
        case .parameter: return rest()
        case .condition:
            let start = index
            if let text = quoted(), endsCondition { return text }
            rewind(to: start)
            return conditionRun()
        case .group: return closedQuote() ?? braces() ?? run()
        }
    }

    private mutating func rest() -> String {
        defer { rewind(to: bytes.count) }
        return text(index..<bytes.count)
    }

    /// Everything up to the next `,` or `)`.
    private mutating func run() -> String {
        takeAll { $0 != ASCII.comma && $0 != ASCII.rightParenthesis }
    }

    /// Everything up to the comma that ends a condition, or the end, without the blanks in front of
    /// it. A quote opens here, or behind `.`, `(` or `,`; one that nothing closes is a letter.
    private mutating func conditionRun() -> String {
        let start = index
        var depth = 0
        while let byte = peek, depth > 0 || byte != ASCII.comma {
            let opens = index == start || Self.letsQuoteOpen(bytes[index - 1])
            if byte == ASCII.quote, opens, quoted() != nil { continue }
            if byte == ASCII.leftParenthesis { depth += 1 }
            if byte == ASCII.rightParenthesis { depth = max(0, depth - 1) }
            advance()
        }
        var end = index
        while end > start, bytes[end - 1] == ASCII.space { end -= 1 }
        return text(start..<end)
    }

    private static func letsQuoteOpen(_ before: UInt8) -> Bool {
        before == ASCII.dot || before == ASCII.leftParenthesis || before == ASCII.comma
    }

    /// Whether nothing but blanks stands before the end of a feed's condition.
    private var endsCondition: Bool {
        let next = bytes[index...].first { $0 != ASCII.space }
        return next == nil || next == ASCII.comma
    }

    /// `{…}` without inner braces.
    private mutating func braces() -> String? {
        guard peek == ASCII.leftBrace else { return nil }
        let content = bytes[(index + 1)...]
        // To the next brace and no further: many that open nothing would each look to the end.
        let isBrace: (UInt8) -> Bool = { $0 == ASCII.leftBrace || $0 == ASCII.rightBrace }
        guard let end = content.firstIndex(where: isBrace), bytes[end] == ASCII.rightBrace
        else { return nil }
        defer { rewind(to: end + 1) }
        return text(index..<(end + 1))
    }

    /// A quoted text that `,` or `)` follows; nil, without moving, if it is none.
    private mutating func closedQuote() -> String? {
        let start = index
        if let text = quoted(), peek == ASCII.comma || peek == ASCII.rightParenthesis {
            return text
        }
        rewind(to: start)
        return nil
    }

    /// `"(" list ")"`: the elements of `in`. Blanks alone are none.
    mutating func list(_ extent: Extent) throws(QueryFault) -> [String] {
        guard take(ASCII.leftParenthesis) else { throw fault(expecting: "\"(\" and a list") }
        skipBlanks()
        var elements: [String] = []
        if !take(ASCII.rightParenthesis) {
            repeat {
                elements.append(closedQuote() ?? run())
                guard elements.count <= QueryLimits.valuesMax else {
                    throw fault(expecting: "at most \(QueryLimits.valuesMax) values")
                }
            } while take(ASCII.comma)
            guard take(ASCII.rightParenthesis) else { throw fault(expecting: "\",\" or \")\"") }
        }
        switch extent {
        case .parameter: try requireEnd(expecting: "the end after \")\"")
        case .condition:
            guard endsCondition else { throw fault(expecting: "\",\" or the end after \")\"") }
        case .group: break
        }
        return elements
    }
}

/// `{a,"b c",NULL}` of one dimension (PostgreSQL §8.15.2).
enum ArrayLiteral {
    /// The elements; nil is NULL.
    static func elements(_ text: String) throws(QueryFault) -> [String?] {
        var scanner = Scanner(text, subject: "array literal")
        guard let elements = scanner.arrayElements() else { throw .arrayLiteral(text) }
        guard elements.count <= QueryLimits.valuesMax else {
            throw scanner.fault(expecting: "at most \(QueryLimits.valuesMax) values")
        }
        return elements
    }
}

extension Scanner {
    /// The elements between braces; nil when the text is no array literal.
    fileprivate mutating func arrayElements() -> [String?]? {
        var elements: [String?] = []
        skipBlanks()
        guard take(ASCII.leftBrace) else { return nil }
        skipBlanks()
        if !take(ASCII.rightBrace) {
            repeat {
                guard let element = arrayElement() else { return nil }
                elements.append(element)
            } while take(ASCII.comma)
            guard take(ASCII.rightBrace) else { return nil }
        }
        skipBlanks()
        return isAtEnd ? elements : nil
    }

    /// An element, whose inner nil is NULL; the outer nil is a fault.
    private mutating func arrayElement() -> String?? {
        skipBlanks()
        if peek == ASCII.quote {
            guard let text = quoted() else { return nil }
            skipBlanks()
            return .some(text)
        }
        var content: [UInt8] = []
        while let byte = peek, byte != ASCII.comma, byte != ASCII.rightBrace {
            if byte == ASCII.leftBrace || byte == ASCII.quote { return nil }
            if byte == ASCII.backslash, peek(at: 1) != nil { advance() }
            content.append(bytes[index])
            advance()
        }
        while content.last == ASCII.space { content.removeLast() }
        if content.isEmpty { return nil }
        let text = String(utf8: content)
        return text.lowercased() == "null" ? .some(nil) : .some(text)
    }
}
