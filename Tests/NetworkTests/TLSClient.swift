import COpenSSL
import Glibc
import Testing

@testable import Network

/// A blocking TLS client over a connected socket, made of OpenSSL itself.
@safe
final class TLSClient {
    private let transport: Client
    private let context: OpaquePointer
    private let session: OpaquePointer

    /// - Parameter earlier: a client whose session is to be resumed.
    init(
        port: Int, highestVersion: Int32, protocols: [String] = ["http/1.1"],
        resuming earlier: TLSClient? = nil
    ) throws {
        transport = try Client(port: port)
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw TLSError.library(reason: TLSError.drainReason())
        }
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(highestVersion), nil)
        guard let session = unsafe SSL_new(context) else {
            throw TLSError.library(reason: TLSError.drainReason())
        }
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

    func connect() -> Bool {
        ERR_clear_error()
        return unsafe SSL_connect(session) == 1
    }

    func send(_ bytes: [UInt8]) {
        let count = unsafe SSL_write(session, bytes, Int32(bytes.count))
        #expect(count == Int32(bytes.count))
    }

    func receive(_ count: Int) -> [UInt8] {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 32768)
        while received.count < count {
            let got = unsafe SSL_read(
                session, &buffer, Int32(min(buffer.count, count - received.count)))
            if got <= 0 { break }
            received += buffer[..<Int(got)]
        }
        return received
    }

    /// Whether the server said `close_notify` rather than just ending the connection.
    var wasToldGoodbye: Bool {
        var byte: UInt8 = 0
        let count = unsafe SSL_read(session, &byte, 1)
        return unsafe SSL_get_error(session, count) == SSL_ERROR_ZERO_RETURN
    }

    func sayGoodbye() { unsafe SSL_shutdown(session) }

    /// Whether the handshake took up an earlier session.
    var isResumed: Bool { unsafe SSL_session_reused(session) == 1 }

    var version: String { unsafe String(cString: SSL_get_version(session)) }

    var selectedProtocol: String {
        var start: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        unsafe SSL_get0_alpn_selected(session, &start, &length)
        return unsafe String(
            decoding: UnsafeBufferPointer(start: start, count: Int(length)), as: UTF8.self)
    }
}
