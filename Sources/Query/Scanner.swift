import Bytes

/// Reads the grammar of rest.md §4 from decoded bytes, one function for each rule. Select, order,
/// filters and the filters of feeds are all read with it.
///
/// Files `Scanner+….swift` hold its parts: names and paths, operands, filters.
struct Scanner {
    /// What the text is, as messages call it: "select parameter", "order".
    let subject: StaticString
    let bytes: [UInt8]
    private(set) var index = 0
    /// Groups that are open here.
    var depth = 0

    init(_ text: String, subject: StaticString) {
        bytes = Array(text.utf8)
        self.subject = subject
    }

    var isAtEnd: Bool { index == bytes.count }

    var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    func peek(at distance: Int) -> UInt8? {
        index + distance < bytes.count ? bytes[index + distance] : nil
    }

    mutating func advance(by count: Int = 1) { index += count }

    /// Returns to a place seen before.
    mutating func rewind(to place: Int) { index = place }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index += 1
        return true
    }

    /// Takes `text` if it stands here.
    mutating func take(_ text: StaticString) -> Bool {
        guard starts(with: text) else { return false }
        index += text.utf8CodeUnitCount
        return true
    }

    func starts(with text: StaticString) -> Bool {
        let end = index + text.utf8CodeUnitCount
        return end <= bytes.count && ASCII.equal(bytes.span.extracting(index..<end), text)
    }

    /// Takes what `isWanted` holds for.
    mutating func takeAll(while isWanted: (UInt8) -> Bool) -> String {
        let start = index
        while let byte = peek, isWanted(byte) { index += 1 }
        return text(start..<index)
    }

    mutating func skipBlanks() {
        while let byte = peek, byte == ASCII.space || byte == ASCII.tab { index += 1 }
    }

    func text(_ range: Range<Int>) -> String { String(utf8: bytes[range]) }

    /// What is wrong here, or at a place seen before.
    func fault(expecting expected: String, at place: Int? = nil, hint: String? = nil) -> QueryFault
    {
        let place = place ?? index
        let found = text(place..<bytes.count).first
        return .syntax(
            SyntaxFault(
                subject: "\(subject)", text: text(0..<bytes.count), column: place + 1,
                unexpected: found.map { "\"\($0)\"" } ?? "end of input", expected: expected,
                hint: hint))
    }

    /// - Throws: a fault unless everything has been read.
    func requireEnd(expecting expected: String) throws(QueryFault) {
        guard isAtEnd else { throw fault(expecting: expected) }
    }
}
