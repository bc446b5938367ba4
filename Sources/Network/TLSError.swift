import COpenSSL

/// What is wrong with TLS: with the files the person configured, or with a peer's bytes.
public enum TLSError: Error, Hashable, Sendable {
    /// The file cannot be read; `reason` is the system's.
    case unreadable(path: String, reason: String)
    /// The file holds no certificate in PEM form.
    case noCertificate(path: String)
    /// The file holds no unencrypted private key in PEM form.
    case noKey(path: String)
    /// The key is not the one the certificate was issued for.
    case mismatch(certificate: String, key: String)
    /// The library refused the certificate, for instance as too weak; `reason` is its own.
    case refused(path: String, reason: String)
    /// The peer does not speak TLS as we do; `reason` is the library's.
    case handshake(reason: String)
    /// The certificate that the server of this name presented is not accepted.
    case certificate(CertificateFault, of: String)
    /// The peer ended the connection during the handshake.
    case ended
    /// The handshake took too long.
    case timedOut
    /// Bytes came before the handshake that TLS does not protect, and that somebody in between may
    /// have slipped in (CVE-2021-23222).
    case plainTextBeforeHandshake
    /// The library failed in another way.
    case library(reason: String)

    /// The oldest error of this thread's queue in words; empties the queue, so that it is not
    /// taken for the cause of a later failure (ERR_get_error(3)).
    static func drainReason() -> String {
        let first = ERR_get_error()
        ERR_clear_error()
        guard first != 0, let text = unsafe ERR_reason_error_string(first) else {
            return "no reason given"
        }
        return unsafe String(cString: text)
    }
}

extension TLSError: CustomStringConvertible {
    /// One sentence that names the file or the peer's fault.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "The file '\(path)' cannot be read: \(reason)."
        case .noCertificate(let path): "The file '\(path)' holds no certificate in PEM form."
        case .noKey(let path): "The file '\(path)' holds no unencrypted private key in PEM form."
        case .mismatch(let certificate, let key):
            "The private key in '\(key)' does not belong to the certificate in '\(certificate)'."
        case .refused(let path, let reason): "The certificate in '\(path)' is refused: \(reason)."
        case .handshake(let reason): "The TLS handshake failed: \(reason)."
        case .certificate(let fault, let name): fault.sentence(about: name)
        case .ended: "The peer ended the connection during the TLS handshake."
        case .timedOut: "The TLS handshake took too long."
        case .plainTextBeforeHandshake:
            "Unencrypted bytes came before the TLS handshake: somebody may be in between."
        case .library(let reason): "TLS failed: \(reason)."
        }
    }
}
