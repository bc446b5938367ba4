// Leaving the members of objects out that are null, as PostgreSQL's `json_strip_nulls` does.

extension [UInt8] {
    /// Appends a JSON text without the members that are null, at every depth; elements of arrays
    /// stay. Blanks between its parts are left out. What is no JSON is copied without being judged.
    public mutating func append(strippingNulls json: Span<UInt8>) {
        let start = count
        // Of the last string: the name of a member once a colon follows.
        var name = start
        var index = 0
        while index < json.count {
            let byte = json[index]
            let last = count > start ? self[count - 1] : 0
            var end = index + 1
            switch byte {
            case ASCII.quote:
                end = json.endOfString(from: index)
                name = count
                append(span: json.extracting(index..<end))
            case UInt8(ascii: "n") where last == ASCII.colon:
                end = Swift.min(index + "null".utf8.count, json.count)
                removeLast(count - name)
                if name > start, self[name - 1] == ASCII.comma { removeLast() }
            // The member before it, the first of its object, was null.
            case ASCII.comma where last == ASCII.leftBrace: break
            case ASCII.space, ASCII.tab, ASCII.lf, ASCII.cr: break
            default: append(byte)
            }
            index = end
        }
    }
}

extension Span<UInt8> {
    /// The offset after the JSON string that begins at `start`, or the end when it has none.
    func endOfString(from start: Int) -> Int {
        var index = start + 1
        while index < count {
            if self[index] == ASCII.quote { return index + 1 }
            index += self[index] == ASCII.backslash ? 2 : 1
        }
        return count
    }
}
