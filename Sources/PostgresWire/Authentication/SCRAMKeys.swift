import Crypto

/// What SCRAM's slow step needs: the same password, salt and count always give the same keys.
public struct SCRAMDerivation: Hashable, Sendable {
    /// The password after SASLprep.
    let password: [UInt8]
    let salt: [UInt8]
    let iterations: Int32

    /// Runs PBKDF2. 4,096 rounds take a millisecond or two, the most that ``WireLimits`` allows
    /// some hundred: not on an event loop. Thread-safe.
    public func keys() -> SCRAMKeys {
        let salted = HMACSHA256.stretchPassword(password, salt: salt, iterations: iterations)
        return SCRAMKeys(
            clientKey: HMACSHA256.code(for: Array("Client Key".utf8), key: salted),
            serverKey: HMACSHA256.code(for: Array("Server Key".utf8), key: salted))
    }
}

/// What the slow step gives (RFC 5802 §3). As secret as the password; worth keeping, by its
/// derivation, for the next connection.
public struct SCRAMKeys: Hashable, Sendable {
    let clientKey: [UInt8]
    let serverKey: [UInt8]
}
