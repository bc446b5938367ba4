import Bytes

@testable import HTTP

/// A head means the same in one piece and in many, whatever follows it, and when it is written anew
/// from its parts.
@Sendable func fuzzHead(_ bytes: [UInt8]) {
    let outcome = inAnyPieces(bytes) { Outcome(reading: bytes, to: $0) }
    guard let head = outcome.head else { return }
    let followed = Outcome(reading: head.bytes + [0, 0x0A], to: [head.bytes.count + 2])
    require(
        followed.used == head.bytes.count && followed.meaning == outcome.meaning,
        "\(outcome.meaning) is not \(followed.meaning)")
    let written = written(head)
    let again = Outcome(reading: written, to: [written.count])
    require(
        again.meaning == outcome.meaning,
        "\(outcome.meaning) is not \(String(decoding: written, as: UTF8.self))")
}

/// What a head says, or why it says nothing.
private struct Outcome: Equatable {
    var head: RequestHead?
    var used = 0
    var fault: HTTPFault?

    /// Reads bytes that come in pieces, which end at `ends`.
    init(reading bytes: [UInt8], to ends: [Int]) {
        var parser = RequestParser(limits: HTTPLimits())
        for end in ends {
            switch parser.parse(bytes.span.extracting(0..<end)) {
            case .complete(let head, let count): (self.head, used) = (head, count)
            case .malformed(let fault): self.fault = fault
            case .incomplete: continue
            }
            return
        }
    }

    /// What the head says, however it is laid out.
    var meaning: [String] {
        guard let head else { return [] }
        return [
            "\(head.method) \(head.rawPath) \(head.rawQuery) \(head.minorVersion)",
            "\(head.framing) \(head.keepsAlive) \(head.expectsContinue) \(head.asksForWebSocket)",
        ] + head.fields.map { "\(head.bytes[$0.name]): \(head.bytes[$0.value])" }
    }

    static func == (one: Outcome, other: Outcome) -> Bool {
        one.fault == other.fault && one.used == other.used && one.meaning == other.meaning
            && one.head?.bytes == other.head?.bytes
    }
}

private func written(_ head: RequestHead) -> [UInt8] {
    var bytes = Array(head.method.name.utf8) + [ASCII.space] + head.bytes[head.target]
    bytes.append(ascii: head.minorVersion == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n")
    for field in head.fields {
        bytes += head.bytes[field.name] + Array(": ".utf8) + head.bytes[field.value]
        bytes.append(ascii: "\r\n")
    }
    return bytes + Array("\r\n".utf8)
}
