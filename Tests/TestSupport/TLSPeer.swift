import COpenSSL
import Glibc

/// The server's side of TLS over a blocking connection that has spoken plainly, made of OpenSSL.
@safe
public final class TLSPeer {
    private let transport: LoopbackSocket
    private let context: OpaquePointer
    private let session: OpaquePointer

    /// Takes over a connection.
    public init(_ transport: LoopbackSocket, _ certificate: TestAuthority.Issued) throws {
        // OpenSSL writes without MSG_NOSIGNAL, and clients of tests vanish.
        signal(SIGPIPE, SIG_IGN)
        self.transport = transport
        guard let context = unsafe SSL_CTX_new(TLS_server_method()),
            let session = unsafe prepare(context, certificate)
        else { throw OpenSSLFault() }
        unsafe self.context = context
        unsafe self.session = session
        unsafe SSL_set_fd(session, transport.descriptor)
    }

    deinit {
        unsafe SSL_free(session)
        unsafe SSL_CTX_free(context)
    }

    /// Shakes hands; false where that fails.
    public func accept() -> Bool {
        ERR_clear_error()
        return unsafe SSL_accept(session) == 1
    }

    /// Sends all of it.
    public func send(_ text: String) {
        unsafe SSL_write(session, text, Int32(text.utf8.count))
    }

    /// `count` bytes, or fewer where the stream ends.
    public func read(count: Int) -> [UInt8] {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while received.count < count {
            let room = Int32(min(buffer.count, count - received.count))
            let got = unsafe SSL_read(session, &buffer, room)
            if got <= 0 { break }
            received += buffer[..<Int(got)]
        }
        return received
    }

    /// `count` bytes of text, or fewer where the stream ends.
    public func readText(count: Int) -> String {
        String(decoding: read(count: count), as: UTF8.self)
    }
}

private func prepare(
    _ context: OpaquePointer, _ certificate: TestAuthority.Issued
) -> OpaquePointer? {
    unsafe SSL_CTX_use_certificate_chain_file(context, certificate.certificatePath)
    unsafe SSL_CTX_use_PrivateKey_file(context, certificate.keyPath, SSL_FILETYPE_PEM)
    return unsafe SSL_new(context)
}
