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
    /// What has come and was not taken out; nothing if it is dropped.
    private(set) var bytes: [UInt8] = []
    /// Whether all of it has come.
    private(set) var isWhole = false
    private var isKept = true
    /// Whether more is to be read of a body that is handed on as it comes.
    var hasRoom: Bool { !isWhole && bytes.count < HTTPServerLimits.streamedBodyBytesMax }

    /// A body of at most `bytesMax` bytes that is kept. A fixed length has been judged already.
    init(_ framing: BodyFraming, bytesMax: Int, limits: HTTPLimits) {
        self.framing =
            switch framing {
            case .none: .fixed(0)
            case .fixed(let count): .fixed(count)
            case .chunked: .chunked(ChunkedDecoder(limits: limits, bytesMax: bytesMax))
            }
    }

    /// Takes what belongs to the body from the front of the input: of chunks as much as one step
    /// may.
    ///
    /// - Returns: how many bytes that was.
    /// - Throws: 413 for chunks over the bound, 400 for broken ones.
    mutating func take(_ input: Span<UInt8>) throws(HTTPFault) -> Int {
        if isWhole { return 0 }
        switch framing {
        case .fixed(let missing):
            let count = min(missing, input.count)
            if isKept { bytes.append(span: input.extracting(0..<count)) }
            framing = .fixed(missing - count)
            isWhole = count == missing
            return count
        case .chunked(var decoder):
            let step = min(input.count, HTTPServerLimits.chunkedBytesPerStep)
            let verdict = decoder.decode(input.extracting(..<step), into: &bytes)
            framing = .chunked(decoder)
            if !isKept { bytes.removeAll(keepingCapacity: true) }
            switch verdict {
            case .complete(let count):
                isWhole = true
                return count
            case .incomplete: return step
            case .malformed(let fault): throw fault
            }
        }
    }

    /// Takes out what has come.
    mutating func takeBytes() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    /// Drops what has come, and what comes from now on.
    ///
    /// - Returns: whether at most `bytesMax` bytes may still come; false if it is known to be more.
    mutating func discard(upTo bytesMax: Int) -> Bool {
        isKept = false
        bytes = []
        switch framing {
        case .fixed(let missing): return missing <= bytesMax
        case .chunked(var decoder):
            let isWithin = decoder.restrict(to: bytesMax)
            framing = .chunked(decoder)
            return isWithin
        }
    }
}
