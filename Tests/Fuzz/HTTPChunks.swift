import Bytes
import HTTP

/// A chunked body means the same in one piece and in many, and when its data are cut into other
/// chunks.
@Sendable func fuzzChunks(_ bytes: [UInt8]) {
    let outcome = inAnyPieces(bytes) { decode(bytes, to: $0) }
    guard let used = outcome.used, let size = bytes.first else { return }
    require(used <= bytes.count, "\(used) bytes of \(bytes.count)")
    let written = encode(outcome.body, size: 1 + Int(size) % 40)
    let again = decode(written, to: [written.count])
    require(again.body == outcome.body && again.used == written.count, "\(outcome) is \(again)")
}

private struct Outcome: Equatable {
    var body: [UInt8] = []
    /// The bytes of a whole body.
    var used: Int?
    var fault: HTTPFault?
}

private func decode(_ bytes: [UInt8], to ends: [Int]) -> Outcome {
    var decoder = ChunkedDecoder(limits: HTTPLimits(), bytesMax: 300)
    var body: [UInt8] = []
    for piece in pieces(of: bytes, to: ends) {
        switch decoder.decode(piece.span, into: &body) {
        case .complete(let count): return Outcome(body: body, used: piece.startIndex + count)
        case .malformed(let fault): return Outcome(fault: fault)
        case .incomplete: continue
        }
    }
    return Outcome(body: body)
}

private func encode(_ body: [UInt8], size: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: body.count, by: size) {
        let data = body[start..<min(start + size, body.count)]
        bytes += Array("\(String(data.count, radix: 16));a=\"b\"\r\n".utf8) + data
        bytes.append(ascii: "\r\n")
    }
    return bytes + Array("000\r\nA: b\r\n\r\n".utf8)
}
