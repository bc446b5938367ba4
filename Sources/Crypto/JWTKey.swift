/// A key and the one algorithm it is for.
///
/// The record names the algorithm, never the token: a public key can thus not be presented as an
/// HMAC secret (RFC 8725 §3.1).
public struct JWTKey: Sendable {
    /// What the key is made of, one case per algorithm.
    public enum Material: Sendable {
        /// HMAC with SHA-256, `HS256` (RFC 7518 §3.2).
        case hmacSHA256(secret: [UInt8])
    }

    /// `kid` of the tokens signed with this key. The project secret has none.
    public let id: String?
    /// The key itself.
    public let material: Material

    /// Nil when an HMAC secret is shorter than ``CryptoLimits/signingKeyBytesMin``.
    public init?(id: String? = nil, _ material: Material) {
        if case .hmacSHA256(let secret) = material,
            secret.count < CryptoLimits.signingKeyBytesMin
        {
            return nil
        }
        self.id = id
        self.material = material
    }

    /// The algorithm's registered name.
    public var algorithm: String {
        switch material {
        case .hmacSHA256: "HS256"
        }
    }

    func signature(over signed: ArraySlice<UInt8>) -> [UInt8] {
        switch material {
        case .hmacSHA256(let secret): HMACSHA256.code(for: signed, key: secret)
        }
    }

    func accepts(_ signature: [UInt8], over signed: ArraySlice<UInt8>) -> Bool {
        switch material {
        case .hmacSHA256(let secret):
            ConstantTime.equal(HMACSHA256.code(for: signed, key: secret), signature)
        }
    }
}

extension JWTKey: CustomStringConvertible {
    /// Names the key without showing it.
    public var description: String { "JWTKey(\(id ?? "-"), \(algorithm))" }
}

/// The keys that tokens may be signed with.
public struct JWTKeySet: Sendable {
    private let keys: [JWTKey]

    /// Ids are unique; at most one key has none.
    public init(_ keys: [JWTKey]) {
        self.keys = keys
    }

    /// The key with that id, or the one without an id for tokens that name none.
    public func key(id: String?) -> JWTKey? {
        keys.first { $0.id == id }
    }
}
