import Bytes
import Crypto

/// PostgreSQL's own password method before SCRAM (AuthenticationMD5Password): deprecated since
/// version 18, still met behind poolers.
enum MD5Password {
    /// `md5` and the hexadecimal digest of (the hexadecimal digest of password and user, salt).
    static func answer(
        user: String, password: String, salt: [UInt8]
    ) throws(AuthenticationFault) -> [UInt8] {
        guard let inner = Digest.md5(Array(password.utf8) + Array(user.utf8)),
            let outer = Digest.md5(Array(Hex.encode(inner).utf8) + salt)
        else { throw .md5IsMissing }
        return Array("md5".utf8) + Array(Hex.encode(outer).utf8)
    }
}
