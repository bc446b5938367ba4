/// How a server has a client sign in, by libpq's names in `require_auth`.
public enum AuthenticationMethod: String, CaseIterable, Sendable {
    /// Not at all (`trust`, `peer`, a client certificate).
    case none = "none"
    /// The password itself.
    case password = "password"
    case md5 = "md5"
    case scramSHA256 = "scram-sha-256"
    case gss = "gss"
    case sspi = "sspi"
    /// Kerberos 5 before GSSAPI, crypt and SCM: gone for decades.
    case kerberos = "krb5"

    /// By the number in AuthenticationRequest; nil for one that the protocol does not have, and for
    /// those (0, 10 to 12) that are steps and no methods.
    init?(code: Int32) {
        switch code {
        case 2, 4, 6: self = .kerberos
        case 3: self = .password
        case 5: self = .md5
        case 7, 8: self = .gss
        case 9: self = .sspi
        default: return nil
        }
    }
}
