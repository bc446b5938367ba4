extension ASCII {
    /// Space or tab: what may stand around the parts of a field value (OWS of RFC 9110 §5.6.3).
    @inlinable public static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    /// Space, tab, line feed, vertical tab, form feed or carriage return, as C's `isspace`.
    @inlinable public static func isSpace(_ byte: UInt8) -> Bool {
        byte == space || byte &- tab < 5
    }
}

extension BidirectionalCollection<UInt8> {
    /// Without the bytes at either end that `isBlank` takes for blanks.
    @inlinable public func trimming(_ isBlank: (UInt8) -> Bool) -> SubSequence {
        guard let start = firstIndex(where: { !isBlank($0) }) else { return self[endIndex...] }
        var end = endIndex
        while isBlank(self[index(before: end)]) { formIndex(before: &end) }
        return self[start..<end]
    }
}

extension Span<UInt8> {
    /// Where a text stands without spaces at either end; tabs and other blanks stay.
    public var rangeWithoutSpaces: Range<Int> {
        var start = 0
        var end = count
        while start < end, self[start] == ASCII.space { start += 1 }
        while end > start, self[end - 1] == ASCII.space { end -= 1 }
        return start..<end
    }
}

extension String {
    /// Without spaces at either end; see ``Swift/Span/rangeWithoutSpaces``.
    public var trimmingSpaces: String {
        let range = utf8Span.span.rangeWithoutSpaces
        let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
        return String(Substring(utf8[start..<utf8.index(start, offsetBy: range.count)]))
    }

    /// Without the bytes at either end that `isBlank`, true of ASCII only, takes for blanks.
    public func trimming(_ isBlank: (UInt8) -> Bool) -> String {
        String(Substring(utf8.trimming(isBlank)))
    }
}
