import COpenSSL

/// The SHA-256 digest (FIPS 180-4) of what comes in pieces. Used by one thread at a time.
@safe public final class RunningDigest {
    private let context: OpaquePointer

    /// The digest of nothing yet.
    public init() {
        guard let context = unsafe EVP_MD_CTX_new() else {
            preconditionFailure("there is no memory for a digest")
        }
        unsafe self.context = context
        let done = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
        precondition(done == 1, "the digest is missing from this OpenSSL")
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Adds a piece.
    public func add(_ bytes: ArraySlice<UInt8>) {
        unsafe bytes.withUnsafeBytes {
            unsafe _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count)
        }
    }

    /// The digest of all that was added, 32 bytes. Nothing can be added any more.
    public func finish() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 32) { output, count in
            var written: UInt32 = 0
            unsafe _ = EVP_DigestFinal_ex(context, output.baseAddress, &written)
            count = Int(written)
        }
    }
}
