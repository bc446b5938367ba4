import COpenSSL

/// What a handshake has agreed upon.
public struct TLSConnectionState: Hashable, Sendable {
    /// Such as `TLSv1.3`.
    public let version: String
    /// What is spoken over it (ALPN), if the server has chosen among what was offered.
    public let selectedProtocol: String?
    /// The digest of the server's certificate that binds what is said to this very connection
    /// (`tls-server-end-point`, RFC 5929 §4.1): by the algorithm of its signature, but SHA-256
    /// instead of MD5 and SHA-1. Nil for a signature without a digest of its own, as Ed25519's, and
    /// on the server's side.
    public let serverEndPoint: [UInt8]?

    init(of session: OpaquePointer) {
        version = unsafe String(cString: SSL_get_version(session))
        var start: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(session, &start, &count)
        selectedProtocol =
            count == 0
            ? nil
            : unsafe String(
                decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
        serverEndPoint = unsafe SSL_get0_peer_certificate(session).flatMap {
            unsafe endPoint(of: $0)
        }
    }
}

private func endPoint(of certificate: OpaquePointer) -> [UInt8]? {
    var algorithm: Int32 = NID_undef
    guard unsafe X509_get_signature_info(certificate, &algorithm, nil, nil, nil) == 1 else {
        ERR_clear_error()
        return nil
    }
    if algorithm == NID_md5 || algorithm == NID_sha1 { algorithm = NID_sha256 }
    guard algorithm != NID_undef,
        let digest = unsafe EVP_get_digestbyname(OBJ_nid2sn(algorithm))
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard unsafe X509_digest(certificate, digest, &bytes, &count) == 1 else {
        ERR_clear_error()
        return nil
    }
    return Array(bytes.prefix(Int(count)))
}
