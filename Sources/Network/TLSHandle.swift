import COpenSSL
import Diagnostics
import Glibc

/// One `SSL_CTX`, with what both sides of TLS ask of every connection: TLS 1.2 or 1.3, writes from
/// wherever the bytes lie, and no session that is kept.
///
/// `@unchecked`: whoever makes it changes it before anybody else sees it, and `SSL_new` on a shared
/// context is safe from several threads (openssl-threads(7)).
@safe
final class TLSHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// - Parameter method: `TLS_server_method()` or `TLS_client_method()`.
    init(_ method: OpaquePointer?, options: UInt64) throws(TLSError) {
        ERR_clear_error()
        guard let pointer = unsafe SSL_CTX_new(method) else {
            throw .library(reason: TLSError.drainReason())
        }
        unsafe self.pointer = pointer
        unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
        let mode =
            SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
            | SSL_MODE_RELEASE_BUFFERS
        unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_MODE, Int(mode), nil)
        unsafe SSL_CTX_set_options(pointer, options)
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    /// Loads a certificate chain (leaf first) and its private key, both PEM.
    ///
    /// - Throws: an error that names the file at fault.
    func load(certificate: String, key: String) throws(TLSError) {
        try TLSHandle.checkReadable(certificate)
        try TLSHandle.checkReadable(key)
        ERR_clear_error()
        if unsafe SSL_CTX_use_certificate_chain_file(pointer, certificate) != 1 {
            let code = ERR_peek_error()
            let reason = TLSError.drainReason()
            // Errors of the PEM reader mean "not a certificate"; others judge a real one.
            if ERR_GET_LIB(code) == ERR_LIB_SSL {
                throw .refused(path: certificate, reason: reason)
            }
            throw .noCertificate(path: certificate)
        }
        // A key that asks for a pass phrase must not stop the server at a prompt.
        unsafe SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in 0 }
        if unsafe SSL_CTX_use_PrivateKey_file(pointer, key, SSL_FILETYPE_PEM) != 1 {
            let isMismatch = ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_X509
            _ = TLSError.drainReason()
            if isMismatch { throw .mismatch(certificate: certificate, key: key) }
            throw .noKey(path: key)
        }
        if unsafe SSL_CTX_check_private_key(pointer) != 1 {
            _ = TLSError.drainReason()
            throw .mismatch(certificate: certificate, key: key)
        }
    }

    /// Throws `unreadable` for a file that cannot be opened.
    static func checkReadable(_ path: String) throws(TLSError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw .unreadable(path: path, reason: systemMessage(errno)) }
        var information = stat()
        unsafe fstat(descriptor, &information)
        closeDescriptor(descriptor)
        if information.st_mode & S_IFMT == S_IFDIR {
            throw .unreadable(path: path, reason: systemMessage(EISDIR))
        }
    }
}
