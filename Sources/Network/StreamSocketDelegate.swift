import CLinux
import Glibc

/// Hears of one connection's life. Every call comes on the loop's thread.
public protocol StreamSocketDelegate: AnyObject {
    /// Bytes came; they are valid during the call. What is not used must be copied.
    func socket(_ socket: StreamSocket, received bytes: Span<UInt8>)
    /// The peer sends no more; it may still read. Called once, before `socketClosed`, if at all.
    func socketReachedEnd(_ socket: StreamSocket)
    /// Queued output has fallen below the low-water mark after it had been above the high one.
    func socketDrained(_ socket: StreamSocket)
    /// A TLS handshake goes on: `step` reads what has come for it and answers, which is much work
    /// for few bytes. It is called now, or later while reading is paused.
    func socket(_ socket: StreamSocket, shakesHands step: @escaping () -> Void)
    /// The handshake that `startTLS` has begun is done: what is received from now on is protected.
    func socketSecured(_ socket: StreamSocket)
    /// The connection is over. The last call, made exactly once and never from within a call of
    /// the delegate's own; the socket lets the delegate go.
    func socketClosed(_ socket: StreamSocket, reason: CloseReason)
}

extension StreamSocketDelegate {
    /// For those who share their time with nobody.
    public func socket(_ socket: StreamSocket, shakesHands step: @escaping () -> Void) { step() }
    /// For those who never begin TLS.
    public func socketSecured(_ socket: StreamSocket) {}
}

/// Why a connection ended.
public enum CloseReason: Error, Hashable, Sendable {
    /// This side closed, and the peer has taken everything.
    case closed
    /// This side gave up: `abort()`, or the peer did not take the rest in time.
    case aborted
    /// The peer reset the connection, or went away while output waited.
    case reset
    /// The peer acknowledged nothing for too long.
    case timedOut
    /// No byte has moved for the socket's `stallTimeout`.
    case stalled
    /// A file that was to be sent has become shorter, or cannot be read any more.
    case incomplete
    /// TLS failed; says how.
    case tls(TLSError)
    /// The loop has ended.
    case loopEnded
    /// Another error of the system: its `errno`.
    case failed(code: Int32)

    init(code: Int32) {
        self =
            switch code {
            case ECONNRESET, EPIPE: .reset
            case ETIMEDOUT, EHOSTUNREACH, ENETUNREACH: .timedOut
            default: .failed(code: code)
            }
    }
}
