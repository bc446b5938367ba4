import COpenSSL
import Glibc

/// The certificate, the key and the rules of all TLS connections of a server.
///
/// TLS 1.2 and 1.3, ALPN `http/1.1`, no renegotiation, no compression, no session cache. A client
/// of TLS 1.3 gets tickets, with which it comes back without the certificate's signature; their
/// keys are made with the context and end with it.
public final class TLSContext: Sendable {
    let handle: TLSHandle

    /// Loads a certificate chain (leaf first) and its private key, both PEM.
    ///
    /// - Throws: `TLSError` that names the file at fault.
    public init(certificate: String, key: String) throws(TLSError) {
        handle = unsafe try TLSHandle(TLS_server_method(), options: copenssl_tls_server_options())
        unsafe SSL_CTX_set_client_hello_cb(handle.pointer, refuseOldTickets, nil)
        unsafe SSL_CTX_set_alpn_select_cb(handle.pointer, selectProtocol, nil)
        try handle.load(certificate: certificate, key: key)
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
