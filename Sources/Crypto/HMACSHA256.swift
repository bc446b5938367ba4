import COpenSSL

/// HMAC with SHA-256 (RFC 2104, RFC 4231), and the key derivation built on it.
public enum HMACSHA256 {
    /// Bytes in a code.
    public static let size = 32

    /// The authentication code of a message under a key of any length, 32 bytes.
    public static func code(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        unsafe message.withUnsafeBytes { unsafe code(for: $0, key: key) }
    }

    /// The same for part of a larger buffer, without a copy.
    public static func code(for message: ArraySlice<UInt8>, key: [UInt8]) -> [UInt8] {
        unsafe message.withUnsafeBytes { unsafe code(for: $0, key: key) }
    }

    private static func code(for message: UnsafeRawBufferPointer, key: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: size) { output, count in
            var written: UInt32 = 0
            let start = unsafe message.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let done = unsafe HMAC(
                EVP_sha256(), key, Int32(key.count), start, message.count, output.baseAddress,
                &written)
            precondition(unsafe done != nil && written == size, "HMAC is missing from this OpenSSL")
            count = size
        }
    }

    /// A key out of a password: PBKDF2 with this code (RFC 8018 §5.2), 32 bytes.
    ///
    /// - Parameter iterations: at least 1. 4,096 take a millisecond or two of one core: not for an
    ///   event loop.
    public static func stretchPassword(
        _ password: [UInt8], salt: [UInt8], iterations: Int32
    ) -> [UInt8] {
        precondition(iterations >= 1, "PBKDF2 iterates at least once")
        return unsafe [UInt8](unsafeUninitializedCapacity: size) { output, count in
            let done = unsafe password.withUnsafeBytes { bytes in
                unsafe PKCS5_PBKDF2_HMAC(
                    bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count),
                    salt, Int32(salt.count), iterations, EVP_sha256(), Int32(size),
                    output.baseAddress)
            }
            precondition(done == 1, "PBKDF2 is missing from this OpenSSL")
            count = size
        }
    }

    /// A key for one purpose out of a master secret: HKDF with SHA-256 (RFC 5869).
    ///
    /// - Parameters:
    ///   - salt: may be empty.
    ///   - label: names the purpose (`info` in the standard), so that keys never serve two.
    ///   - count: bytes wanted, 1 to 8160 (§2.3: 255 blocks).
    public static func deriveKey(
        from secret: [UInt8], salt: [UInt8], label: [UInt8], count: Int
    ) -> [UInt8] {
        precondition((1...255 * size).contains(count), "HKDF gives at most 255 blocks")
        let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { output, written in
            var size = count
            let done =
                unsafe EVP_PKEY_derive_init(context) == 1
                && EVP_PKEY_CTX_set_hkdf_md(context, EVP_sha256()) == 1
                && EVP_PKEY_CTX_set1_hkdf_salt(context, salt, Int32(salt.count)) == 1
                && EVP_PKEY_CTX_set1_hkdf_key(context, secret, Int32(secret.count)) == 1
                && EVP_PKEY_CTX_add1_hkdf_info(context, label, Int32(label.count)) == 1
                && EVP_PKEY_derive(context, output.baseAddress, &size) == 1
            precondition(done && size == count, "HKDF is missing from this OpenSSL")
            written = count
        }
    }
}
