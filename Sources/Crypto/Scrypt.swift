import COpenSSL

/// Cost of one password hash (RFC 7914 §2).
public struct ScryptParameters: Hashable, Sendable {
    /// Base-two logarithm of the CPU and memory cost N.
    public let logN: Int
    /// Block size factor.
    public let r: Int
    /// Lanes, run one after the other.
    public let p: Int

    /// Default: 32 MiB and three passes, OWASP's equivalent of N = 2^17, r = 8, p = 1.
    public static let standard = ScryptParameters(uncheckedLogN: 15, r: 8, p: 3)

    /// Nil when a value is out of range (`logN` 1…20, `r` 1…32, `p` 1…16) or together they need
    /// more than ``CryptoLimits/scryptMemoryBytesMax``.
    public init?(logN: Int, r: Int, p: Int) {
        guard (1...20).contains(logN), (1...32).contains(r), (1...16).contains(p) else {
            return nil
        }
        self.init(uncheckedLogN: logN, r: r, p: p)
        guard memoryBytes <= CryptoLimits.scryptMemoryBytesMax else { return nil }
    }

    private init(uncheckedLogN logN: Int, r: Int, p: Int) {
        self.logN = logN
        self.r = r
        self.p = p
    }

    /// Memory one hash takes, in bytes: 128·N·r for the table, 128·r·p for the lanes.
    public var memoryBytes: Int { 128 * (r << logN) + 128 * r * p }
}

/// A password hash could not be computed.
public enum ScryptError: Error, Hashable {
    /// OpenSSL refused the parameters or had no memory for them.
    case refused(ScryptParameters)
    /// The self-test gave other bytes than RFC 7914 §12.
    case wrongResult
}

/// The memory-hard key derivation scrypt (RFC 7914).
public enum Scrypt {
    /// Derives `count` bytes. Takes tens of milliseconds and `parameters.memoryBytes` of memory
    /// with the standard parameters: never call it on an event loop.
    public static func derive(
        password: [UInt8], salt: [UInt8], parameters: ScryptParameters, count: Int
    ) throws(ScryptError) -> [UInt8] {
        var done: Int32 = 0
        // OpenSSL refuses more than 32 MiB unless told otherwise; twice the need leaves room for
        // its own.
        let memoryMax = UInt64(2 * parameters.memoryBytes)
        let key = unsafe [UInt8](unsafeUninitializedCapacity: count) { output, written in
            done = unsafe password.withUnsafeBytes { bytes in
                unsafe EVP_PBE_scrypt(
                    bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count,
                    salt, salt.count, UInt64(1) << UInt64(parameters.logN), UInt64(parameters.r),
                    UInt64(parameters.p), memoryMax, output.baseAddress, count)
            }
            written = done == 1 ? count : 0
        }
        guard done == 1 else {
            ERR_clear_error()
            throw .refused(parameters)
        }
        return key
    }

    /// Run once at start: checks a vector of RFC 7914 §12 and that the configured parameters are
    /// accepted, so that a refusal is a configuration error and not a failed sign-in.
    public static func selfTest(_ parameters: ScryptParameters) throws(ScryptError) {
        let small = ScryptParameters(logN: 4, r: 1, p: 1) ?? .standard
        let expected: [UInt8] = [
            0x77, 0xd6, 0x57, 0x62, 0x38, 0x65, 0x7b, 0x20, 0x3b, 0x19, 0xca, 0x42, 0xc1, 0x8a,
            0x04, 0x97,
        ]
        guard try derive(password: [], salt: [], parameters: small, count: 16) == expected else {
            throw .wrongResult
        }
        // A null output asks OpenSSL only whether it would accept the parameters.
        let accepted = EVP_PBE_scrypt(
            nil, 0, nil, 0, UInt64(1) << UInt64(parameters.logN), UInt64(parameters.r),
            UInt64(parameters.p), UInt64(2 * parameters.memoryBytes), nil, 0)
        guard accepted == 1 else {
            ERR_clear_error()
            throw .refused(parameters)
        }
    }
}
