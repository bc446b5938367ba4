import Bytes
import HTTP

/// One WebSocket connection without its socket: frames in, and what to do about them (RFC 6455
/// §5.4, §5.5, §7).
///
///     open ── close() ──> closing ── peer's close frame ──> closed
///       └──────── peer's close frame, broken frame ───────────^
struct WebSocketCycle {
    /// What the owner of the socket must do.
    enum Action: Equatable {
        /// Hand a message or pong to the session.
        case deliver(WebSocketEvent)
        /// Send this frame.
        case send([UInt8])
        /// Send this frame, if any, then close the connection; tell the session the code.
        case finish(frame: [UInt8]?, code: UInt16)
    }

    private enum Phase { case open, closing, closed }

    private var decoder: WebSocketDecoder
    private var phase = Phase.open
    /// When the peer's close frame is overdue.
    private(set) var closeDeadline = DeadlineTable.never

    init(messageBytesMax: Int) {
        decoder = WebSocketDecoder(messageBytesMax: messageBytesMax)
    }

    /// Bytes that have come of a message which is not whole.
    var messageBytes: Int { decoder.messageBytes }

    /// Whether frames may be sent.
    var isOpen: Bool { phase == .open }

    /// Reads on from `position` up to the next thing to do; nil when the input is used up.
    mutating func next(_ input: Span<UInt8>, at position: inout Int) -> Action? {
        while phase != .closed, let event = decoder.next(input, at: &position) {
            switch event {
            case .close(let code): return peerClosed(code)
            case .failure(let failure): return fail(failure)
            case .text, .binary, .ping, .pong:
                // Once this side has closed, the peer's last messages have no reader (§5.5.1).
                if phase != .open { continue }
                guard case .ping(let payload) = event else { return .deliver(event) }
                var frame: [UInt8] = []
                frame.append(frame: .pong, payload: payload)
                return .send(frame)
            }
        }
        return nil
    }

    /// Begins the closing handshake; nil if it has begun already. The frame is to be sent.
    mutating func close(code: UInt16, reason: String, deadline: UInt64) -> [UInt8]? {
        guard phase == .open else { return nil }
        phase = .closing
        closeDeadline = deadline
        return WebSocketCycle.closeFrame(code, reason)
    }

    /// Answers a close with the same code; an empty one with an empty one (§5.5.1).
    private mutating func peerClosed(_ code: UInt16) -> Action {
        let answers = phase == .open
        phase = .closed
        guard answers else { return .finish(frame: nil, code: code) }
        if code != 1005 { return .finish(frame: WebSocketCycle.closeFrame(code, ""), code: code) }
        var frame: [UInt8] = []
        frame.append(frame: .close, payload: [])
        return .finish(frame: frame, code: code)
    }

    private mutating func fail(_ failure: WebSocketFailure) -> Action {
        let answers = phase == .open
        phase = .closed
        let frame = WebSocketCycle.closeFrame(failure.code, failure.reason)
        return .finish(frame: answers ? frame : nil, code: failure.code)
    }

    private static func closeFrame(_ code: UInt16, _ reason: String) -> [UInt8] {
        var frame: [UInt8] = []
        frame.append(closeFrame: code, reason: reason)
        return frame
    }
}
