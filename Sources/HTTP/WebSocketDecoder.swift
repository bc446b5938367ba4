import Bytes

/// What arrives over a WebSocket connection, one whole message or control frame at a time.
public enum WebSocketEvent: Hashable, Sendable {
    /// A text message; its bytes are valid UTF-8.
    case text([UInt8])
    /// A binary message.
    case binary([UInt8])
    /// A ping, to be answered with a pong of the same payload (RFC 6455 §5.5.2).
    case ping([UInt8])
    /// A pong.
    case pong([UInt8])
    /// The peer closes; 1005 if it gave no code (§7.1.5). Nothing after it counts.
    case close(code: UInt16)
    /// The peer broke the protocol: close with this code (§7.4.1) and stop reading.
    case failure(WebSocketFailure)
}

/// Why a WebSocket connection must be failed (RFC 6455 §7.1.7).
public struct WebSocketFailure: Error, Hashable, Sendable {
    /// 1002, 1007 or 1009.
    public let code: UInt16
    /// What was wrong; short enough for a close frame.
    public let reason: String

    static func protocolError(_ reason: String) -> WebSocketFailure {
        WebSocketFailure(code: 1002, reason: reason)
    }

    static let invalidText = WebSocketFailure(code: 1007, reason: "Text is not UTF-8.")
}

/// Reads frames of a client (RFC 6455 §5) from pieces of any size.
///
///      0               1               2               3
///     +-+-+-+-+-------+-+-------------+-------------------------------+
///     |F|R|R|R| opcode|M| length (7)  | extended length (0, 2, 8)     |
///     +-+-+-+-+-------+-+-------------+---------------+---------------+
///     | masking key (4)               | payload, XORed with the key … |
///     +-------------------------------+-------------------------------+
///
/// Payload is unmasked straight into the message as it arrives; no frame is kept whole. Text is
/// checked on the way, so that broken UTF-8 fails with the byte that breaks it.
public struct WebSocketDecoder: Sendable {
    private let messageBytesMax: Int
    private var header = FrameHeader()
    /// Payload bytes of the current frame still to come; nil while its header is read.
    private var missing: Int?
    /// Where in the masking key the next payload byte stands.
    private var maskOffset = 0
    /// The message being put together, and what it is; nil between messages.
    private var message: [UInt8] = []
    private var messageOpcode: WebSocketOpcode?
    private var control: [UInt8] = []
    private var validator = UTF8Validator()
    private var isOver = false

    /// Bytes that have come of a message which is not whole.
    public var messageBytes: Int { message.count }

    /// A decoder at the start of the connection. A longer message fails with 1009.
    public init(messageBytesMax: Int) {
        self.messageBytesMax = messageBytesMax
    }

    /// Reads on from `position`, which is moved behind what was used, up to the next event; nil
    /// when the input is used up. After `close` and `failure` input is skipped.
    public mutating func next(_ input: Span<UInt8>, at position: inout Int) -> WebSocketEvent? {
        do throws(WebSocketFailure) {
            while !isOver {
                if let missing {
                    position += try readPayload(input, at: position, missing: missing)
                    guard self.missing == 0 else { return nil }
                    self.missing = nil
                    if let event = try finishFrame() { return event }
                } else {
                    guard position < input.count else { return nil }
                    if try header.append(input[position]) { try startFrame() }
                    position += 1
                }
            }
            position = input.count
            return nil
        } catch {
            isOver = true
            return .failure(error)
        }
    }

    /// Judges a whole header.
    private mutating func startFrame() throws(WebSocketFailure) {
        if header.opcode.isControl {
            control.removeAll(keepingCapacity: true)
        } else {
            if header.opcode == .continuation {
                if messageOpcode == nil { throw .protocolError("Nothing to continue.") }
            } else {
                if messageOpcode != nil { throw .protocolError("A message is still unfinished.") }
                messageOpcode = header.opcode
                validator = UTF8Validator()
            }
            guard header.length <= messageBytesMax - message.count else {
                throw WebSocketFailure(
                    code: 1009, reason: "A message is longer than \(messageBytesMax) bytes.")
            }
        }
        missing = header.length
        maskOffset = 0
    }

    /// Unmasks what there is of the payload; answers how much that was.
    private mutating func readPayload(
        _ input: Span<UInt8>, at position: Int, missing: Int
    ) throws(WebSocketFailure) -> Int {
        let count = min(missing, input.count - position)
        let part = input.extracting(position..<(position + count))
        if header.opcode.isControl {
            control.append(part, unmaskedWith: header.mask, from: maskOffset)
        } else {
            let start = message.count
            message.append(part, unmaskedWith: header.mask, from: maskOffset)
            let soFar = message
            if messageOpcode == .text, !validator.consume(soFar.span.extracting(start...)) {
                throw .invalidText
            }
        }
        maskOffset = (maskOffset + count) & 3
        self.missing = missing - count
        return count
    }

    /// What a whole frame means.
    private mutating func finishFrame() throws(WebSocketFailure) -> WebSocketEvent? {
        let opcode = header.opcode
        let isFinal = header.isFinal
        header = FrameHeader()
        switch opcode {
        case .ping: return .ping(control)
        case .pong: return .pong(control)
        case .close:
            isOver = true
            return .close(code: try closeCode())
        case .text, .binary, .continuation:
            guard isFinal else { return nil }
            return try finishMessage()
        }
    }

    private mutating func finishMessage() throws(WebSocketFailure) -> WebSocketEvent {
        let isText = messageOpcode == .text
        if isText, !validator.isComplete { throw .invalidText }
        let bytes = message
        message = []
        messageOpcode = nil
        return isText ? .text(bytes) : .binary(bytes)
    }

    /// Checks a close frame's payload (RFC 6455 §5.5.1, §7.4).
    private func closeCode() throws(WebSocketFailure) -> UInt16 {
        if control.isEmpty { return 1005 }
        if control.count == 1 { throw .protocolError("A close code has two bytes.") }
        let code = UInt16(control[0]) << 8 | UInt16(control[1])
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: throw .protocolError("\(code) is no code to close with.")
        }
        if !UTF8Check.isValid(control.span.extracting(2...)) { throw .invalidText }
        return code
    }
}

extension [UInt8] {
    /// Appends masked bytes unmasked; `offset` is the place in the key of the first of them.
    fileprivate mutating func append(
        _ masked: Span<UInt8>, unmaskedWith key: UInt32, from offset: Int
    ) {
        let start = count
        append(span: masked)
        // Rotated so that the key's first byte belongs to the first byte here.
        let key = key >> UInt32(offset * 8) | key << UInt32((32 - offset * 8) & 31)
        let wide = UInt64(key) << 32 | UInt64(key)
        unsafe withUnsafeMutableBytes { bytes in
            var index = start
            while index + 8 <= bytes.count {
                let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                unsafe bytes.storeBytes(of: word ^ wide, toByteOffset: index, as: UInt64.self)
                index += 8
            }
            var shift: UInt32 = 0
            while index < bytes.count {
                unsafe bytes[index] ^= UInt8(truncatingIfNeeded: key >> shift)
                shift = (shift + 8) & 31
                index += 1
            }
        }
    }
}
