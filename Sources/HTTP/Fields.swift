import Bytes

/// Where one field line stands in the head buffer: `name` `:` OWS `value` OWS CRLF.
///
///     Accept:  text/html \r\n
///     ^    ^   ^        ^
///     |    |   |        valueEnd
///     |    |   valueStart
///     |    nameEnd
///     nameStart
struct FieldRange: Sendable {
    var nameStart: UInt32
    var nameEnd: UInt32
    var valueStart: UInt32
    var valueEnd: UInt32

    var nameCount: Int { Int(nameEnd - nameStart) }
    var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
}

extension RequestHead {
    /// The place of the first field at or after `start` with this name, in any case.
    func index(of name: StaticString, from start: Int = 0) -> Int? {
        let count = name.utf8CodeUnitCount
        let span = bytes.span
        for index in start..<max(start, fields.count) where fields[index].nameCount == count {
            if span.extracting(fields[index].name).equalsIgnoringCase(name) { return index }
        }
        return nil
    }

    /// The first value of a field, without the blanks around it; nil if the field is absent.
    /// The name is compared without regard to case. Linear in the number of fields; no copy.
    public func fieldBytes(_ name: StaticString) -> ArraySlice<UInt8>? {
        index(of: name).map { bytes[fields[$0].value] }
    }

    /// The first value of a field as text; nil if the field is absent. What is beyond ASCII is
    /// opaque (RFC 9110 §5.5), a U+FFFD for each byte: no word that is known here has it.
    public func field(_ name: StaticString) -> String? { fieldBytes(name).map(Self.text) }

    /// All values of a field in the order they came, as ``field(_:)`` gives them.
    public func fields(_ name: StaticString) -> [String] {
        var values: [String] = []
        var next = index(of: name)
        while let index = next {
            values.append(Self.text(bytes[fields[index].value]))
            next = self.index(of: name, from: index + 1)
        }
        return values
    }

    private static func text(_ value: ArraySlice<UInt8>) -> String {
        if value.span.isASCII { return String(decoding: value, as: UTF8.self) }
        var text = String.UnicodeScalarView()
        for byte in value { text.append(byte < 0x80 ? Unicode.Scalar(byte) : "\u{FFFD}") }
        return String(text)
    }

    /// Hands all values of a field to `body`, in the order they came, as bytes; no copy.
    public func forEachValue(of name: StaticString, _ body: (ArraySlice<UInt8>) -> Void) {
        var next = index(of: name)
        while let index = next {
            body(bytes[fields[index].value])
            next = self.index(of: name, from: index + 1)
        }
    }

    /// Whether the first value of a field is this text, in any case.
    public func fieldEquals(_ name: StaticString, _ value: StaticString) -> Bool {
        guard let index = index(of: name) else { return false }
        return bytes.span.extracting(fields[index].value).equalsIgnoringCase(value)
    }

    /// Whether any line of a list field holds this token between commas, in any case
    /// (RFC 9110 §5.6.1).
    public func fieldContains(_ name: StaticString, token: StaticString) -> Bool {
        var next = index(of: name)
        while let index = next {
            if bytes.span.extracting(fields[index].value).listContains(token) { return true }
            next = self.index(of: name, from: index + 1)
        }
        return false
    }
}
