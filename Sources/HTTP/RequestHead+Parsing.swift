import Bytes

// From the bytes of a whole head to its parts. Every line is known to end with CRLF and the last
// one to be blank.

extension RequestHead {
    init(parsing span: Span<UInt8>, lineCount: Int, limits: HTTPLimits) throws(HTTPFault) {
        self.init(bytes: [UInt8](copying: span), method: .get)
        var position = try parseRequestLine(span, limits: limits)
        fields.reserveCapacity(lineCount - 1)
        while position + 2 < span.count { position = try parseFieldLine(span, at: position) }
        try judge()
    }

    /// request-line = method SP request-target SP HTTP-version (RFC 9112 §3). Answers where the
    /// next line begins.
    private mutating func parseRequestLine(
        _ span: Span<UInt8>, limits: HTTPLimits
    ) throws(HTTPFault) -> Int {
        var end = 0
        while isTokenByte(span[end]) { end += 1 }
        guard end > 0, span[end] == ASCII.space else {
            throw .malformed("The request line does not begin with a method and one space.")
        }
        method = Method(token: span.extracting(0..<end))
        let start = end + 1
        end = start
        // Bytes above 0x7E break the grammar, but browsers' address bars and curl send them raw.
        while span[end] > 0x20 && span[end] != 0x7F { end += 1 }
        guard end > start, span[end] == ASCII.space else {
            throw .malformed("The request line has no target between single spaces.")
        }
        if end - start > limits.targetBytesMax {
            throw .targetTooLong(max: limits.targetBytesMax)
        }
        target = start..<end
        try parseVersion(span, at: end + 1)
        try parseTarget(span)
        try checkMarks(span.extracting(target))
        return end + 11
    }

    /// Names and operands of a query are compared as texts.
    private func checkMarks(_ text: Span<UInt8>) throws(HTTPFault) {
        if text.isASCII, firstIndex(of: ASCII.percent, in: text, from: 0) == nil { return }
        guard StreamSafeText.holds(percentEncoded: bytes[target]) else {
            throw .malformed(
                "The request target has more than \(StreamSafeText.marksMax) marks in a row.")
        }
    }

    /// HTTP-version = "HTTP/" DIGIT "." DIGIT (RFC 9112 §2.3), and CRLF.
    private mutating func parseVersion(_ span: Span<UInt8>, at start: Int) throws(HTTPFault) {
        guard start + 10 <= span.count,
            span.extracting(start..<(start + 5)).equals("HTTP/"),
            ASCII.isDigit(span[start + 5]), span[start + 6] == ASCII.dot,
            ASCII.isDigit(span[start + 7]), span[start + 8] == ASCII.cr, span[start + 9] == ASCII.lf
        else { throw .malformed("The request line does not end with an HTTP version.") }
        guard span[start + 5] == ASCII.zero + 1 else {
            throw HTTPFault(status: 505, message: "Only HTTP/1.0 and HTTP/1.1 are spoken here.")
        }
        minorVersion = span[start + 7] == ASCII.zero ? 0 : 1
    }

    /// The four forms of RFC 9112 §3.2.
    private mutating func parseTarget(_ span: Span<UInt8>) throws(HTTPFault) {
        if method == .other("CONNECT") {
            throw HTTPFault(status: 501, message: "This server is not a proxy.")
        }
        if span[target.lowerBound] == ASCII.slash {
            locatePathAndQuery(span, in: target)
        } else if target.count == 1 && span[target.lowerBound] == ASCII.asterisk
            && method == .options
        {
            path = target
            query = target.upperBound..<target.upperBound
        } else {
            locatePathAndQuery(span, in: try endOfAuthority(span)..<target.upperBound)
            let first = path.isEmpty ? ASCII.slash : span[path.lowerBound]
            if first != ASCII.slash { throw .malformed("The request target is not a path.") }
        }
    }

    /// Where the path of an absolute-form target begins.
    private func endOfAuthority(_ span: Span<UInt8>) throws(HTTPFault) -> Int {
        var start = target.lowerBound
        if target.count > 7, span.extracting(start..<(start + 7)).equalsIgnoringCase("http://") {
            start += 7
        } else if target.count > 8,
            span.extracting(start..<(start + 8)).equalsIgnoringCase("https://")
        {
            start += 8
        } else {
            throw .malformed("The request target is neither a path nor an http URL.")
        }
        var end = start
        while end < target.upperBound, span[end] != ASCII.slash, span[end] != ASCII.question {
            end += 1
        }
        guard end > start, isHost(span.extracting(start..<end)) else {
            throw .malformed("The URL in the request line names no valid host.")
        }
        return end
    }

    /// Splits at the first `?`.
    mutating func locatePathAndQuery(_ span: Span<UInt8>, in range: Range<Int>) {
        var end = range.lowerBound
        while end < range.upperBound, span[end] != ASCII.question { end += 1 }
        path = range.lowerBound..<end
        query = min(end + 1, range.upperBound)..<range.upperBound
    }

    /// field-line = field-name ":" OWS field-value OWS (RFC 9112 §5). Answers where the next line
    /// begins.
    private mutating func parseFieldLine(
        _ span: Span<UInt8>, at start: Int
    ) throws(HTTPFault) -> Int {
        if ASCII.isBlank(span[start]) { throw .malformed("A field line is folded.") }  // §5.2
        var end = start
        while isTokenByte(span[end]) { end += 1 }
        let nameEnd = end
        // §5.1: blanks between name and colon have been used to smuggle requests.
        guard nameEnd > start, span[nameEnd] == ASCII.colon else {
            throw .malformed("A field line does not begin with a name and a colon.")
        }
        end += 1
        while ASCII.isBlank(span[end]) { end += 1 }
        let valueStart = end
        // Tokens are long: what needs no closer look is passed by in steps.
        while span.hasNoControls(at: end) { end += 8 }
        while isValueByte(span[end]) { end += 1 }
        // The head ends with CRLF, so there is always a byte after a carriage return.
        guard span[end] == ASCII.cr, span[end + 1] == ASCII.lf else {
            throw .malformed("A field value holds a control character.")
        }
        var valueEnd = end
        while valueEnd > valueStart, ASCII.isBlank(span[valueEnd - 1]) { valueEnd -= 1 }
        fields.append(
            FieldRange(
                nameStart: UInt32(start), nameEnd: UInt32(nameEnd),
                valueStart: UInt32(valueStart), valueEnd: UInt32(valueEnd)))
        return end + 2
    }
}

/// tchar (RFC 9110 §5.6.2), as bits of two words.
@inline(__always)
func isTokenByte(_ byte: UInt8) -> Bool {
    let low: UInt64 = 0x03FF_6CFA_0000_0000
    let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
    if byte >= 128 { return false }
    return ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 == 1
}

/// A byte of a field value: anything but control characters, and the tab (RFC 9110 §5.5).
@inline(__always)
private func isValueByte(_ byte: UInt8) -> Bool {
    byte >= 0x20 ? byte != 0x7F : byte == 0x09
}

/// uri-host [":" port] by its characters (RFC 3986 §3.2.2), without user information.
func isHost(_ span: Span<UInt8>) -> Bool {
    for index in span.indices {
        switch span[index] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"), UInt8(ascii: ":"),
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "!"), UInt8(ascii: "$"),
            UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"),
            UInt8(ascii: "="):
            continue
        default:
            return false
        }
    }
    return true
}
