/// What a session's bytes go through.
public enum Transport: Hashable, Sendable {
    /// Anybody on the way can read and change them.
    case plain
    /// A Unix socket: they stay on the machine.
    case unixSocket
    /// TLS. With the digest of the server's certificate, SCRAM can be bound to it
    /// (`tls-server-end-point`, RFC 5929 §4: the certificate in DER, digested by its signature's
    /// hash, but by SHA-256 for MD5 and SHA-1); nil where the signature names no hash, as Ed25519.
    case tls(certificateDigest: [UInt8]?)

    /// Whether a password can be read on the way.
    var isExposed: Bool {
        switch self {
        case .plain: true
        case .unixSocket, .tls: false
        }
    }

    /// What SCRAM can be bound to.
    var bindingData: [UInt8]? {
        switch self {
        case .plain, .unixSocket: nil
        case .tls(let certificateDigest): certificateDigest
        }
    }
}
