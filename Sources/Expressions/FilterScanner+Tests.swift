import Bytes
import Diagnostics

// `filterval`: the operator and its value.
extension FilterScanner {
    /// Operators that PostgREST knows and this server does not build yet.
    static let unbuilt: [String: String] = [
        "fts": "Full-text search", "plfts": "Full-text search", "phfts": "Full-text search",
        "wfts": "Full-text search", "cs": "The operator cs (contains)",
        "cd": "The operator cd (contained by)", "ov": "The operator ov (overlaps)",
        "sl": "The range operator sl", "sr": "The range operator sr",
        "nxr": "The range operator nxr", "nxl": "The range operator nxl",
        "adj": "The range operator adj", "match": "The operator match (regular expression)",
        "imatch": "The operator imatch (regular expression)",
    ]

    static let comparisons: [String: Comparison] = [
        "eq": .equal, "neq": .notEqual, "gt": .greater, "gte": .greaterOrEqual, "lt": .less,
        "lte": .lessOrEqual,
    ]

    static let operatorNames =
        Array(comparisons.keys) + Array(unbuilt.keys) + ["like", "ilike", "in", "is", "isdistinct"]

    /// `["not."] op`; `isWhole` when the value is the rest of the text, and not part of a group.
    mutating func test(of field: FilterField, isWhole: Bool) throws(FilterFault) -> FilterTest {
        let isNegated = accept("not.")
        let start = position
        while let byte = current, ASCII.isLetter(byte) { position += 1 }
        let word = String(utf8: bytes[start..<position])
        let count = values.count
        let operation = try operation(word, from: start, isWhole: isWhole)
        return FilterTest(
            field: field, isNegated: isNegated, operation: operation,
            valueCount: values.count - count)
    }

    private mutating func operation(
        _ word: String, from start: Int, isWhole: Bool
    ) throws(FilterFault) -> FilterOperation {
        if let what = Self.unbuilt[word], current == ASCII.dot || current == ASCII.leftParenthesis {
            throw .notBuilt(what)
        }
        switch word {
        case "in" where follows(".("):
            position += 2
            try list(isWhole: isWhole)
            return .membership
        case "is" where follows("."):
            position += 1
            return .state(try state(isWhole: isWhole))
        case "isdistinct" where follows("."):
            position += 1
            values.append(value(isWhole: isWhole))
            return .isDistinct
        default: break
        }
        let isPattern = word == "like" || word == "ilike"
        guard Self.comparisons[word] != nil || isPattern else { throw unknown(word, from: start) }
        let quantifier = try quantifier()
        guard accept(".") else { throw fault(expecting: "\".\" after the operator") }
        let count = values.count
        if quantifier == nil {
            values.append(value(isWhole: isWhole))
        } else {
            try arrayLiteral(value(isWhole: isWhole))
        }
        if let comparison = Self.comparisons[word] { return .comparison(comparison, quantifier) }
        // An asterisk is a percent sign that needs no escaping in URLs (rest.md §4).
        for index in count..<values.count {
            values[index] = values[index]?.replacing(ASCII.asterisk, with: ASCII.percent)
        }
        return .like(ignoresCase: word == "ilike", quantifier)
    }

    private func unknown(_ word: String, from start: Int) -> FilterFault {
        let near = Self.operatorNames.contains(word) ? nil : nearest(word, in: Self.operatorNames)
        let rest = String(utf8: bytes[start...])
        let expected =
            word == "in" ? "\"in.(\" and a list" : "operator (eq, gt, ...)"
        return .syntax(
            position: start + 1,
            unexpected: word.isEmpty
                ? (rest.isEmpty ? "end of input" : "\"\(rest.prefix(1))\"") : "\"\(word)\"",
            expected: expected, hint: near.map { "Perhaps you meant the operator '\($0)'." })
    }

    private mutating func quantifier() throws(FilterFault) -> FilterOperation.Quantifier? {
        if accept("(any)") { return .any }
        if accept("(all)") { return .all }
        if current == ASCII.leftParenthesis { throw fault(expecting: "(any) or (all)") }
        return nil
    }

    private mutating func state(isWhole: Bool) throws(FilterFault) -> FilterOperation.State {
        let start = position
        let word = value(isWhole: isWhole).lowercased()
        switch word {
        case "null": return .null
        case "not_null": return .notNull
        case "true": return .isTrue
        case "false": return .isFalse
        case "unknown": return .unknown
        default:
            position = start
            throw fault(expecting: "null, not_null, true, false or unknown")
        }
    }

