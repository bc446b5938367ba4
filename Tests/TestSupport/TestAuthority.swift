import COpenSSL

/// An authority that issues certificates, in files of a directory of its own.
@safe
public final class TestAuthority {
    /// A certificate and its key, PEM.
    public struct Issued: Sendable {
        /// The certificate's file.
        public let certificatePath: String
        /// The key's file.
        public let keyPath: String
        /// What keeps the files.
        private let directory: TemporaryDirectory

        fileprivate init(_ name: String, in directory: TemporaryDirectory) {
            certificatePath = directory.file("\(name).pem")
            keyPath = directory.file("\(name).key")
            self.directory = directory
        }

        /// The files of a certificate that is signed by itself.
        public init(_ certificate: TestCertificate) {
            certificatePath = certificate.certificatePath
            keyPath = certificate.keyPath
            directory = certificate.directory
        }
    }

    /// What a certificate is signed with.
    public enum Signature: Sendable, CaseIterable {
        case sha256, sha384, sha1
        /// A signature without a digest of its own.
        case ed25519
    }

    /// The directory of the files.
    public let directory: TemporaryDirectory
    /// Its own certificate, PEM: what clients trust.
    public let certificatePath: String
    private let certificate: OpaquePointer
    private let key: OpaquePointer
    private let signature: Signature
    private let count = Counter()

    /// Makes an authority that signs so.
    public init(_ signature: Signature = .sha256, name: String = "Test Authority") throws {
        directory = try TemporaryDirectory()
        certificatePath = directory.file("authority.pem")
        self.signature = signature
        unsafe key = try makeKey(signature == .ed25519 ? EVP_PKEY_ED25519 : EVP_PKEY_EC)
        unsafe certificate = try makeCertificate(
            of: name, key: key, validSeconds: -3600..<36_000)
        try unsafe add(NID_basic_constraints, "critical,CA:TRUE", to: certificate)
        unsafe X509_set_issuer_name(certificate, X509_get_subject_name(certificate))
        unsafe X509_sign(certificate, key, digest(of: signature))
        try unsafe write(to: certificatePath) { unsafe PEM_write_bio_X509($0, certificate) }
    }

    deinit {
        unsafe X509_free(certificate)
        unsafe EVP_PKEY_free(key)
    }

    /// Issues a certificate.
    ///
    /// - Parameters:
    ///   - names: as OpenSSL's configuration has them (x509v3_config(5)); empty for none.
    ///   - commonName: the subject's.
    ///   - validSeconds: from now on.
    public func issue(
        for names: String = "DNS:localhost,IP:127.0.0.1", commonName: String = "test",
        validSeconds: Range<Int> = -3600..<3600
    ) throws -> Issued {
        let number = count.next()
        let issued = Issued("\(number)", in: directory)
        let key = try unsafe makeKey(EVP_PKEY_EC)
        defer { unsafe EVP_PKEY_free(key) }
        let leaf = try unsafe makeCertificate(
            of: commonName, key: key, validSeconds: validSeconds)
        defer { unsafe X509_free(leaf) }
        if !names.isEmpty { try unsafe add(NID_subject_alt_name, names, to: leaf) }
        unsafe ASN1_INTEGER_set(X509_get_serialNumber(leaf), number + 1)
        unsafe X509_set_issuer_name(leaf, X509_get_subject_name(certificate))
        unsafe X509_sign(leaf, self.key, digest(of: signature))
        try unsafe write(to: issued.certificatePath) { unsafe PEM_write_bio_X509($0, leaf) }
        try unsafe write(to: issued.keyPath) {
            unsafe PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil)
        }
        return issued
    }
}

private func digest(of signature: TestAuthority.Signature) -> OpaquePointer? {
    switch signature {
    case .sha256: unsafe EVP_sha256()
    case .sha384: unsafe EVP_sha384()
    case .sha1: unsafe EVP_sha1()
    case .ed25519: nil
    }
}

private func makeKey(_ kind: Int32) throws -> OpaquePointer {
    guard let context = unsafe EVP_PKEY_CTX_new_id(kind, nil) else { throw OpenSSLFault() }
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    unsafe EVP_PKEY_keygen_init(context)
    if kind == EVP_PKEY_EC {
        unsafe EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1)
    }
    unsafe EVP_PKEY_keygen(context, &key)
    guard let key = unsafe key else { throw OpenSSLFault() }
    return unsafe key
}

private func makeCertificate(
    of name: String, key: OpaquePointer, validSeconds: Range<Int>
) throws -> OpaquePointer {
    guard let certificate = unsafe X509_new() else { throw OpenSSLFault() }
    unsafe X509_set_version(certificate, 2)
    unsafe ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1)
    unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), validSeconds.lowerBound)
    unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), validSeconds.upperBound)
    unsafe X509_set_pubkey(certificate, key)
    // MBSTRING_UTF8, which is a macro of macros.
    unsafe X509_NAME_add_entry_by_txt(
        X509_get_subject_name(certificate), "CN", 0x1000, name, -1, -1, 0)
    return unsafe certificate
}

private func add(_ extensionName: Int32, _ value: String, to certificate: OpaquePointer) throws {
    guard let part = unsafe X509V3_EXT_conf_nid(nil, nil, extensionName, value) else {
        throw OpenSSLFault()
    }
    defer { unsafe X509_EXTENSION_free(part) }
    unsafe X509_add_ext(certificate, part, -1)
}

/// Writes a PEM file.
func write(to path: String, _ body: (OpaquePointer) -> Int32) throws {
    guard let file = unsafe BIO_new_file(path, "w") else { throw OpenSSLFault() }
    defer { unsafe BIO_free(file) }
    guard unsafe body(file) == 1 else { throw OpenSSLFault() }
}
