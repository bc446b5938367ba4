import Bytes

/// Finds the fields of a row of CSV in the bytes that begin with it.
struct CSVScanner: ~Escapable {
    /// Where a field's text lies.
    struct Field {
        /// Without the quotes around it.
        var place: Range<Int>
        var isQuoted = false
        /// Whether two quotes stand in it for one.
        var isComplex = false
        /// Whether the row ends with it.
        var isLast = false
    }

    let input: Span<UInt8>
    /// Whether nothing follows these bytes.
    private let isAll: Bool
    /// The line of the row.
    let line: Int
    /// Where the next field begins; behind the last one, the next row.
    private(set) var position = 0

    @_lifetime(copy input)
    init(_ input: Span<UInt8>, isAll: Bool, line: Int) {
        self.input = input
        self.isAll = isAll
        self.line = line
    }

    /// The next field; nil where that depends on what follows.
    ///
    /// - Throws: `ImportFault` for a field that does not end, or that something follows.
    mutating func next() throws(ImportFault) -> Field? {
        var field = Field(place: position..<position)
        var end = position
        if position < input.count, input[position] == ASCII.quote {
            guard let quote = try closingQuote(&field) else { return nil }
            end = quote + 1
            field.place = position + 1..<quote
        } else {
            while end < input.count, !Self.ends(input[end]) { end += 1 }
            field.place = position..<end
        }
        guard end < input.count else {
            guard isAll else { return nil }
            field.isLast = true
            position = end
            return field
        }
        switch input[end] {
        case ASCII.comma: position = end + 1
        case ASCII.lf:
            field.isLast = true
            position = end + 1
        case ASCII.cr:
            guard end + 1 < input.count || isAll else { return nil }
            field.isLast = true
            let isPair = end + 1 < input.count && input[end + 1] == ASCII.lf
            position = end + (isPair ? 2 : 1)
        default:
            throw ImportFault(line: line, malformed: "text follows a quoted field", isLast: true)
        }
        return field
    }

    private static func ends(_ byte: UInt8) -> Bool {
        byte == ASCII.comma || byte == ASCII.lf || byte == ASCII.cr
    }

    /// Where the quote is that ends a field in quotes, in which two stand for one.
    private func closingQuote(_ field: inout Field) throws(ImportFault) -> Int? {
        field.isQuoted = true
        var index = position + 1
        while let quote = input.firstIndex(of: ASCII.quote, from: index) {
            // Whether it is one of two is told by the next.
            guard quote + 1 < input.count else { return isAll ? quote : nil }
            if input[quote + 1] != ASCII.quote { return quote }
            field.isComplex = true
            index = quote + 2
        }
        if isAll {
            throw ImportFault(line: line, malformed: "a quoted field does not end", isLast: true)
        }
        return nil
    }

    /// The text of a field.
    func bytes(of field: Field) -> [UInt8] {
        let text = input.extracting(field.place)
        guard field.isComplex else { return [UInt8](copying: text) }
        var (bytes, index) = ([UInt8](), 0)
        bytes.reserveCapacity(text.count)
        while index < text.count {
            bytes.append(text[index])
            index += text[index] == ASCII.quote ? 2 : 1
        }
        return bytes
    }
}
