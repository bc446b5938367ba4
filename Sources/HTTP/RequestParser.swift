import Bytes
import Glibc

/// Finds and reads the head of a request.
///
/// The caller keeps the bytes and offers all it has, from the first byte of the head on, as often
/// as more arrive; the parser remembers how far it has looked, so that a sender of single bytes
/// costs no more than any other. Lines end with CRLF and nothing else: where two readers may
/// disagree about the end of a line, requests are smuggled (RFC 9112 §2.2, §11.2).
public struct RequestParser: Sendable {
    /// What the bytes are so far.
    public enum Verdict: Sendable {
        /// A head; so many bytes belong to it, leading blank lines included.
        case complete(RequestHead, byteCount: Int)
        /// Good so far, and not whole.
        case incomplete
        /// Not to be served; answer and close.
        case malformed(HTTPFault)
    }

    private let limits: HTTPLimits
    /// Bytes already searched for line ends.
    private var scanned = 0
    /// Where the line being searched began.
    private var lineStart = 0
    /// Blank lines in front of the request line, in bytes.
    private var skipped = 0
    /// Line ends seen: the request line and the fields.
    private var lines = 0

    /// A parser at the start of a head.
    public init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Judges everything received of this head. After `complete` the parser is at the start of
    /// the next head.
    public mutating func parse(_ input: Span<UInt8>) -> Verdict {
        do throws(HTTPFault) {
            guard let end = try findEnd(in: input) else { return .incomplete }
            let head = try RequestHead(
                parsing: input.extracting(skipped..<end), lineCount: lines, limits: limits)
            self = RequestParser(limits: limits)
            return .complete(head, byteCount: end)
        } catch {
            return .malformed(error)
        }
    }

    /// Whether the head judged last, whole or not, asks with HEAD: its answer has no body
    /// (RFC 9110 §9.3.2).
    public func isHead(_ input: Span<UInt8>) -> Bool {
        let end = skipped + "HEAD ".utf8.count
        return input.count >= end && input.extracting(skipped..<end).equals("HEAD ")
    }

    /// The count of bytes up to and with the blank line that ends the head.
    private mutating func findEnd(in input: Span<UInt8>) throws(HTTPFault) -> Int? {
        if input.count > 0 && lines == 0 { try checkFirstByte(input) }
        while let feed = firstIndex(of: ASCII.lf, in: input, from: scanned) {
            guard feed > lineStart, input[feed - 1] == ASCII.cr else {
                throw .malformed("A line of the head ends without a carriage return.")
            }
            scanned = feed + 1
            let isBlank = feed == lineStart + 1
            lineStart = feed + 1
            if isBlank && lines > 0 {
                try checkLength(feed + 1 - skipped)
                return feed + 1
            }
            if isBlank {
                skipped = feed + 1
                if skipped > leadingBlankBytesMax {
                    throw .malformed("Blank lines stand in front of the request line.")
                }
                try checkFirstByte(input)
                continue
            }
            try countLine(endingAt: feed)
        }
        scanned = input.count
        try checkLength(input.count - skipped)
        return nil
    }

    private mutating func countLine(endingAt feed: Int) throws(HTTPFault) {
        lines += 1
        if lines == 1 && feed - skipped > limits.headBytesMax {
            throw .targetTooLong(max: limits.targetBytesMax)
        }
        if lines > limits.fieldsMax + 1 {
            throw HTTPFault(
                status: 431, message: "The head has more than \(limits.fieldsMax) fields.")
        }
    }

    private func checkLength(_ count: Int) throws(HTTPFault) {
        if count <= limits.headBytesMax { return }
        if lines == 0 { throw .targetTooLong(max: limits.targetBytesMax) }
        throw .headTooLong(max: limits.headBytesMax)
    }

    /// A TLS hello or other noise is known by its first byte: no need to wait for a line of it.
    private func checkFirstByte(_ input: Span<UInt8>) throws(HTTPFault) {
        guard skipped < input.count else { return }
        let byte = input[skipped]
        if isTokenByte(byte) || byte == ASCII.cr || byte == ASCII.lf { return }
        if byte == 0x16 { throw .malformed("This port speaks HTTP without TLS.") }
        throw .malformed("The request line does not begin with a method.")
    }
}

/// The first place of a byte at or after `start`. memchr reads many bytes at a time.
func firstIndex(of byte: UInt8, in span: Span<UInt8>, from start: Int) -> Int? {
    guard start < span.count else { return nil }
    return unsafe span.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress,
            let hit = unsafe memchr(base + start, Int32(byte), buffer.count - start)
        else { return nil }
        return unsafe UnsafePointer(hit.assumingMemoryBound(to: UInt8.self)) - base
    }
}
