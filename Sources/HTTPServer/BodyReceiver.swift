import Bytes
import HTTP

/// The body of one request as it comes in: finds its end, and keeps or drops its bytes.
struct BodyReceiver {
    private enum Framing {
        /// So many bytes are missing.
        case fixed(Int)
        case chunked(ChunkedDecoder)
    }

    private var framing: Framing
    /// What has come so far; nothing if it is dropped.
    private(set) var bytes: [UInt8] = []
    private let isKept: Bool

    /// A body of at most `bytesMax` bytes that is kept. A fixed length has been judged already.
    ///
    /// - Parameter here: Bytes received behind the head, of the body or of what follows it.
    init(_ framing: BodyFraming, bytesMax: Int, limits: HTTPLimits, here: Int) {
        self.init(framing, bytesMax: bytesMax, limits: limits, isKept: true)
        // No more than has come: a length is a promise, memory is not given on promises.
        if case .fixed(let count) = framing { bytes.reserveCapacity(min(count, here)) }
    }

    /// A body that nobody wants, dropped up to `bytesMax` bytes; nil if it is known to be longer.
    init?(discarding framing: BodyFraming, bytesMax: Int, limits: HTTPLimits) {
        if case .fixed(let count) = framing, count > bytesMax { return nil }
        self.init(framing, bytesMax: bytesMax, limits: limits, isKept: false)
    }

    private init(_ framing: BodyFraming, bytesMax: Int, limits: HTTPLimits, isKept: Bool) {
        self.isKept = isKept
        self.framing =
            switch framing {
            case .none: .fixed(0)
            case .fixed(let count): .fixed(count)
            case .chunked: .chunked(ChunkedDecoder(limits: limits, bytesMax: bytesMax))
            }
    }

    /// Takes what belongs to the body from the front of the input.
    ///
    /// - Returns: how many bytes that was, and whether the body is whole.
    /// - Throws: 413 for chunks over the bound, 400 for broken ones.
    mutating func take(_ input: Span<UInt8>) throws(HTTPFault) -> (count: Int, isWhole: Bool) {
        switch framing {
        case .fixed(let missing):
            let count = min(missing, input.count)
            if isKept { bytes.append(span: input.extracting(0..<count)) }
            framing = .fixed(missing - count)
            return (count, count == missing)
        case .chunked(var decoder):
            let verdict = decoder.decode(input, into: &bytes)
            framing = .chunked(decoder)
            if !isKept { bytes.removeAll(keepingCapacity: true) }
            switch verdict {
            case .complete(let count): return (count, true)
            case .incomplete: return (input.count, false)
            case .malformed(let fault): throw fault
            }
        }
    }
}
