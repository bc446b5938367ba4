import COpenSSL

/// A self-signed certificate for `localhost` and its key, in files of a directory of their own.
public final class TestCertificate {
    /// The directory of the files.
    public let directory: TemporaryDirectory
    /// The certificate, PEM.
    public let certificatePath: String
    /// The private key, PEM.
    public let keyPath: String

    /// Makes both; good for an hour.
    ///
    /// - Parameter bits: the length of the RSA key.
    public init(bits: Int32 = 2048) throws {
        directory = try TemporaryDirectory()
        certificatePath = directory.file("certificate.pem")
        keyPath = directory.file("key.pem")
        guard let key = unsafe makeKey(bits: bits), let certificate = unsafe X509_new() else {
            throw OpenSSLFault()
        }
        defer {
            unsafe EVP_PKEY_free(key)
            unsafe X509_free(certificate)
        }
        unsafe X509_set_version(certificate, 2)
        unsafe ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1)
        unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), -60)
        unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), 3600)
        unsafe X509_set_pubkey(certificate, key)
        let name = unsafe X509_get_subject_name(certificate)
        unsafe X509_NAME_add_entry_by_txt(name, "CN", Self.ascii, "localhost", -1, -1, 0)
        unsafe X509_set_issuer_name(certificate, name)
        unsafe X509_sign(certificate, key, EVP_sha256())
        try unsafe write(to: certificatePath) { unsafe PEM_write_bio_X509($0, certificate) }
        try unsafe write(to: keyPath) {
            unsafe PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil)
        }
    }

    /// `MBSTRING_ASC`, which is a macro of macros.
    private static let ascii: Int32 = 0x1001
}

/// `EVP_RSA_gen` is a macro over a variadic function.
private func makeKey(bits: Int32) -> OpaquePointer? {
    guard let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nil) else { return nil }
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    unsafe EVP_PKEY_keygen_init(context)
    unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits)
    unsafe EVP_PKEY_keygen(context, &key)
    return unsafe key
}
