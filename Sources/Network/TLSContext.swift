import COpenSSL
import Diagnostics
import Glibc

/// The certificate, the key and the rules of all TLS connections of a server.
///
/// TLS 1.2 and 1.3, ALPN `http/1.1`, no renegotiation, no compression, no session cache. A client
/// of TLS 1.3 gets tickets, with which it comes back without the certificate's signature; their
/// keys are made with the context and end with it.
///
/// `@unchecked`: the context is not changed after `init`, and `SSL_new` on a shared context is
/// safe from several threads (openssl-threads(7)).
@safe
public final class TLSContext: @unchecked Sendable {
    let handle: OpaquePointer

    /// Loads a certificate chain (leaf first) and its private key, both PEM.
    ///
    /// - Throws: `TLSError` that names the file at fault.
    public init(certificate: String, key: String) throws(TLSError) {
        try TLSContext.checkReadable(certificate)
        try TLSContext.checkReadable(key)
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
            throw .library(reason: TLSError.drainReason())
        }
        unsafe handle = context
        // From here on deinit frees the context, whatever is thrown.
        configure()
        try load(certificate: certificate, key: key)
    }

    deinit { unsafe SSL_CTX_free(handle) }

    private func configure() {
        unsafe SSL_CTX_ctrl(handle, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        unsafe SSL_CTX_ctrl(handle, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
        unsafe SSL_CTX_set_options(handle, copenssl_tls_server_options())
        unsafe SSL_CTX_set_client_hello_cb(handle, refuseOldTickets, nil)
        let mode =
            SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
            | SSL_MODE_RELEASE_BUFFERS
        unsafe SSL_CTX_ctrl(handle, SSL_CTRL_MODE, Int(mode), nil)
        unsafe SSL_CTX_set_alpn_select_cb(handle, selectProtocol, nil)
    }

    private func load(certificate: String, key: String) throws(TLSError) {
        if unsafe SSL_CTX_use_certificate_chain_file(handle, certificate) != 1 {
            let code = ERR_peek_error()
            let reason = TLSError.drainReason()
            // Errors of the PEM reader mean "not a certificate"; others judge a real one.
            if ERR_GET_LIB(code) == ERR_LIB_SSL {
                throw .refused(path: certificate, reason: reason)
            }
            throw .noCertificate(path: certificate)
        }
        // A key that asks for a pass phrase must not stop the server at a prompt.
        unsafe SSL_CTX_set_default_passwd_cb(handle) { _, _, _, _ in 0 }
        if unsafe SSL_CTX_use_PrivateKey_file(handle, key, SSL_FILETYPE_PEM) != 1 {
            let isMismatch = ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_X509
            _ = TLSError.drainReason()
            if isMismatch { throw .mismatch(certificate: certificate, key: key) }
            throw .noKey(path: key)
        }
        if unsafe SSL_CTX_check_private_key(handle) != 1 {
            _ = TLSError.drainReason()
            throw .mismatch(certificate: certificate, key: key)
        }
    }

    private static func checkReadable(_ path: String) throws(TLSError) {
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

/// Keeps tickets from clients that do not offer TLS 1.3. Theirs would hold the keys of the
/// connection itself (RFC 5077), while those of TLS 1.3 serve beside a new key exchange (RFC 8446
/// §2.2).
private func refuseOldTickets(
    _ session: OpaquePointer?, _ alert: UnsafeMutablePointer<Int32>?,
    _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    let supportedVersions = UInt32(TLSEXT_TYPE_supported_versions)
    if unsafe SSL_client_hello_get0_ext(session, supportedVersions, nil, nil) != 1 {
        unsafe SSL_set_options(session, copenssl_no_ticket())
    }
    return SSL_CLIENT_HELLO_SUCCESS
}

/// Picks `http/1.1` if the peer offers it. A peer that offers only others goes on without: RFC 7301
/// §3.2 would allow to refuse it, but it may well be content.
private func selectProtocol(
    _ session: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?,
    _ offeredLength: UInt32, _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard let offered = unsafe offered, let chosen = unsafe chosen,
        let chosenLength = unsafe chosenLength
    else { return SSL_TLSEXT_ERR_NOACK }
    let list = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredLength))
    let wanted: StaticString = "http/1.1"
    var index = 0
    while index < Int(offeredLength) {
        let length = Int(unsafe list[index])
        guard index + 1 + length <= Int(offeredLength) else { break }
        if length == wanted.utf8CodeUnitCount,
            unsafe memcmp(offered + index + 1, wanted.utf8Start, length) == 0
        {
            unsafe chosen.pointee = offered + index + 1
            unsafe chosenLength.pointee = UInt8(length)
            return SSL_TLSEXT_ERR_OK
        }
        index += 1 + length
    }
    return SSL_TLSEXT_ERR_NOACK
}
