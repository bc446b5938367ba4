import Diagnostics

/// What a new password must be.
struct PasswordRules: Sendable {
    let charactersMin: Int

    /// The bytes to hash.
    func check(_ password: String) throws(Problem) -> [UInt8] {
        if let problem = weakness(of: password) { throw problem }
        let bytes = Array(password.utf8)
        guard bytes.count <= AuthLimits.passwordBytesMax else {
            throw .validation(
                "Password cannot be longer than \(AuthLimits.passwordBytesMax) characters")
        }
        // HMAC pads its key with zero bytes, so "x" and "x\0" would be the same password.
        guard !bytes.contains(0) else {
            throw .validation("Password cannot contain the NUL character")
        }
        return bytes
    }

    /// Why the password fails today's rules, which an older one may do.
    func weakness(of password: String) -> Problem? {
        guard password.unicodeScalars.count < charactersMin else { return nil }
        return .weakPassword(
            "Password should be at least \(charactersMin) characters.", reasons: ["length"])
    }
}
