import COpenSSL
import Glibc
import Testing

/// OpenSSL could not make what a test needs.
struct OpenSSLFault: Error {}

/// A blocking TLS client over a connection, made of OpenSSL itself. It trusts anybody.
@safe
public final class TLSClient {
    private let transport: LoopbackSocket
    private let context: OpaquePointer
    private let session: OpaquePointer

    /// Connects; the handshake waits for `connect`.
    ///
    /// - Parameters:
    ///   - highestVersion: the highest version that it offers, such as `TLS1_2_VERSION`;
    ///     0 for the highest of the library.
    ///   - protocols: what it offers to speak (ALPN).
    ///   - earlier: a client whose session is to be resumed.
    public init(
        port: Int, highestVersion: Int32 = 0, protocols: [String] = ["http/1.1"],
        resuming earlier: TLSClient? = nil
    ) throws {
        // OpenSSL writes alerts, also while it reads, as if nobody could have gone.
        signal(SIGPIPE, SIG_IGN)
        transport = try LoopbackSocket(port: port)
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else { throw OpenSSLFault() }
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(highestVersion), nil)
        guard let session = unsafe SSL_new(context) else { throw OpenSSLFault() }
        unsafe self.context = context
        unsafe self.session = session
        let list = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        unsafe SSL_set_alpn_protos(session, list, UInt32(list.count))
        unsafe SSL_set_fd(session, transport.descriptor)
        if let earlier, let state = unsafe SSL_get1_session(earlier.session) {
            unsafe SSL_set_session(session, state)
            unsafe SSL_SESSION_free(state)
        }
    }

    deinit {
        unsafe SSL_free(session)
        unsafe SSL_CTX_free(context)
    }

    /// Shakes hands; false where that fails.
    public func connect() -> Bool {
        ERR_clear_error()
        return unsafe SSL_connect(session) == 1
    }

    /// Sends all of it.
    public func send(_ bytes: [UInt8]) {
        let count = unsafe SSL_write(session, bytes, Int32(bytes.count))
        if count != Int32(bytes.count) { Issue.record("sent \(count) of \(bytes.count) bytes") }
    }

    /// Sends text.
    public func send(_ text: String) { send(Array(text.utf8)) }

    /// `count` bytes, or fewer where the stream ends.
    public func read(count: Int) -> [UInt8] {
        var received: [UInt8] = []
        while received.count < count {
            let more = receive(atMost: count - received.count)
            if more.isEmpty { break }
            received += more
        }
        return received
    }

    /// The text up to and with `end`, or to the end of the stream.
    public func readText(through end: String? = nil) -> String {
        var received: [UInt8] = []
        while true {
            let more = receive(atMost: 65_536)
            received += more
            if more.isEmpty { break }
            if let end, received.suffix(end.utf8.count).elementsEqual(end.utf8) { break }
        }
        return String(decoding: received, as: UTF8.self)
    }

    private func receive(atMost count: Int) -> ArraySlice<UInt8> {
        var buffer = [UInt8](repeating: 0, count: min(65_536, count))
        let got = unsafe SSL_read(session, &buffer, Int32(buffer.count))
        return buffer[..<max(0, Int(got))]
    }

    /// Whether the server said `close_notify` rather than just ending the connection.
    public var wasToldGoodbye: Bool {
        var byte: UInt8 = 0
        let count = unsafe SSL_read(session, &byte, 1)
        return unsafe SSL_get_error(session, count) == SSL_ERROR_ZERO_RETURN
    }

    /// Says `close_notify`.
    public func sayGoodbye() { unsafe SSL_shutdown(session) }

    /// Whether the handshake took up an earlier session.
    public var isResumed: Bool { unsafe SSL_session_reused(session) == 1 }

    /// The version that was agreed on, such as `TLSv1.3`.
    public var version: String { unsafe String(cString: SSL_get_version(session)) }

    /// The protocol that was agreed on (ALPN); empty if none was.
    public var selectedProtocol: String {
        var start: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        unsafe SSL_get0_alpn_selected(session, &start, &length)
        return unsafe String(
            decoding: UnsafeBufferPointer(start: start, count: Int(length)), as: UTF8.self)
    }
}
