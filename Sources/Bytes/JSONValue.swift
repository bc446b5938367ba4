/// The kinds of JSON value.
public enum JSONKind: UInt8, Sendable {
    case null, bool, number, string, array, object
}

/// One value of a `JSONDocument`. Copies share the document.
public struct JSONValue: Sendable {
    let storage: JSONStorage
    let index: Int

    var node: JSONNode { storage.nodes[index] }

    /// What kind of value this is.
    public var kind: JSONKind { node.kind }

    /// The byte offset of the value's first byte in the document.
    public var offset: Int { Int(node.start) }

    /// The value's own text in the document.
    public var raw: ArraySlice<UInt8> { storage.source[Int(node.start)..<Int(node.end)] }

    /// Whether the value is `null`.
    public var isNull: Bool { node.kind == .null }

    /// The value of `true` or `false`, nil for other kinds.
    public var bool: Bool? { node.kind == .bool ? storage.source[offset] == 0x74 : nil }

    /// The text of a string with its escapes resolved, nil for other kinds.
    public var string: String? {
        guard node.kind == .string else { return nil }
        return node.isComplex ? String(utf8: unescaped()) : String(utf8: raw.dropFirst().dropLast())
    }

    /// The UTF-8 bytes of a string with its escapes resolved, nil for other kinds.
    public var utf8: [UInt8]? {
        guard node.kind == .string else { return nil }
        return node.isComplex ? unescaped() : Array(raw.dropFirst().dropLast())
    }

    /// The text of a number as it was written, nil for other kinds.
    public var numberText: String? { node.kind == .number ? String(utf8: raw) : nil }

    /// A number written without fraction or exponent that fits 64 bits, else nil.
    public var int64: Int64? {
        guard node.kind == .number, !node.isComplex else { return nil }
        return Int64(String(utf8: raw))
    }

    /// The nearest double to a number (infinite when it is out of range), nil for other kinds.
    public var double: Double? { numberText.flatMap(Double.init) }

    /// The number of elements or members; 0 for the other kinds.
    public var count: Int { Int(node.count) }

    /// The elements of an array in order; empty for other kinds.
    public var elements: [JSONValue] {
        guard node.kind == .array else { return [] }
        var elements: [JSONValue] = []
        elements.reserveCapacity(count)
        var child = index + 1
        for _ in 0..<count {
            elements.append(JSONValue(storage: storage, index: child))
            child = Int(storage.nodes[child].next)
        }
        return elements
    }

    /// An element of an array, by its place; nil where there is none, and for other kinds.
    public func element(at position: Int) -> JSONValue? {
        guard node.kind == .array, position >= 0, position < count else { return nil }
        var child = index + 1
        for _ in 0..<position { child = Int(storage.nodes[child].next) }
        return JSONValue(storage: storage, index: child)
    }

    /// The members of an object in the order written, duplicates included; none for other kinds.
    public var members: JSONMembers { JSONMembers(of: self) }

    /// The value of the member named `key` (the last one if it is repeated), nil when there is none
    /// or this is not an object.
    public subscript(_ key: String) -> JSONValue? {
        guard node.kind == .object else { return nil }
        var found: JSONValue?
        var child = index + 1
        for _ in 0..<count {
            if JSONValue(storage: storage, index: child).hasText(key) {
                found = JSONValue(storage: storage, index: child + 1)
            }
            child = Int(storage.nodes[child + 1].next)
        }
        return found
    }

    /// Whether this string's text is `text`, byte by byte.
    public func hasText(_ text: String) -> Bool {
        guard node.kind == .string else { return false }
        let source = storage.source
        let own = source.span.extracting(Int(node.start) + 1..<Int(node.end) - 1)
        let other = text.utf8Span.span
        if node.isComplex {
            // An escape has six times the bytes of what it stands for at the most.
            guard other.count..<(6 * other.count + 1) ~= own.count else { return false }
            return unescaped().elementsEqual(text.utf8)
        }
        guard own.count == other.count else { return false }
        for index in own.indices where own[index] != other[index] { return false }
        return true
    }

    private func unescaped() -> [UInt8] {
        var text: [UInt8] = []
        var rest = raw.dropFirst().dropLast()
        while let byte = rest.first {
            if byte != ASCII.backslash {
                text.append(byte)
                rest = rest.dropFirst()
                continue
            }
            let letter = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
            switch letter {
            case 0x62: text.append(0x08)
            case 0x66: text.append(0x0C)
            case 0x6E: text.append(ASCII.lf)
            case 0x72: text.append(ASCII.cr)
            case 0x74: text.append(ASCII.tab)
            case 0x75: text.append(contentsOf: takeScalar(from: &rest))
            default: text.append(letter)
            }
        }
        return text
    }

    /// Reads the digits of a `\u` escape (and of the second half of a surrogate pair). The parser
    /// has checked both.
    private func takeScalar(from rest: inout ArraySlice<UInt8>) -> [UInt8] {
        func takeUnit() -> UInt32 {
            var unit: UInt32 = 0
            for byte in rest.prefix(4) { unit = unit << 4 | UInt32(ASCII.hexValue(byte) ?? 0) }
            rest = rest.dropFirst(4)
            return unit
        }
        var scalar = takeUnit()
        if scalar & 0xFC00 == 0xD800 {
            rest = rest.dropFirst(2)
            scalar = 0x10000 + (scalar & 0x3FF) << 10 + takeUnit() & 0x3FF
        }
        return Array(String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
    }
}
