/// The request for TLS that opens a TCP connection, before the session's first byte.
public enum TLSRequest {
    /// What the server says to it.
    public enum Answer: Hashable, Sendable {
        /// Begin the handshake.
        case accepted
        /// No TLS here: go on without, or give up (`sslmode`).
        case refused
    }

    /// The eight bytes to send.
    public static var bytes: [UInt8] {
        var request: [UInt8] = []
        request.appendTLSRequest()
        return request
    }

    /// Reads all that has come; nil as long as that is nothing. The one byte of the answer must
    /// stand alone.
    public static func answer(in bytes: Span<UInt8>) throws(WireFault) -> Answer? {
        guard bytes.count > 0 else { return nil }
        switch bytes[0] {
        case 0x53:  // S
            guard bytes.count == 1 else { throw .bytesBeforeTLS }
            return .accepted
        case 0x4E:  // N
            guard bytes.count == 1 else { throw .bytesBeforeTLS }
            return .refused
        case let byte: throw .unknownTLSAnswer(byte)
        }
    }
}
