import Bytes

// Comparisons and copies that parsers of field values need.

extension Span<UInt8> {
    /// Whether these are exactly the bytes of `text`.
    func equals(_ text: StaticString) -> Bool {
        ASCII.equal(self, text)
    }

    /// Whether these are the bytes of `text` in any case.
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        ASCII.equalIgnoringCase(self, text)
    }

    /// The bytes without spaces and tabs at both ends (OWS of RFC 9110 §5.6.3).
    var trimmed: Range<Int> {
        var start = 0
        var end = count
        while start < end, ASCII.isBlank(self[start]) { start += 1 }
        while end > start, ASCII.isBlank(self[end - 1]) { end -= 1 }
        return start..<end
    }

    /// Whether a comma-separated list holds this token, in any case.
    func listContains(_ token: StaticString) -> Bool {
        var found = false
        forEachListElement { element, _ in
            if element.equalsIgnoringCase(token) { found = true }
        }
        return found
    }

    /// Calls `body` with every element between commas, trimmed, and whether it is the last.
    /// Empty elements are passed on too.
    func forEachListElement(_ body: (Span<UInt8>, _ isLast: Bool) -> Void) {
        var start = 0
        for index in 0...count where index == count || self[index] == ASCII.comma {
            let element = extracting(start..<index)
            body(element.extracting(element.trimmed), index == count)
            start = index + 1
        }
    }
}

/// The number that digits stand for, saturated far below the largest one: every digit is looked at,
/// and the result is over any limit. Nil where there is no digit, or something else.
func decimal(_ digits: Span<UInt8>) -> Int? {
    if digits.isEmpty { return nil }
    var number = 0
    for index in digits.indices {
        guard ASCII.isDigit(digits[index]) else { return nil }
        let (shifted, overflow) = number.multipliedReportingOverflow(by: 10)
        number = overflow ? Int.max / 16 : min(shifted + Int(digits[index] & 0x0F), Int.max / 16)
    }
    return number
}

extension [UInt8] {
    /// A copy of the bytes of a span.
    init(copying span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { unsafe [UInt8]($0) }
    }
}