    /// A value: the rest of the text, or in a group what ends at `,` or `)`.
    mutating func value(isWhole: Bool) -> String {
        let start = position
        if isWhole {
            position = bytes.count
            return String(utf8: bytes[start...])
        }
        if let text = closedQuote() { return text }
        if current == ASCII.leftBrace,
            let end = bytes[(start + 1)...].firstIndex(where: { $0 == ASCII.rightBrace }),
            !bytes[(start + 1)..<end].contains(ASCII.leftBrace)
        {
            position = end + 1
            return String(utf8: bytes[start...end])
        }
        return run()
    }

    /// Everything up to the next `,` or `)`.
    private mutating func run() -> String {
        let start = position
        while let byte = current, byte != ASCII.comma, byte != ASCII.rightParenthesis {
            position += 1
        }
        return String(utf8: bytes[start..<position])
    }

    /// A quoted string that `,` or `)` follows; nil, without moving, if it is none.
    private mutating func closedQuote() -> String? {
        guard current == ASCII.quote else { return nil }
        let start = position
        if let text = quoted(), current == ASCII.comma || current == ASCII.rightParenthesis {
            return text
        }
        position = start
        return nil
    }

    /// The elements of `in`, after the opening parenthesis, up to and with the closing one.
    private mutating func list(isWhole: Bool) throws(FilterFault) {
        skipBlanks()
        if !accept(")") {
            var count = 0
            repeat {
                values.append(closedQuote() ?? run())
                count += 1
            } while accept(",")
            guard accept(")") else { throw fault(expecting: "\",\" or \")\"") }
            try limit(count)
            padLast(count)
        }
        if isWhole, !isAtEnd { throw fault(expecting: "the end after \")\"") }
    }

    private func limit(_ count: Int) throws(FilterFault) {
        guard count > Limits.filterValuesMax else { return }
        throw fault(expecting: "at most \(Limits.filterValuesMax) values")
    }

    /// Repeats the last of `count` values up to a power of two: it changes nothing for `in`, and
    /// few shapes serve lists of all lengths.
    private mutating func padLast(_ count: Int) {
        guard let last = values.last else { return }
        var wanted = 1
        while wanted < count { wanted *= 2 }
        for _ in count..<wanted { values.append(last) }
    }

    /// An array literal `{a,"b c",NULL}` (PostgreSQL §8.15.2), of one dimension.
    private mutating func arrayLiteral(_ text: String) throws(FilterFault) {
        let malformed = FilterFault.problem(
            Problem(
                code: "22P02", status: 400, message: "malformed array literal: \"\(text)\""))
        var scanner = FilterScanner(text)
        let count = values.count
        scanner.skipBlanks()
        guard scanner.accept("{") else { throw malformed }
        scanner.skipBlanks()
        if !scanner.accept("}") {
            repeat {
                guard let element = scanner.arrayElement() else { throw malformed }
                values.append(element)
            } while scanner.accept(",")
            guard scanner.accept("}") else { throw malformed }
        }
        scanner.skipBlanks()
        guard scanner.isAtEnd else { throw malformed }
        try limit(values.count - count)
    }

    /// An element, whose inner nil is NULL; the outer nil is a fault.
    private mutating func arrayElement() -> String?? {
        skipBlanks()
        if current == ASCII.quote {
            guard let text = quoted() else { return nil }
            skipBlanks()
            return .some(text)
        }
        var content: [UInt8] = []
        while let byte = current, byte != ASCII.comma, byte != ASCII.rightBrace {
            if byte == ASCII.leftBrace || byte == ASCII.quote { return nil }
            if byte == ASCII.backslash, position + 1 < bytes.count { position += 1 }
            content.append(bytes[position])
            position += 1
        }
        while content.last == ASCII.space { content.removeLast() }
        if content.isEmpty { return nil }
        let text = String(utf8: content)
        return text.lowercased() == "null" ? .some(nil) : .some(text)
    }
}

extension String {
    /// The text with one ASCII character for another.
    func replacing(_ byte: UInt8, with other: UInt8) -> String {
        utf8.contains(byte) ? String(utf8: utf8.map { $0 == byte ? other : $0 }) : self
    }
}
