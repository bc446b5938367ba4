import COpenSSL
import Foundation
import Glibc
import Testing

@testable import Network

/// A self-signed certificate and its key, written to files of a directory of their own.
@safe
final class TestCertificate {
    let directory: String
    let certificatePath: String
    let keyPath: String

    init(bits: Int32 = 2048) throws {
        var template = Array("/tmp/network-tests-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw NetworkError.last("mkdtemp") }
        directory = unsafe String(cString: made)
        certificatePath = directory + "/certificate.pem"
        keyPath = directory + "/key.pem"
        guard let key = unsafe makeKey(bits: bits), let certificate = unsafe X509_new() else {
            throw TLSError.library(reason: TLSError.drainReason())
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
        try unsafe TestCertificate.write(to: certificatePath) {
            unsafe PEM_write_bio_X509($0, certificate)
        }
        try unsafe TestCertificate.write(to: keyPath) {
            unsafe PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// A file of the directory with the given text.
    func file(_ name: String, _ text: String) throws -> String {
        let path = directory + "/" + name
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private static func write(to path: String, _ body: (OpaquePointer) -> Int32) throws {
        guard let file = unsafe BIO_new_file(path, "w") else { throw NetworkError.last("open") }
        defer { unsafe BIO_free(file) }
        let result = unsafe body(file)
        try #require(result == 1)
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
