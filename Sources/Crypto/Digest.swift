import COpenSSL

/// One-shot message digests (FIPS 180-4).
///
/// Thread-safe; time is linear in the input.
public enum Digest {
    /// SHA-1, 20 bytes. Only for protocols that prescribe it: the WebSocket handshake (RFC 6455
    /// §4.2.2) and time-based codes (RFC 6238).
    public static func sha1(_ bytes: [UInt8]) -> [UInt8] {
        unsafe run(EVP_sha1(), size: 20, bytes)
    }

    /// MD5 (RFC 1321), 16 bytes; nil where this OpenSSL refuses it, as under FIPS. Only for
    /// PostgreSQL's old password method, which asks for it by name.
    public static func md5(_ bytes: [UInt8]) -> [UInt8]? {
        var isDone = false
        let digest = unsafe [UInt8](unsafeUninitializedCapacity: 16) { output, count in
            isDone =
                unsafe EVP_Digest(bytes, bytes.count, output.baseAddress, nil, EVP_md5(), nil) == 1
            count = isDone ? 16 : 0
        }
        guard isDone else {
            ERR_clear_error()
            return nil
        }
        return digest
    }

    /// SHA-256, 32 bytes.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        unsafe run(EVP_sha256(), size: 32, bytes)
    }

    private static func run(
        _ algorithm: OpaquePointer?, size: Int, _ bytes: [UInt8]
    ) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: size) { output, count in
            var written: UInt32 = 0
            let done = unsafe EVP_Digest(
                bytes, bytes.count, output.baseAddress, &written, algorithm, nil)
            precondition(done == 1 && written == size, "the digest is missing from this OpenSSL")
            count = size
        }
    }
}
