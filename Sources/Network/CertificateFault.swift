import COpenSSL
import Glibc

/// Why a server's certificate is not accepted.
public enum CertificateFault: Hashable, Sendable {
    /// Its time, or that of one above it, is over.
    case expired
    /// Its time, or that of one above it, has not begun: most often a clock is wrong.
    case notYetValid
    /// It is signed by itself and is none of those that are trusted.
    case selfSigned
    /// None of the authorities that are trusted stands behind it.
    case unknownIssuer
    /// It is for other names, which are given.
    case wrongName(names: [String])
    /// Another fault; `reason` is the library's.
    case other(reason: String)

    /// One sentence about the certificate of a server.
    func sentence(about name: String) -> String {
        let certificate = "The certificate of '\(name)'"
        return switch self {
        case .expired: "\(certificate) has expired."
        case .notYetValid: "\(certificate) is not valid yet."
        case .selfSigned: "\(certificate) is signed by itself, and is not among those trusted."
        case .unknownIssuer: "\(certificate) is not signed by an authority that is trusted."
        case .wrongName(let names):
            names.isEmpty
                ? "\(certificate) is for no name."
                : "\(certificate) is for other names: \(names.joined(separator: ", "))."
        case .other(let reason): "\(certificate) is not accepted: \(reason)."
        }
    }
}

extension CertificateFault {
    /// What the library has against a certificate (X509_STORE_CTX_get_error(3)).
    init(code: Int32, of certificate: OpaquePointer?) {
        self =
            switch code {
            case X509_V_ERR_CERT_HAS_EXPIRED: .expired
            case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid
            case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: .selfSigned
            case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
                X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
                // By an authority that has taken the name of one that is trusted.
                X509_V_ERR_CERT_SIGNATURE_FAILURE:
                .unknownIssuer
            case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
                .wrongName(names: unsafe names(of: certificate))
            default:
                .other(
                    reason: unsafe X509_verify_cert_error_string(Int(code)).map {
                        unsafe String(cString: $0)
                    } ?? "no reason given")
            }
    }
}

/// The names and addresses a certificate is for, as many as a sentence can bear. A peer chose them:
/// what is not printable has been replaced by the library.
private func names(of certificate: OpaquePointer?) -> [String] {
    guard let certificate = unsafe certificate, let memory = unsafe BIO_new(BIO_s_mem()) else {
        return []
    }
    defer { unsafe BIO_free(memory) }
    unsafe copenssl_print_names(certificate, Int32(NetworkLimits.namesTold), memory)
    ERR_clear_error()
    var start: UnsafePointer<CChar>?
    let count = unsafe copenssl_bio_memory(memory, &start)
    let text = unsafe String(
        decoding: UnsafeRawBufferPointer(start: start, count: max(0, count)), as: UTF8.self)
    // "DNS:localhost", "IP Address:127.0.0.1"
    let names = text.split(separator: "\n").map { line in line.drop { $0 != ":" }.dropFirst() }
    return names.filter { !$0.isEmpty }.map(String.init)
}
