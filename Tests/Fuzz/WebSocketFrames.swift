import HTTP

/// Frames mean the same in one piece and in many, and so do their messages when they are framed
/// anew.
@Sendable func fuzzFrames(_ bytes: [UInt8]) {
    let found = inAnyPieces(bytes) { events(of: bytes, to: $0) }
    let frames = found.flatMap(clientFrame)
    let sound = found.filter { if case .failure = $0 { false } else { true } }
    require(events(of: frames, to: [frames.count]) == sound, "\(found) is \(frames)")
}

private func events(of bytes: [UInt8], to ends: [Int]) -> [WebSocketEvent] {
    var decoder = WebSocketDecoder(messageBytesMax: 300)
    var events: [WebSocketEvent] = []
    for piece in pieces(of: bytes, to: ends) {
        var position = 0
        while let event = decoder.next(piece.span, at: &position) { events.append(event) }
    }
    return events
}

/// The masked frame that a client would send; nothing for what is none.
private func clientFrame(_ event: WebSocketEvent) -> [UInt8] {
    switch event {
    case .text(let payload): clientFrame(.text, payload)
    case .binary(let payload): clientFrame(.binary, payload)
    case .ping(let payload): clientFrame(.ping, payload)
    case .pong(let payload): clientFrame(.pong, payload)
    case .close(1005): clientFrame(.close, [])
    case .close(let code): clientFrame(.close, [UInt8(code >> 8), UInt8(code & 0xFF)])
    case .failure: []
    }
}

private func clientFrame(_ opcode: WebSocketOpcode, _ payload: [UInt8]) -> [UInt8] {
    let mask: [UInt8] = [1, 2, 3, 0xFF]
    var frame: [UInt8] = []
    frame.append(frame: opcode, payload: payload)
    let head = frame.count - payload.count
    frame[1] |= 0x80
    return frame[..<head] + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
}
