/// How much TLS a connection wants (`sslmode` of libpq). Unix sockets do without in any case.
public enum TLSMode: String, CaseIterable, Sendable {
    /// None.
    case disable
    /// None, unless the server refuses that.
    case allow
    /// TLS where the server has it; anybody in between can take it away.
    case prefer
    /// TLS; the certificate is not looked at, unless a root certificate is named.
    case require
    /// TLS, by a certificate of a trusted authority.
    case verifyCA = "verify-ca"
    /// TLS, by a certificate of a trusted authority that bears the host's name.
    case verifyFull = "verify-full"
}
