// Leaving out the blanks that PostgreSQL puts into the text of a `jsonb` value.

extension [UInt8] {
    /// Appends a JSON text without the blanks between its parts; strings stay as they are. What is
    /// no JSON is copied without being judged.
    public mutating func append(jsonWithoutBlanks json: Span<UInt8>) {
        makeRoom(for: json.count)
        var start = 0
        var index = 0
        while index < json.count {
            switch json[index] {
            case ASCII.quote: index = json.endOfString(from: index)
            case ASCII.space, ASCII.tab, ASCII.lf, ASCII.cr:
                append(span: json.extracting(start..<index))
                index += 1
                start = index
            default: index += 1
            }
        }
        append(span: json.extracting(start..<json.count))
    }
}
