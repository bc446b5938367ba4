import Bytes

/// Takes the chunked transfer coding off a body (RFC 9112 §7.1) in pieces of any size.
///
///     size [;extensions] CRLF  data CRLF  …  0 [;extensions] CRLF  trailer fields CRLF
///
/// Extensions and trailer fields are checked for line ends and length, and dropped (§7.1.1,
/// §7.1.2).
public struct ChunkedDecoder: Sendable {
    /// What the bytes are so far.
    public enum Verdict: Hashable, Sendable {
        /// The body is whole; so many bytes of the input belong to it.
        case complete(byteCount: Int)
        /// All input was used and more is needed.
        case incomplete
        /// Not to be served; answer and close.
        case malformed(HTTPFault)
    }

    private enum Phase {
        /// In the digits of a size; how many there were.
        case size(digits: Int)
        /// In blanks behind the size.
        case blanks
        /// Behind a semicolon, in front of the line's CR.
        case extensions
        case sizeLineFeed
        /// So many bytes of data are missing.
        case data(Int)
        case dataReturn
        case dataLineFeed
        /// At the first byte of a trailer line, or inside one.
        case trailerStart
        case trailer
        case trailerLineFeed
        case lastLineFeed
    }

    private let limits: HTTPLimits
    /// Data that may still come, in bytes.
    private var bytesLeft: Int
    private let bytesMax: Int
    private var phase = Phase.size(digits: 0)
    private var size = 0
    private var lineByteCount = 0
    private var trailerByteCount = 0

    /// A decoder at the start of a body of at most `bytesMax` bytes of data.
    public init(limits: HTTPLimits, bytesMax: Int) {
        self.limits = limits
        self.bytesMax = bytesMax
        bytesLeft = bytesMax
    }

    /// Decodes what it can and appends the data to `body`. A chunk that would go past `bytesMax`
    /// is 413 before any of it is taken.
    public mutating func decode(_ input: Span<UInt8>, into body: inout [UInt8]) -> Verdict {
        var index = 0
        do throws(HTTPFault) {
            while index < input.count {
                if case .data(let missing) = phase {
                    let count = min(missing, input.count - index)
                    body.append(span: input.extracting(index..<(index + count)))
                    index += count
                    phase = count == missing ? .dataReturn : .data(missing - count)
                    continue
                }
                let isLast = try consume(input[index])
                index += 1
                if isLast { return .complete(byteCount: index) }
            }
            return .incomplete
        } catch {
            return .malformed(error)
        }
    }

    /// Takes at most so many bytes of data from now on.
    ///
    /// - Returns: false if the chunk that is coming is known to bring more.
    public mutating func restrict(to bytesMax: Int) -> Bool {
        var coming = 0
        if case .data(let missing) = phase { coming = missing }
        guard coming <= bytesMax else { return false }
        bytesLeft = min(bytesLeft, bytesMax - coming)
        return true
    }

    /// One byte outside the data. Answers whether it was the last of the body.
    private mutating func consume(_ byte: UInt8) throws(HTTPFault) -> Bool {
        switch phase {
        case .size(let digits):
            try consumeSize(byte, digits: digits)
        case .blanks:
            try countLineByte(byte)
            try endSize(with: byte)
        case .extensions:
            try countLineByte(byte)
            if byte == ASCII.cr { phase = .sizeLineFeed }
        case .sizeLineFeed:
            try expect(ASCII.lf, byte)
            try startChunk()
        case .dataReturn:
            try expect(ASCII.cr, byte)
            phase = .dataLineFeed
        case .dataLineFeed:
            try expect(ASCII.lf, byte)
            phase = .size(digits: 0)
        case .trailerStart, .trailer:
            try consumeTrailer(byte)
        case .trailerLineFeed:
            try expect(ASCII.lf, byte)
            phase = .trailerStart
        case .lastLineFeed:
            try expect(ASCII.lf, byte)
            return true
        case .data:
            break
        }
        return false
    }

    /// chunk-size = 1*HEXDIG. Sixteen digits are a limit, since leading zeros have no end.
    private mutating func consumeSize(_ byte: UInt8, digits: Int) throws(HTTPFault) {
        if let digit = ASCII.hexValue(byte) {
            guard digits < 16 else { throw .malformed("A chunk size is too long.") }
            // Saturated: every digit is still looked at, and the result is over any bound.
            size = size > Int.max >> 4 ? Int.max : size << 4 | Int(digit)
            phase = .size(digits: digits + 1)
            return
        }
        guard digits > 0 else { throw .malformed("A chunk has no size.") }
        try endSize(with: byte)
    }

    /// What may stand behind a size: blanks, then a semicolon or the line's end (RFC 9112 §7.1.1).
    private mutating func endSize(with byte: UInt8) throws(HTTPFault) {
        switch byte {
        case ASCII.cr: phase = .sizeLineFeed
        case ASCII.semicolon: phase = .extensions
        case ASCII.space, ASCII.tab: phase = .blanks
        default: throw .malformed("A chunk size is not a hexadecimal number.")
        }
    }

    private mutating func startChunk() throws(HTTPFault) {
        if size > bytesLeft { throw .bodyTooLong(max: bytesMax) }
        bytesLeft -= size
        phase = size == 0 ? .trailerStart : .data(size)
        size = 0
        lineByteCount = 0
    }

    private mutating func consumeTrailer(_ byte: UInt8) throws(HTTPFault) {
        trailerByteCount += 1
        if trailerByteCount > limits.trailerBytesMax {
            throw HTTPFault(
                status: 431,
                message: "The trailer is larger than the limit of \(limits.trailerBytesMax) bytes.")
        }
        if byte == ASCII.cr {
            if case .trailerStart = phase {
                phase = .lastLineFeed
            } else {
                phase = .trailerLineFeed
            }
        } else {
            try rejectControl(byte)
            phase = .trailer
        }
    }

    private mutating func countLineByte(_ byte: UInt8) throws(HTTPFault) {
        lineByteCount += 1
        if lineByteCount > limits.chunkLineBytesMax {
            throw .malformed("A chunk extension is too long.")
        }
        if byte != ASCII.cr { try rejectControl(byte) }
    }

    private func rejectControl(_ byte: UInt8) throws(HTTPFault) {
        if byte < 0x20 && byte != ASCII.tab || byte == 0x7F {
            throw .malformed("The chunked body holds a control character.")
        }
    }

    private func expect(_ wanted: UInt8, _ byte: UInt8) throws(HTTPFault) {
        if byte != wanted { throw .malformed("A line of the chunked body has no proper end.") }
    }
}
