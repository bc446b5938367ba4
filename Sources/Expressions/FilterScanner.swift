import Bytes
import Diagnostics

/// Reads the filter grammar of rest.md §4 from percent-decoded text, one function for each rule.
struct FilterScanner {
    let bytes: [UInt8]
    var position = 0
    /// The values read so far, in the order of their tests.
    var values: [String?] = []
    private var depth = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    // MARK: Bytes

    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    var isAtEnd: Bool { position == bytes.count }

    func follows(_ text: StaticString, at offset: Int = 0) -> Bool {
        let start = position + offset
        guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
        return ASCII.equal(
            bytes.span.extracting(start..<(start + text.utf8CodeUnitCount)), text)
    }

    mutating func accept(_ text: StaticString) -> Bool {
        guard follows(text) else { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    mutating func skipBlanks() {
        while let byte = current, byte == ASCII.space || byte == ASCII.tab { position += 1 }
    }

    func fault(expecting expected: String, hint: String? = nil) -> FilterFault {
        var unexpected = "end of input"
        if position < bytes.count {
            let rest = String(utf8: bytes[position...])
            unexpected = rest.first.map { "\"\($0)\"" } ?? unexpected
        }
        return .syntax(
            position: position + 1, unexpected: unexpected, expected: expected, hint: hint)
    }

    // MARK: Names

    /// What a parameter's name addresses.
    enum Target {
        case field(FilterField)
        case group(isAny: Bool, isNegated: Bool)
    }

    /// `[path "."] field` or `[path "."] ["not" "."] ("and" | "or")`, to the end.
    mutating func address() throws(FilterFault) -> (path: [String], last: Target) {
        var parts: [(name: String, isQuoted: Bool)] = []
        repeat {
            skipBlanks()
            let isQuoted = current == ASCII.quote
            parts.append((try name(), isQuoted))
        } while accept(".")
        let steps = try jsonPath()
        guard isAtEnd, let last = parts.popLast() else {
            throw fault(expecting: "a column's name, \".\" or \"->\"")
        }
        if !last.isQuoted, steps.isEmpty, last.name == "and" || last.name == "or" {
            let isNegated = parts.contains { !$0.isQuoted && $0.name == "not" }
            let path = parts.filter { $0.isQuoted || $0.name != "not" }.map(\.name)
            return (path, .group(isAny: last.name == "or", isNegated: isNegated))
        }
        return (parts.map(\.name), .field(FilterField(name: last.name, steps: steps)))
    }

    /// `quoted | ident ("-" ident)*`, trimmed.
    mutating func name() throws(FilterFault) -> String {
        skipBlanks()
        if current == ASCII.quote {
            guard let text = quoted() else { throw fault(expecting: "a quoted name with its end") }
            skipBlanks()
            return text
        }
        let start = position
        while let byte = current {
            let isDash = byte == ASCII.minus && !follows("->")
            guard isDash || Self.isNameByte(byte) else { break }
            position += 1
        }
        let text = String(utf8: trimmed(bytes[start..<position]))
        guard !text.isEmpty else { throw fault(expecting: "a column's name") }
        return text
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.underscore
            || byte == ASCII.space || byte == UInt8(ascii: "$") || byte >= 0x80
    }

    private func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while bytes.first == ASCII.space { bytes.removeFirst() }
        while bytes.last == ASCII.space { bytes.removeLast() }
        return bytes
    }

    /// A run in double quotes; a backslash makes the next character literal. Nil, without moving,
    /// if it has no end.
    mutating func quoted() -> String? {
        var index = position + 1
        var content: [UInt8] = []
        while index < bytes.count, bytes[index] != ASCII.quote {
            if bytes[index] == ASCII.backslash, index + 1 < bytes.count { index += 1 }
            content.append(bytes[index])
            index += 1
        }
        guard index < bytes.count else { return nil }
        position = index + 1
        return String(utf8: content)
    }

    /// `( ("->>" | "->") operand )*`
    mutating func jsonPath() throws(FilterFault) -> [FilterField.Step] {
        var steps: [FilterField.Step] = []
        while follows("->") {
            let isText = accept("->>")
            if !isText { position += 2 }
            if steps.last?.isText == true {
                throw .problem(
                    Problem(
                        code: "42883", status: 404,
                        message: "operator does not exist: text \(isText ? "->>" : "->") unknown"))
            }
            guard steps.count < Limits.jsonStepsMax else {
                throw fault(expecting: "at most \(Limits.jsonStepsMax) steps into a json value")
            }
            steps.append(FilterField.Step(key: try jsonKey(), isText: isText))
        }
        return steps
    }

    private mutating func jsonKey() throws(FilterFault) -> FilterField.Step.Key {
        if current == ASCII.quote, let text = quoted() { return .name(text) }
        let start = position
        while let byte = current {
            if byte == ASCII.minus, !follows("->"), !follows("--") {
                position += 1
                continue
            }
            let stops: [UInt8] = [
                ASCII.leftParenthesis, ASCII.minus, ASCII.colon, ASCII.dot, ASCII.comma,
                UInt8(ascii: ">"), ASCII.rightParenthesis,
            ]
            if stops.contains(byte) { break }
            position += 1
        }
        let text = String(utf8: bytes[start..<position])
        guard !text.isEmpty else { throw fault(expecting: "a key or an index after the arrow") }
        if let index = Int64(text), text.utf8.first != ASCII.plus { return .index(index) }
        return .name(text)
    }

    // MARK: Groups

    /// `"(" node ("," node)* ")"` and nothing after it.
    mutating func wholeGroup(isAny: Bool) throws(FilterFault) -> FilterShape {
        skipBlanks()
        let shape = try group(isAny: isAny)
        skipBlanks()
        guard isAtEnd else { throw fault(expecting: "the end after \")\"") }
        return shape
    }

    private mutating func group(isAny: Bool) throws(FilterFault) -> FilterShape {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Limits.filterDepthMax else {
            throw fault(expecting: "at most \(Limits.filterDepthMax) levels of groups")
        }
        guard accept("(") else {
            throw fault(
                expecting: "\"(\"",
                hint: "A group is written \(isAny ? "or" : "and")=(a.eq.1,b.eq.2).")
        }
        var parts: [FilterShape] = []
        repeat {
            skipBlanks()
            parts.append(try node())
            skipBlanks()
        } while accept(",")
        guard accept(")") else { throw fault(expecting: "\",\" or \")\"") }
        return isAny ? .any(parts) : .all(parts)
    }

    /// `field "." filterval | ["not."] ("and" | "or") group`
    private mutating func node() throws(FilterFault) -> FilterShape {
        let start = position
        let isNegated = accept("not.")
        if let isAny = acceptGroupWord() {
            let shape = try group(isAny: isAny)
            return isNegated ? .not(shape) : shape
        }
        position = start
        let field = FilterField(name: try name(), steps: try jsonPath())
        skipBlanks()
        guard accept(".") else { throw fault(expecting: "\".\" and an operator") }
        return .test(try test(of: field, isWhole: false))
    }

    private mutating func acceptGroupWord() -> Bool? {
        let start = position
        let isAny: Bool
        if accept("or") { isAny = true } else if accept("and") { isAny = false } else { return nil }
        skipBlanks()
        if current == ASCII.leftParenthesis { return isAny }
        position = start
        return nil
    }
}
